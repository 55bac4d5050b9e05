"""A message of confluent-kafka's as a record."""

from __future__ import annotations

from confluent_kafka import TIMESTAMP_CREATE_TIME, TIMESTAMP_NOT_AVAILABLE, Message

from consumer.kafka.record import record_from
from consumer.records import Headers, Partition, Record

HEADERS: Headers = (
    ("__connect.errors.topic", b"shop.orders"),
    ("__connect.errors.partition", b"2"),
    ("__connect.errors.offset", b"40"),
)


def message(timestamp: tuple[int, int] = (TIMESTAMP_CREATE_TIME, 1_700_000_000_000)) -> Message:
    headers: list[tuple[str, str | bytes | None]] = [*HEADERS]
    return Message(topic="retry", partition=3, offset=7, key=b"k", value=b"v", headers=headers, timestamp=timestamp)


def test_every_part_of_a_message_is_in_the_record() -> None:
    expected = Record(Partition("retry", 3), 7, b"k", b"v", 1_700_000_000_000, HEADERS)
    assert record_from(message(), ()) == expected


def test_without_a_timestamp_there_is_none() -> None:
    assert record_from(message((TIMESTAMP_NOT_AVAILABLE, -1)), ()).timestamp_ms is None


def test_a_record_of_a_failure_topic_comes_with_its_past() -> None:
    record = record_from(message(), ("retry",))
    assert (record.origin, record.origin_offset) == (Partition("shop.orders", 2), 40)
