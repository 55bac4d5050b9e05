"""Writes failed records and receipts to their topics, acknowledged by all in-sync replicas."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from consumer.config.model import Config
from consumer.config.secrets import secrets_of
from consumer.delivery.failures import TooLargeToWrite
from consumer.delivery.task import Task
from consumer.kafka.client import producer_options
from consumer.kafka.concessions import Concessions
from consumer.kafka.connection import made
from consumer.kafka.group_protocol import is_fatal
from consumer.kafka.headers import failure_headers
from consumer.kafka.logging import RateLimitedLog
from consumer.kafka.receipts import ReceiptWriter
from consumer.records import Failure, Headers, OrderClass, Outcome, Partition, Receipt, Record
from consumer.telemetry.masking import masker
from consumer.tokens.token import TokenUnavailable

log = structlog.get_logger(__name__)

_PURGE_SECONDS = 1.0


class Publisher:
    """One idempotent producer. Results are collected by `poll`, in the caller's own thread."""

    def __init__(
        self, config: Config, partitions: Mapping[str, int], on_statistics: Callable[[str], None] | None = None
    ) -> None:
        """Connect a producer.

        Args:
            config: the configuration.
            partitions: how many each topic has that is written to, as `ensure_topics` tells. Partitions added later
                are not counted, so that a customer's records stay where their earlier ones are.
            on_statistics: takes librdkafka's statistics, as JSON.
        """
        letters = config.dead_letters
        self._group = config.kafka.group_id
        self._topics: Mapping[Outcome, str] = {
            Outcome.RETRY: letters.retry_topic,
            Outcome.DEAD_LETTER: letters.dead_letter_topic,
        }
        receipts, key = config.receipts.topic, config.customer_hash_key
        self._receipts = None if receipts is None else ReceiptWriter(receipts, partitions[receipts], key)
        self._fatal: KafkaError | None = None
        self._results: list[tuple[int, str | None]] = []
        self._partitions = partitions
        self._mask = masker(secrets_of(config))
        self._config = config.kafka
        self._concessions = Concessions()
        self._own_options = {"error_cb": self._on_error, "logger": RateLimitedLog(log)}
        self._statistics: dict[str, Any] = {}
        if on_statistics is not None:
            self._statistics = {"statistics.interval.ms": 5_000}
            self._own_options |= {"stats_cb": on_statistics}
        self._producer = self._made()

    def publish(self, ticket: int, task: Task) -> None:
        """Hands the record of a failed task to the producer; its result comes from `poll` under `ticket`.

        A record whose order is not that of its key goes to a partition by its ordering key, so that a customer's stay
        in order; one for a destination by name to that name's, so that what piles up for one is in few others' way.

        Raises:
            ValueError: the task has not failed.
        """
        if task.failure is None:
            raise ValueError(f"{task.record.partition} offset {task.record.offset} has not failed")
        keys = task.ordering_key, task.parking_key
        where = task.addressee
        self.write(ticket, task.record, task.failure, *keys, kind=task.kind, part=task.part_left, destination=where)

    def write(  # noqa: PLR0913 - what a task says of its record, one by one
        self,
        ticket: int,
        record: Record,
        failure: Failure,
        ordering_key: bytes | None,
        parking_key: bytes | None,
        *,
        kind: OrderClass | None,
        part: OrderClass | None,
        destination: str | None = None,
    ) -> None:
        """What `publish` does, for a record that no task carries; see `Task` for what it is given of it."""
        topic = self._topics[failure.outcome]
        group: str | None = self._group
        if failure.outcome is not Outcome.RETRY:
            parking_key = group = None
        chosen: dict[str, Any] = {}
        if destination:
            chosen["partition"] = zlib.crc32(destination.encode()) % self._partitions[topic]
        elif ordering_key is not None and ordering_key != record.key:
            chosen["partition"] = zlib.crc32(ordering_key) % self._partitions[topic]
        try:
            self._producer.produce(
                topic,
                key=record.key,
                value=record.value,
                headers=failure_headers(
                    record, self._masked(failure), parking_key, kind, part, destination, group=group
                ),
                on_delivery=partial(self._on_delivery, ticket),
                **chosen,
            )
        except BufferError as error:
            self._results.append((ticket, str(error)))
        except KafkaException as error:
            self._results.append((ticket, _reason(topic, error.args[0])))

    def receipt(self, ticket: int, receipt: Receipt) -> None:
        """Hands a receipt to the producer; its result comes from `poll` under `ticket`.

        Raises:
            ValueError: there is no topic for receipts.
        """
        if self._receipts is None:
            raise ValueError("receipts.topic is not set")
        try:
            self._producer.produce(**self._receipts.message(receipt), on_delivery=partial(self._on_delivery, ticket))
        except (BufferError, KafkaException) as error:
            self._results.append((ticket, str(error)))

    def _masked(self, failure: Failure) -> Failure:
        """Bluecore's answer may quote the request, token and all; whoever may read the topic may read the header."""
        return replace(failure, message=self._mask(failure.message))

    def write_marker(self, ticket: int, partition: Partition, headers: Headers) -> None:
        """A record of nothing but headers, at the end of this partition; its result comes under `ticket`."""
        try:
            self._producer.produce(
                partition.topic,
                partition=partition.number,
                headers=list(headers),
                on_delivery=partial(self._on_delivery, ticket),
            )
        except (BufferError, KafkaException) as error:
            self._results.append((ticket, str(error)))

    def poll(self, seconds: float = 0) -> list[tuple[int, str | None]]:
        """The results since the last call: a ticket, and why the write failed (None: acknowledged)."""
        try:
            self._producer.poll(seconds)
        except KafkaException as error:
            # A fatal error of a producer is raised, and no `error_cb` called [confluent-kafka 2.16].
            if not is_fatal(error.args[0]):
                raise
            self._on_error(error.args[0])
        if self._fatal is not None:
            self._make_anew(self._fatal)
        results, self._results = self._results, []
        return results

    def _make_anew(self, fatal: KafkaError) -> None:
        """An idempotent producer that cannot tell what was written is of no more use; what it had in hand has failed.

        So it is while a topic has too few in-sync replicas for longer than `delivery.timeout.ms`, twice [measured on
        Apache Kafka 4.4]. Records that fail wait, and are written anew; good ones go on.
        """
        try:
            anew = self._made()
        except TokenUnavailable:
            return  # what is handed to the old one fails meanwhile, and waits
        log.warning("the producer of failed records is made anew", reason=fatal.str())
        self._fatal = None
        self._producer.purge()
        with suppress(KafkaException):
            self._producer.flush(_PURGE_SECONDS)
        self._producer = anew

    def _made(self) -> Producer:
        options = producer_options(self._config) | dict(self._concessions.options)
        return made(Producer, self._statistics | options | self._own_options)

    def close(self, seconds: float) -> None:
        self._producer.flush(seconds)

    def _on_delivery(self, ticket: int, error: KafkaError | None, message: Message) -> None:
        self._results.append((ticket, None if error is None else _reason(message.topic() or "", error)))
        if error is not None and self._concessions.heard(error):
            self._fatal = error

    def _on_error(self, error: KafkaError) -> None:
        if is_fatal(error):
            self._concessions.heard(error)
            self._fatal = error


def _reason(topic: str, error: KafkaError) -> str:
    text = f"{topic}: {error.str()}"
    return TooLargeToWrite(text) if error.code() == KafkaError.MSG_SIZE_TOO_LARGE else text
