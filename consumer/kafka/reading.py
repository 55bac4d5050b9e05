"""A topic to be looked at: read between any two offsets. No group is joined, nothing is committed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Self

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from consumer.config.model import Config, KafkaConfig
from consumer.errors import ExpectedError
from consumer.kafka.client import client_options
from consumer.kafka.commits import patient_commits
from consumer.kafka.connection import TIMEOUT_SECONDS, ErrorCollector, Unreachable, cluster_metadata
from consumer.kafka.record import record_from
from consumer.records import Record
from consumer.suggestions import did_you_mean

_BATCH = 500
_PATIENCE_SECONDS = 0.5


class NoSuchTopic(ExpectedError):
    """The brokers have no topic of this name."""


class TopicReader:
    """Reads one topic; records of the retry and the dead-letter topic come with their past, as `redelivery`.

    Attributes:
        bounds: by partition, the first offset and the one behind the last, when it was opened.
    """

    def __init__(self, config: Config, topic: str) -> None:
        """Look the topic up.

        Raises:
            NoSuchTopic: the brokers have no topic of this name.
            Unreachable: they do not answer.
        """
        errors = ErrorCollector()
        letters = config.dead_letters
        self._topic = topic
        self._failure_topics = {letters.retry_topic, letters.dead_letter_topic}
        self._most_bytes = config.delivery.max_record_bytes
        options = client_options(config.kafka, {"group.id": config.kafka.group_id}, "consumer")
        callbacks = {
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "error_cb": errors,
            "logger": errors,
        }
        self._consumer = Consumer(options | callbacks)
        try:
            self.bounds: Mapping[int, tuple[int, int]] = self._bounds(config, errors)
        except BaseException:
            self._consumer.close()
            raise

    def _bounds(self, config: Config, errors: ErrorCollector) -> dict[int, tuple[int, int]]:
        topics = cluster_metadata(self._consumer, config.kafka, errors).topics
        if self._topic not in topics:
            hint = did_you_mean(self._topic, topics)
            raise NoSuchTopic(
                f"{config.kafka.bootstrap_servers} has no topic {self._topic}, or none we may see{hint}"
            )
        return {
            number: self._consumer.get_watermark_offsets(TopicPartition(self._topic, number), timeout=TIMEOUT_SECONDS)
            for number in topics[self._topic].partitions
        }

    def offsets_since(self, at_ms: int) -> dict[int, int]:
        """By partition, the first offset of a record from then on, or the end.

        All of it, where the broker cannot search by time, as the embedded one.

        Args:
            at_ms: ms since the epoch.

        Raises:
            Unreachable: the brokers do not answer.
        """
        asked = [TopicPartition(self._topic, number, at_ms) for number in self.bounds]
        try:
            answers = self._consumer.offsets_for_times(asked, timeout=TIMEOUT_SECONDS) if asked else []
        except KafkaException as error:
            raise Unreachable(f"{self._topic} could not be searched by time: {error.args[0].str()}") from None
        ends = {number: high for number, (_, high) in self.bounds.items()}
        if all(each.offset < 0 for each in answers) and self._ends_after(at_ms):
            return {number: low for number, (low, _) in self.bounds.items()}
        return {each.partition: each.offset if each.offset >= 0 else ends[each.partition] for each in answers}

    def _ends_after(self, at_ms: int) -> bool:
        """Whether a last record is of then or later, ms since the epoch."""
        last = {number: high - 1 for number, (low, high) in self.bounds.items() if low < high}
        ends = {number: offset + 1 for number, offset in last.items()}
        return any((record.timestamp_ms or 0) >= at_ms for record in self.read(last, ends))

    def commits(self) -> dict[int, tuple[int, str]]:
        """By partition, what the group has committed, and the metadata; nothing of those without a commit.

        Raises:
            Unreachable: the brokers do not answer.
        """
        asked = [TopicPartition(self._topic, number) for number in self.bounds]
        try:
            answers = patient_commits(self._consumer, asked) if asked else []
        except KafkaException as error:
            raise Unreachable(f"the group's commits cannot be read: {error.args[0].str()}") from None
        return {each.partition: (each.offset, each.metadata or "") for each in answers if each.offset >= 0}

    def read(self, starts: Mapping[int, int], ends: Mapping[int, int]) -> Iterator[Record]:
        """What lies between these offsets, by partition; each partition's in their order.

        Raises:
            Unreachable: nothing comes for a while, or the topic may not be read.
        """
        behind = {number for number, start in starts.items() if start < ends[number]}
        self._consumer.assign([TopicPartition(self._topic, number, starts[number]) for number in behind])
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while behind:
            messages = self._arrived()
            if messages:
                deadline = time.monotonic() + TIMEOUT_SECONDS
            elif time.monotonic() > deadline:
                raise Unreachable(f"the brokers stopped answering while {self._topic} was read")
            for message in messages:
                number, error = message.partition() or 0, message.error()
                if error is None and (message.offset() or 0) < ends[number]:
                    yield record_from(message, self._failure_topics, self._most_bytes)
                    # Whoever takes the records may take a while.
                    deadline = time.monotonic() + TIMEOUT_SECONDS
                elif error is not None and error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001 - confluent-kafka's public name for it
                    raise Unreachable(f"{self._topic} cannot be read: {error.str()}")
                if error is not None or (message.offset() or 0) >= ends[number] - 1:
                    behind.discard(number)

    def _arrived(self) -> list[Message]:
        """What is there, as soon as something is: `consume` with a time-out waits for as many as it was asked for."""
        first = self._consumer.poll(_PATIENCE_SECONDS)
        return [] if first is None else [first, *self._consumer.consume(_BATCH, 0)]

    def close(self) -> None:
        self._consumer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def topic_names(config: KafkaConfig) -> list[str]:
    """The names of all topics that we may see.

    Raises:
        Unreachable: no broker answers.
    """
    errors = ErrorCollector()
    options = client_options(config, {"group.id": config.group_id}, "consumer")
    with Consumer(options | {"error_cb": errors, "logger": errors}) as consumer:
        return sorted(cluster_metadata(consumer, config, errors).topics)
