"""A message of confluent-kafka's as a record."""

from __future__ import annotations

import pytest
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


def test_one_that_was_set_aside_without_its_value_says_how_large_it_was() -> None:
    told: list[tuple[str, str | bytes | None]] = [*HEADERS, ("bluecore.left-out", b"7101")]
    letter = Message(topic="retry", partition=3, offset=7, key=b"k", value=None, headers=told)
    assert record_from(letter, ("retry",)).left_out == 7101
    assert record_from(letter, ()).left_out == 0


def sized(value: int = 0, *, key: int = 1, header: int = 0, topic: str = "shop.orders") -> Message:
    headers: list[tuple[str, str | bytes | None]] = [("h", b"x" * header)] if header else []
    return Message(topic=topic, partition=3, offset=7, key=b"k" * key, value=b"v" * value, headers=headers)


@pytest.mark.parametrize("message", [sized(99), sized(49, header=49), sized(0, key=100)])
def test_a_record_as_large_as_may_be_is_whole(message: Message) -> None:
    record = record_from(message, (), most_bytes=100)
    assert (record.value, record.left_out, record.size) == (message.value(), 0, 100)


@pytest.mark.parametrize("message", [sized(100), sized(49, header=50), sized(0, key=101)])
def test_of_a_larger_one_value_and_headers_are_left_out(message: Message) -> None:
    """What is needed to set it aside stays: where it is from, and its key."""
    record = record_from(message, (), most_bytes=100)
    assert (record.value, record.headers, record.left_out) == (None, (), 101)
    assert (record.partition, record.offset, record.key) == (Partition("shop.orders", 3), 7, message.key())


def test_a_key_that_is_large_itself_is_left_out_too() -> None:
    assert record_from(sized(key=1 << 20), (), most_bytes=100).key is None


def test_the_headers_of_a_failure_do_not_make_a_record_too_large() -> None:
    """One of the largest size goes to the retry topic and back."""
    failed = sized(99, header=1000, topic="retry")
    assert record_from(failed, ("retry",), most_bytes=100).value == b"v" * 99
    assert record_from(sized(99, header=100_000, topic="retry"), ("retry",), most_bytes=100).value is None
