"""A registry that says that it has not got a schema may have it yet: valid records wait, and others go on."""

from __future__ import annotations

import time

import pytest
from starlette.responses import JSONResponse

from consumer.records import Reason
from consumer.sandbox.serve import serve
from tests.avro.support import BreakableRegistry
from tests.support.brokers import Message
from tests.support.pipeline import PREFIX, Pipeline, headers_of
from tests.support.shop import registered
from tests.support.waiting import eventually

NOT_FOUND = JSONResponse({"error_code": 40403, "message": "Schema not found"}, 404)
RECORDS = 150
STARTING_SECONDS = 15


@pytest.mark.slow
def test_no_valid_record_is_given_up_while_a_registry_starts(pipeline: Pipeline) -> None:
    """Karapace and Apicurio answer so, healthy by their own word, until they have read their own topic."""
    topic, other = pipeline.broker.topic(1), pipeline.broker.topic(1)
    registry = BreakableRegistry()
    emails = [f"customer-{number}@example.com" for number in range(RECORDS)]
    routes = [{"topic": topic, "event": "search"}, {"topic": other, "event": "wishlist"}]
    with serve(registry) as url:
        registered(url)
        with pipeline.service(routes, schema_registry={"url": url}, delivery={"ordering": "partition"}) as service:
            service.wait_ready()
            pipeline.produce(other, "wishlist", ["jane@example.com"])
            pipeline.accepted(1)

            registry.instead = NOT_FOUND
            began = time.monotonic()
            searches = [Message(each.encode(), pipeline.shop.event("search", each), partition=0) for each in emails]
            pipeline.broker.produce(topic, searches)
            eventually(lambda: service.metric(PREFIX + "unknown_schemas") == 1, 10, "the unknown schema to be shown")
            assert service.metric(PREFIX + "intake_stopped", cause="unknown_schema") == 1
            details = service.probe("/readyz").json()["details"]
            assert "is unknown to the registry: Schema not found; it is asked for again" in details["registry"]
            pipeline.produce(other, "wishlist", ["ali@example.com"])
            pipeline.accepted(2)
            eventually(lambda: time.monotonic() - began > STARTING_SECONDS, 20, "the registry to have started")
            registry.instead = None

            pipeline.accepted(2 + RECORDS, 10)
            pipeline.committed_to_the_end(topic)
            eventually(lambda: service.metric(PREFIX + "unknown_schemas") == 0, 5, "the end to be shown")
            waits = [line for line in service.logs("warning") if "waits for a schema" in line["event"]]
    assert [(line["topic"], line["partition"], line["offset"]) for line in waits] == [(topic, 0, 0)]
    assert pipeline.failed(pipeline.dead_letter_topic) == []
    assert pipeline.failed(pipeline.retry_topic) == []
    arrived = [event.distinct_id for event in pipeline.sandbox.events(event="search", limit=None)]
    assert arrived == emails


def test_a_schema_that_is_really_unknown_is_given_up_after_its_time(pipeline: Pipeline) -> None:
    """And the next records of it soon after, so that a producer's wrong id does not hold its partition for long."""
    topic = pipeline.broker.topic(1)
    unknown = b"\x00\x00\x00\x27\x0f\x02"
    with pipeline.service(
        [{"topic": topic, "event": "search"}], schema_registry={"unknown_id_seconds": 3}
    ) as service:
        service.wait_ready()
        began = time.monotonic()
        good = pipeline.shop.event("search", "jane@example.com")
        values = {b"a": unknown, b"b": unknown, b"c": good}
        pipeline.broker.produce(topic, [Message(key, value, partition=0) for key, value in values.items()])
        dead = sorted(pipeline.failed(pipeline.dead_letter_topic, 2), key=lambda each: each.key or b"")
        seconds = time.monotonic() - began
        pipeline.accepted(1)
        failed = [line for line in service.logs("warning") if line["event"] == "a record failed"]
    assert 3 <= seconds < 10
    for number, record in enumerate(dead):
        headers = headers_of(record)
        assert headers["bluecore.reason"] == Reason.UNDECODABLE
        assert headers["__connect.errors.exception.message"].startswith("schema 9999 is unknown to the registry")
        assert headers["__connect.errors.offset"] == str(number)
    assert (failed[0]["topic"], failed[0]["partition"], failed[0]["offset"]) == (topic, 0, 0)
    assert failed[0]["why"].startswith("schema 9999 is unknown to the registry")
