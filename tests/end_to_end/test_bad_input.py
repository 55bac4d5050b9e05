"""Whatever a topic may hold: each record goes where it belongs with its reason, and the events around it flow on."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest

from consumer.records import Reason
from consumer.sandbox.faults import FaultPlan, Scripts
from tests.support.brokers import Message
from tests.support.pipeline import PREFIX, Pipeline, headers_of
from tests.support.processes import ServiceProcess
from tests.support.shop import Shop, usual
from tests.support.waiting import eventually

LARGE = 2 << 20


def order(shop: Shop, **changes: Any) -> bytes:
    return shop.encode("order", usual("jane@example.com") | {"total": 19.9} | changes)


def line(**changes: str) -> list[dict[str, str]]:
    return [{"sku": "SKU-1", "name": "Scarf"} | changes]


def bad_records(shop: Shop) -> dict[str, tuple[bytes, str, str]]:
    """By what is wrong: the value, and the stage and reason with which it is given up."""
    return {
        "no Avro at all": (b"garbage", "decode", Reason.UNDECODABLE),
        "nothing": (b"", "decode", Reason.UNDECODABLE),
        "an unknown schema": (b"\x00\x7f\xff\xff\xff\x02", "decode", Reason.UNDECODABLE),
        "half an event": (order(shop)[:20], "decode", Reason.UNDECODABLE),
        "no e-mail": (order(shop, email="", distinct_id=""), "map", Reason.MISSING_FIELD),
        "no product id": (order(shop, products=line(sku="")), "map", Reason.MISSING_FIELD),
        "no products": (order(shop, products=[]), "map", Reason.MISSING_FIELD),
        "no order id": (order(shop, order_id=""), "map", Reason.MISSING_FIELD),
        "no such e-mail": (order(shop, email="jane"), "map", Reason.INVALID_FIELD),
        "NaN": (order(shop, total=float("nan")), "map", Reason.INVALID_FIELD),
        "too large for Bluecore": (order(shop, products=line(name="x" * LARGE)), "map", Reason.TOO_LARGE),
    }


def dead_letters(service: ServiceProcess) -> dict[str, float]:
    """The metric, by reason, without those that are zero."""
    samples = service.metrics()[PREFIX + "dead_letters_total"]
    return {sample.labels["reason"]: sample.value for sample in samples if sample.value}


def test_each_bad_record_is_a_dead_letter_and_the_rest_flows_on(pipeline: Pipeline) -> None:
    """Between good records in one partition; key, value and headers are kept, and what went wrong is added."""
    topic = large_topic(pipeline)
    bad = bad_records(pipeline.shop)
    patience = {"unknown_id_seconds": 1}
    with pipeline.service([{"topic": topic, "event": "purchase"}], schema_registry=patience) as service:
        service.wait_ready()
        for name, (value, _, _) in bad.items():
            trace = (("trace", name.encode()), ("empty", None))
            good = Message(name.encode(), order(pipeline.shop), partition=0)
            pipeline.broker.produce(topic, [Message(name.encode(), value, trace, partition=0), good])
        pipeline.accepted(len(bad))
        dead = {
            (record.key or b"").decode(): record for record in pipeline.failed(pipeline.dead_letter_topic, len(bad))
        }
        pipeline.committed_to_the_end(topic)

        assert pipeline.failed(pipeline.retry_topic) == []
        assert pipeline.sandbox.counts.refused == 0
        assert dead.keys() == bad.keys()
        for number, (name, (value, stage, reason)) in enumerate(bad.items()):
            headers = headers_of(dead[name])
            assert dead[name].value == value
            assert dead[name].headers[:2] == (("trace", name.encode()), ("empty", None))
            assert headers["__connect.errors.topic"] == topic
            assert headers["__connect.errors.partition"] == "0"
            assert headers["__connect.errors.offset"] == str(2 * number)
            assert (headers["__connect.errors.stage"], headers["bluecore.reason"]) == (stage, reason), name
            assert headers["__connect.errors.exception.class.name"]
            assert headers["__connect.errors.exception.message"]
            assert headers["bluecore.attempts"] == "0"
            assert int(headers["bluecore.first-failed-at"]) >= (dead[name].timestamp_ms or 0) - 60_000
            assert "bluecore.status" not in headers
            assert "bluecore.not-before" not in headers
        reasons = Counter(reason for _, _, reason in bad.values())
        eventually(lambda: dead_letters(service) == reasons, 10, "the dead letters to be counted by reason")


def test_what_bluecore_refuses_is_a_dead_letter_with_its_answer(pipeline: Pipeline) -> None:
    """At the first attempt: no retry can help it, whichever of these statuses says so."""
    topic = pipeline.broker.topic(1)
    statuses = (400, 409, 413, 422)
    emails = {f"customer-{status}@example.com": status for status in statuses}
    scripts = {email: (status,) for email, status in emails.items()}
    pipeline.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id=scripts)))
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", [*emails, "jane@example.com"])
        pipeline.accepted(1)
        dead = pipeline.failed(pipeline.dead_letter_topic, len(statuses))
        pipeline.committed_to_the_end(topic)

    for record in dead:
        headers = headers_of(record)
        assert headers["bluecore.status"] == str(emails[(record.key or b"").decode()])
        assert headers["bluecore.reason"] == Reason.REJECTED
        assert headers["bluecore.attempts"] == "1"
        assert headers["__connect.errors.stage"] == "deliver"
    assert pipeline.sandbox.counts.total == len(statuses) + 1


def test_a_tombstone_is_skipped_and_counted(pipeline: Pipeline) -> None:
    """A null value is no event, and no fault either."""
    topic = pipeline.broker.topic(1)
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready()
        pipeline.broker.produce(topic, [Message(b"jane@example.com", None)])
        pipeline.produce(topic, "search", ["jane@example.com"])
        pipeline.committed_to_the_end(topic)

        eventually(
            lambda: service.metric(PREFIX + "events_total", topic=topic, outcome="skipped") == 1,
            10,
            "a skipped event",
        )
        assert pipeline.failed(pipeline.dead_letter_topic) == []
        assert pipeline.sandbox.counts.accepted == 1


def test_what_a_condition_excludes_is_skipped_and_counted(pipeline: Pipeline) -> None:
    """`when` is asked of every record."""
    topic = pipeline.broker.topic(1)
    route = {"topic": topic, "event": "search", "when": "search_term != 'scarves'"}
    with pipeline.service([route]) as service:
        service.wait_ready()
        values = [pipeline.shop.event("search", "jane@example.com", search_term=term) for term in ("scarves", "hats")]
        pipeline.broker.produce(topic, [Message(b"jane", value) for value in values])
        pipeline.committed_to_the_end(topic)

        eventually(
            lambda: service.metric(PREFIX + "events_total", topic=topic, outcome="skipped") == 1,
            10,
            "a skipped event",
        )
        assert [each.document["properties"]["search_term"] for each in pipeline.sandbox.events()] == ["hats"]


def test_the_log_tells_of_each_dead_letter(pipeline: Pipeline) -> None:
    """Of as many as the dead-letter topic has, those of a flood that is held too."""
    few, flood = (pipeline.broker.topic(2, name) for name in ("few", "flood"))
    bad = [order(pipeline.shop, email="", distinct_id=""), order(pipeline.shop, order_id=""), b"garbage"]
    with pipeline.service([{"topic": topic, "event": "purchase"} for topic in (few, flood)]) as service:
        service.wait_ready()
        for topic, values in ((few, bad * 33), (flood, bad[:1] * 400)):
            pipeline.broker.produce(topic, [Message(b"k%d" % at, value) for at, value in enumerate(values)])
        stopped = PREFIX + "intake_stopped"
        eventually(lambda: service.metric(stopped, cause="dead_letters") == 1, 60, "the flood to be held")
        eventually(lambda: service.metric(PREFIX + "events_total", topic=few) == 99, 60, "the few dead letters")
        service.terminate(30)
        lines = [
            line for line in service.logs() if line["event"].startswith(("a record failed", "more records failed"))
        ]
    told = sum(line.get("records", 1) + line.get("suppressed", 0) for line in lines)
    assert told == len(pipeline.failed(pipeline.dead_letter_topic, 99))


@pytest.mark.parametrize("customer", ["jane@example.com", "jane"])
def test_a_large_record_is_judged_by_what_is_sent_of_it(pipeline: Pipeline, customer: str) -> None:
    """2 MB of a field that no route maps are no reason to refuse an event, nor to lose a dead letter.

    The bytes are random: compression must not be what makes the record fit into the dead-letter topic.
    """
    topic = large_topic(pipeline)
    value = order(pipeline.shop, email=customer, note=os.urandom(LARGE // 2).hex())
    with pipeline.service([{"topic": topic, "event": "purchase"}]) as service:
        service.wait_ready()
        pipeline.broker.produce(topic, [Message(b"jane", value)])
        pipeline.committed_to_the_end(topic)

    dead = pipeline.failed(pipeline.dead_letter_topic)
    assert pipeline.sandbox.counts.accepted == (customer == "jane@example.com")
    assert [record.value for record in dead] == ([] if customer == "jane@example.com" else [value])


def large_topic(pipeline: Pipeline) -> str:
    """A topic of one partition that takes records of 4 MB."""
    topic = pipeline.broker.topic(1)
    pipeline.broker.limit(topic, 4 << 20)
    return topic


def test_a_record_that_is_too_large_is_set_aside_without_its_value(pipeline: Pipeline) -> None:
    """Whatever makes it large; those beside it are sent."""
    topic = pipeline.broker.topic(1)
    large = {
        "value": Message(b"jane", b"x" * 70_000),
        "headers": Message(b"jane", pipeline.shop.event("search", "jane@example.com"), (("trace", b"x" * 70_000),)),
    }
    with pipeline.service([{"topic": topic, "event": "search"}], delivery={"max_record_bytes": 65_536}) as service:
        service.wait_ready()
        pipeline.broker.produce(topic, list(large.values()))
        pipeline.produce(topic, "search", ["jane@example.com"])
        pipeline.accepted(1)
        dead = pipeline.failed(pipeline.dead_letter_topic, len(large))
        pipeline.committed_to_the_end(topic)

    for record in dead:
        headers = headers_of(record)
        assert (record.key, record.value) == (b"jane", None)
        assert headers["bluecore.reason"] == Reason.TOO_LARGE
        assert headers["__connect.errors.topic"] == topic
        assert int(headers["bluecore.left-out"]) > 70_000
        assert "trace" not in headers
