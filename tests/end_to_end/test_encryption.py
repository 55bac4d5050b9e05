"""Encrypted fields through the whole service: decrypted, waited for or refused, and never sent as ciphertext."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.responses import Response

from consumer.records import Reason
from tests.support.brokers import Message
from tests.support.contracts import KEKS, SECRET, Contracts, contracts, encrypt, encrypt_payload, written
from tests.support.pipeline import PREFIX, Pipeline, headers_of
from tests.support.waiting import eventually

PII = {"confluent:tags": ["PII"]}
CUSTOMER = {
    "type": "record",
    "name": "com.shop.Customer",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "mail", "type": "string", **PII},
        {"name": "given", "type": "string", **PII},
    ],
}
JANE = {"id": "guest-1@example.com", "mail": "jane@example.com", "given": "Jane"}
LOCAL = "rule.executors._default_.param.secret"
READS = {"event": "customer_patch", "fields": {"email": "mail", "first_name": "given"}}
BLIND = {"event": "search", "fields": {"distinct_id": "id", "search_term": "id"}}
"""Reads nothing that is encrypted."""


@pytest.fixture
def registry() -> Iterator[Contracts]:
    with contracts() as registry:
        yield registry


def produce(pipeline: Pipeline, registry: Contracts, topic: str, *rules: dict[str, Any]) -> None:
    registry.register(f"{topic}-value", CUSTOMER, *rules)
    value = written(registry, topic, JANE)
    assert b"Jane" not in value
    pipeline.broker.produce(topic, [Message(b"1", value)])


def keys(registry: Contracts, secret: str = SECRET) -> dict[str, Any]:
    return {"url": registry.url, "options": {LOCAL: secret, "timeout.ms": "2000"}}


@pytest.mark.parametrize("whole", [False, True])
def test_encrypted_fields_arrive_as_they_were(pipeline: Pipeline, registry: Contracts, whole: bool) -> None:  # noqa: FBT001
    topic = pipeline.broker.topic(1)
    produce(pipeline, registry, topic, encrypt_payload() if whole else encrypt("PII"))
    with pipeline.service([READS | {"topic": topic}], schema_registry=keys(registry)) as service:
        service.wait_ready()
        pipeline.accepted(1, 8)
        pipeline.committed_to_the_end(topic)
        output = service.written()
    (event,) = pipeline.sandbox.events()
    customer = event.document["properties"]["customer"]
    assert customer == {"email": "jane@example.com", "first_name": "Jane"}
    assert SECRET not in output


def test_keys_that_cannot_be_reached_are_an_outage(pipeline: Pipeline, registry: Contracts) -> None:
    """The partition waits, others go on, and it is told; nothing is blamed for it."""
    topic, other = pipeline.broker.topic(1), pipeline.broker.topic(1)
    produce(pipeline, registry, topic, encrypt("PII"))
    registry.instead[KEKS] = Response("", 503)
    with pipeline.service(
        [READS | {"topic": topic}, BLIND | {"topic": other}], schema_registry=keys(registry)
    ) as service:
        service.wait_ready()
        eventually(lambda: service.metric(PREFIX + "intake_stopped", cause="keys") == 1, 30, "the outage")
        assert "answers 503" in service.probe("/readyz").json()["details"]["keys"]
        assert service.metric(PREFIX + "registry_up") == 1
        registry.instead.clear()
        registry.register(f"{other}-value", CUSTOMER, encrypt("PII"))
        value = written(registry, other, JANE)
        registry.instead[KEKS] = Response("", 503)
        pipeline.broker.produce(other, [Message(b"1", value)])
        pipeline.accepted(1, 8)
        registry.instead.clear()
        pipeline.accepted(2, 20)
        eventually(lambda: service.metric(PREFIX + "intake_stopped", cause="keys") == 0, 10, "the outage's end")
        pipeline.committed_to_the_end(topic)
    assert pipeline.failed(pipeline.dead_letter_topic) == []


def test_a_key_that_is_not_to_be_had_refuses_who_reads_the_field_and_nobody_else(
    pipeline: Pipeline, registry: Contracts
) -> None:
    topic, other = pipeline.broker.topic(1), pipeline.broker.topic(1)
    for each in (topic, other):
        produce(pipeline, registry, each, encrypt("PII"))
    routes = [READS | {"topic": topic}, BLIND | {"topic": other}]
    with pipeline.service(routes, schema_registry=keys(registry, "another")) as service:
        service.wait_ready()
        pipeline.accepted(1, 8)
        (dead,) = pipeline.failed(pipeline.dead_letter_topic, 1)
        eventually(
            lambda: service.metric(PREFIX + "dead_letters_total", reason="encrypted") == 1, 10, "the dead letter"
        )
    headers = headers_of(dead)
    assert headers["bluecore.reason"] == Reason.ENCRYPTED
    assert headers["__connect.errors.stage"] == "map"
    message = headers["__connect.errors.exception.message"]
    assert message.startswith("email: is encrypted (com.shop.Customer.mail), and local-kms does not decrypt the key")
    assert [event.event for event in pipeline.sandbox.events()] == ["search"]
