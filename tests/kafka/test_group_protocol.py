"""Which group protocol is spoken, and what a fatal error says."""

from __future__ import annotations

from typing import Any

import pytest
from confluent_kafka import KafkaError

from consumer.kafka.group_protocol import End, chosen, end_of, is_fatal


@pytest.mark.parametrize(
    ("options", "protocol"),
    [
        ({}, None),
        ({"security.protocol": "SSL"}, None),
        ({"group.protocol": "CONSUMER"}, "consumer"),
        ({"group.protocol": "classic"}, "classic"),
        ({"session.timeout.ms": 6000}, "classic"),
        ({"heartbeat.interval.ms": 6000}, "classic"),
        ({"partition.assignment.strategy": "range"}, "classic"),
    ],
)
def test_the_options_decide_where_they_say_anything(options: dict[str, Any], protocol: str | None) -> None:
    assert chosen(options) == protocol


@pytest.mark.parametrize(
    ("code", "end"),
    [
        (KafkaError.UNSUPPORTED_VERSION, End.NOT_OFFERED),
        (KafkaError.GROUP_ID_NOT_FOUND, End.CLASSIC_GROUP),
        (KafkaError.UNRELEASED_INSTANCE_ID, End.NOT_RELEASED),
        (KafkaError.FENCED_INSTANCE_ID, End.FENCED),
        (KafkaError.GROUP_AUTHORIZATION_FAILED, End.OTHER),
    ],
)
def test_what_a_fatal_error_says_is_read_from_its_text(code: int, end: End) -> None:
    """As librdkafka words it: its code is that of any fatal error, and it does not say that it is one."""
    text = KafkaError(code).str()
    error = KafkaError(KafkaError._FATAL, f"Fatal error: {text}: ConsumerGroupHeartbeat fatal error: {text}")  # noqa: SLF001 - confluent-kafka's public name for it

    assert is_fatal(error)
    assert end_of(error) is end


def test_other_errors_are_not_fatal() -> None:
    assert not is_fatal(KafkaError(KafkaError.UNRELEASED_INSTANCE_ID))
