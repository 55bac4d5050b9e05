"""A Kafka message as a record: the one place where confluent-kafka's message is taken apart."""

from __future__ import annotations

from collections.abc import Container
from typing import cast

from confluent_kafka import Message

from consumer.kafka.headers import redelivery
from consumer.records import Headers, Partition, Record


def record_from(message: Message, failure_topics: Container[str]) -> Record:
    """The record in a message that is no error.

    Args:
        message: as `poll` or `consume` gives it.
        failure_topics: topics whose records' headers say what has become of them before: `redelivery`.
    """
    topic = message.topic() or ""
    kind, timestamp = message.timestamp()
    headers = cast("Headers", tuple(message.headers() or ()))
    return Record(
        Partition(topic, message.partition() or 0),
        message.offset() or 0,
        message.key(),
        message.value(),
        timestamp if kind and timestamp >= 0 else None,  # a producer may write -1, which is no time
        headers,
        redelivery(headers) if topic in failure_topics else None,
    )
