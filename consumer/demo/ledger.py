"""Where each produced record ended, read from the places themselves: the sandbox and the two topics."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import Consumer, Message, TopicPartition

from consumer.config import KafkaConfig
from consumer.kafka.client import Silent, client_options
from consumer.kafka.headers import OURS, redelivery
from consumer.records import Partition
from consumer.sandbox.sandbox import Sandbox

Place = tuple[Partition, int]
_TIMEOUT = 15.0


@dataclass(slots=True)
class Row:
    """One event type of the summary."""

    produced: int = 0
    delivered: int = 0
    retried: int = 0
    skipped: int = 0
    dead_lettered: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)


def settle_accounts(
    produced: dict[Place, str], skipped: set[Place], sandbox: Sandbox, retried: set[Place], dead: dict[Place, str]
) -> dict[str, Row]:
    """The summary by event type.

    `produced`: the event type by place; `skipped`: the tombstones among them, if the service counted as many;
    `dead`: the reason by original place.
    """
    attempts: Counter[Place] = Counter()
    delivered: set[Place] = set()
    for received in sandbox.events():
        place = _place(received.idempotency_key)
        attempts[place] += 1
        if received.outcome == "accepted":
            delivered.add(place)
    rows: defaultdict[str, Row] = defaultdict(Row)
    for place, event in produced.items():
        row = rows[event]
        row.produced += 1
        row.retried += attempts[place] > 1 or place in retried
        if place in delivered:
            row.delivered += 1
        elif place in dead:
            row.dead_lettered[dead[place]] += 1
        elif place in skipped:
            row.skipped += 1
        else:
            row.missing.append(f"{place[0]} offset {place[1]}")
    return dict(rows)


def read_failures(kafka: KafkaConfig, topic: str) -> Iterator[tuple[Place, str]]:
    """Each record of the retry or dead-letter topic: where it came from first, and why it is there."""
    for message in _whole_topic(kafka, topic):
        headers: Any = tuple(message.headers() or ())
        past = redelivery(headers)
        if past is not None:
            yield (past.origin, past.offset), (dict(headers).get(OURS + "reason") or b"?").decode()


def _whole_topic(kafka: KafkaConfig, topic: str) -> Iterator[Message]:
    consumer = Consumer(
        client_options(
            kafka, {"group.id": "bluecore-demo-reader", "enable.auto.commit": False, "logger": Silent()}, "consumer"
        )
    )
    try:
        metadata = consumer.list_topics(topic, timeout=_TIMEOUT).topics[topic]
        ends = {}
        for number in metadata.partitions:
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=_TIMEOUT)
            if high > low:
                ends[number] = high
        consumer.assign([TopicPartition(topic, number, 0) for number in ends])
        while ends:
            for message in _without_errors(consumer.consume(500, 1.0)):
                yield message
                number, offset = message.partition() or 0, message.offset() or 0
                if offset + 1 >= ends.get(number, 0):
                    ends.pop(number, None)
    finally:
        consumer.close()


def _without_errors(messages: Iterable[Message]) -> Iterator[Message]:
    return (message for message in messages if message.error() is None)


def _place(idempotency_key: str) -> Place:
    """`topic:partition:offset[:n]`, read back; topics hold no colon."""
    topic, partition, offset = idempotency_key.split(":")[:3]
    return Partition(topic, int(partition)), int(offset)
