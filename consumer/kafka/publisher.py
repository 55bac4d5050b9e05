"""Writes failed records to the retry and the dead-letter topic, acknowledged by all in-sync replicas."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import partial
from typing import Any

import structlog
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from consumer.config import Config
from consumer.delivery.task import Task
from consumer.kafka.client import Fatal, client_options
from consumer.kafka.headers import failure_headers
from consumer.records import Outcome

log = structlog.get_logger(__name__)

# Reads of up to this size must be writable: the source topics' limit is not ours to know.
_LARGEST_MESSAGE = 64 << 20


class Publisher:
    """One idempotent producer. Results are collected by `poll`, in the caller's own thread."""

    def __init__(self, config: Config) -> None:
        letters = config.dead_letters
        self._topics: Mapping[Outcome, str] = {
            Outcome.RETRY: letters.retry_topic,
            Outcome.DEAD_LETTER: letters.dead_letter_topic,
        }
        self._fatal: KafkaError | None = None
        self._results: list[tuple[int, str | None]] = []
        self._partitions: dict[str, int] = {}
        options: dict[str, Any] = {
            "enable.idempotence": True,
            "compression.type": "lz4",
            "linger.ms": 5,
            "delivery.timeout.ms": 30_000,
            "message.max.bytes": _LARGEST_MESSAGE,
            "partitioner": "murmur2_random",
        }
        self._producer = Producer(
            client_options(config.kafka, options, "producer") | {"error_cb": self._on_error, "logger": log}
        )

    def publish(self, ticket: int, task: Task) -> None:
        """Hands the record of a failed task to the producer; its result comes from `poll` under `ticket`.

        A record without a key goes to a partition by its ordering key, so that a customer's stay in order.
        """
        record, failure, ordering_key = task.record, task.failure, task.ordering_key
        if failure is None:
            raise ValueError(f"{record.partition} offset {record.offset} has not failed")
        topic = self._topics[failure.outcome]
        parking_key = task.parking_key if failure.outcome is Outcome.RETRY else None
        place: dict[str, Any] = {}
        if record.key is None and ordering_key is not None and (partitions := self._count(topic)):
            place["partition"] = zlib.crc32(ordering_key) % partitions
        try:
            self._producer.produce(
                topic,
                key=record.key,
                value=record.value,
                headers=failure_headers(record, failure, parking_key),
                on_delivery=partial(self._done, ticket),
                **place,
            )
        except (BufferError, KafkaException) as error:
            self._results.append((ticket, str(error)))

    def poll(self, seconds: float = 0) -> list[tuple[int, str | None]]:
        """The results since the last call: a ticket, and why the write failed (None: acknowledged).

        Raises Fatal when the producer cannot go on.
        """
        self._producer.poll(seconds)
        if self._fatal is not None:
            raise Fatal(f"the Kafka producer cannot go on: {self._fatal.str()}")
        results, self._results = self._results, []
        return results

    def close(self, seconds: float) -> None:
        self._producer.flush(seconds)

    def _count(self, topic: str) -> int:
        if topic not in self._partitions:
            try:
                self._partitions[topic] = len(self._producer.list_topics(topic, timeout=5).topics[topic].partitions)
            except KafkaException:
                return 0
        return self._partitions[topic]

    def _done(self, ticket: int, error: KafkaError | None, message: Message) -> None:
        self._results.append((ticket, None if error is None else f"{message.topic()}: {error.str()}"))

    def _on_error(self, error: KafkaError) -> None:
        if error.fatal():
            self._fatal = error
