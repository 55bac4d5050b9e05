"""A Kafka message as a record: the one place where confluent-kafka's message is taken apart."""

from __future__ import annotations

import sys
from collections.abc import Container
from typing import cast

from confluent_kafka import Message

from consumer.kafka.headers import left_out, redelivery
from consumer.records import Headers, Partition, Record

_HEADERS_BYTES = 64 << 10


def record_from(message: Message, failure_topics: Container[str], most_bytes: int = sys.maxsize) -> Record:
    """The record in a message that is no error.

    Args:
        message: as `poll` or `consume` gives it.
        failure_topics: topics whose records' headers say what has become of them before: `redelivery`.
        most_bytes: of a larger record the value and the headers are left out, which are not needed to set it aside.
            Records of `failure_topics` may be as much larger as the headers of a failure are.
    """
    topic = message.topic() or ""
    kind, timestamp = message.timestamp()
    headers = cast("Headers", tuple(message.headers() or ()))
    failed = topic in failure_topics
    record = Record(
        Partition(topic, message.partition() or 0),
        message.offset() or 0,
        message.key(),
        message.value(),
        timestamp if kind and timestamp >= 0 else None,  # a producer may write -1, which is no time
        headers,
        redelivery(headers) if failed else None,
        left_out(headers) if failed else 0,
    )
    return record if record.size <= most_bytes + failed * _HEADERS_BYTES else record.without_value()
