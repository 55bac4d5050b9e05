"""Records whose schema id is in a header: they are delivered, also after a failure, and shown as what they are."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.commands.preview.preview import preview_topic
from consumer.config.model import Config
from consumer.records import Partition, Reject, Send
from consumer.sandbox.faults import FaultPlan, Scripts
from consumer.sandbox.registry import guid_of
from consumer.sandbox.serve import serve
from tests.avro.glue_stub import UUID, WRITTEN, Glue
from tests.avro.support import body
from tests.end_to_end.test_redelivery import ATTEMPTS, SETTINGS, UNLUCKY, requests_of
from tests.support.brokers import Broker, Message
from tests.support.pipeline import Pipeline

JANE = "jane@example.com"


def test_a_redelivery_and_a_dead_letter_keep_the_header(pipeline: Pipeline) -> None:
    """The value names no schema: without its header it could not be read again."""
    topic, (schema_id, _) = pipeline.broker.topic(1), pipeline.shop.schemas["search"]
    named = (("__value_schema_id", b"\x01" + bytes.fromhex(guid_of(schema_id).replace("-", ""))),)
    bare = [pipeline.shop.event("search", email)[5:] for email in (JANE, UNLUCKY, JANE)]
    pipeline.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id={UNLUCKY: (500,) * (ATTEMPTS + 1)})))
    with pipeline.service([{"topic": topic, "event": "search"}], **SETTINGS) as service:
        service.wait_ready()
        pipeline.broker.produce(topic, [Message(str(at).encode(), each, named) for at, each in enumerate(bare)])
        pipeline.broker.produce(topic, [Message(b"bad", bare[0] + b"x", named)])
        pipeline.accepted(3)
        (dead,) = pipeline.failed(pipeline.dead_letter_topic, 1)
        (retried,) = pipeline.failed(pipeline.retry_topic)

    assert [request.status for request in requests_of(pipeline, UNLUCKY)][-1] == 202
    for record in (dead, retried):
        assert record.headers[: len(named)] == named


@pytest.mark.usefixtures("aws_role")
def test_a_preview_reads_aws_glues_records_and_says_what_is_missing_for_others(broker: Broker) -> None:
    topic = broker.topic(1)
    prefix = b"\x03\x00" + bytes.fromhex(UUID.replace("-", ""))
    order = body(WRITTEN, {"email": JANE, "id": "A1"})
    header = (("apicurio.value.globalId", (7).to_bytes(8, "big")),)
    broker.produce(topic, [Message(b"a", prefix + order, partition=0), Message(b"b", order, header, partition=0)])
    with serve(Glue()) as url:
        shown = {each.place: each.outcome for each in preview_topic(configuration(broker, topic, url), topic, 2)}
    read, other = (shown[Partition(topic, 0), offset] for offset in (0, 1))

    assert isinstance(read, Send)
    assert read.requests[0].customer == JANE
    assert isinstance(other, Reject)
    assert "the header apicurio.value.globalId" in other.message
    assert "set schema_registry.type: apicurio" in other.message


def configuration(broker: Broker, topic: str, url: str) -> Config:
    sections: dict[str, Any] = {
        "kafka": {"bootstrap_servers": broker.bootstrap},
        "schema_registry": {"type": "glue", "url": url, "options": {"region": "eu-central-1"}},
        "bluecore": {"namespace": "shop"},
        "routes": [{"topic": topic, "event": "optin"}],
    }
    return Config.model_validate(sections)
