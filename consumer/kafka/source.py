"""Reads the routed topics as one member of the consumer group."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from consumer.config.model import Config
from consumer.delivery.commits import CommitFault
from consumer.delivery.task import Commit
from consumer.kafka.client import Fatal, consumer_options
from consumer.kafka.consumer_errors import ConsumerErrors
from consumer.kafka.record import record_from
from consumer.ports import Assigned, Listener
from consumer.records import Partition, Record
from consumer.telemetry.read_errors import ReadErrors

log = structlog.get_logger(__name__)

_COMMITTED_TIMEOUT = 3.0
_COMMIT_TIMEOUT = 5.0
# Apache Kafka 4.4 answers "unknown server error" where the maps of all partitions together exceed a batch [measured].
_TOO_LARGE_AS_A_WHOLE = {KafkaError.UNKNOWN, KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_COMMIT_OFFSET_SIZE}


class KafkaSource:
    """One consumer; every call and callback is in the caller's thread."""

    def __init__(
        self,
        config: Config,
        subscription: Sequence[str],
        listener: Listener,
        on_statistics: Callable[[str], None] | None = None,
        read_errors: ReadErrors | None = None,
    ) -> None:
        self._listener = listener
        self._read_errors = read_errors
        self._failure_topics = (config.dead_letters.retry_topic,)
        self._errors = ConsumerErrors(read_errors)
        self._joined = False
        self._revoking = False
        self.committing = False
        """Whether a commit has been sent and not been answered."""
        callbacks: dict[str, Any] = {
            "error_cb": self._errors,
            "on_commit": self._on_commit,
            "stats_cb": on_statistics,
            "logger": self._errors.incidents,
        }
        self._consumer = Consumer(
            {"statistics.interval.ms": 5_000 if on_statistics else 0}
            | consumer_options(config.kafka)
            | {name: callback for name, callback in callbacks.items() if callback is not None}
        )
        self._consumer.subscribe(
            list(subscription), on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_lost
        )

    def poll(self, most: int, seconds: float) -> list[Record]:
        """Up to `most` records: at once if there are any, after up to `seconds` if one arrives by then.

        Raises:
            Fatal: the consumer cannot go on.
        """
        messages = self._consumer.consume(most, 0)
        if not messages and seconds > 0 and (message := self._consumer.poll(seconds)) is not None:
            messages = [message]
        if self._errors.fatal is not None:
            raise Fatal(self._errors.fatal)
        records = [record for message in messages if (record := self._record(message)) is not None]
        if self._read_errors is not None:
            self._read_errors.ended(record.partition for record in records)
            self._read_errors.log_due()
        return records

    def pause(self, partitions: Iterable[Partition]) -> None:
        self._consumer.pause(_topic_partitions(partitions))

    def resume(self, partitions: Iterable[Partition]) -> None:
        self._consumer.resume(_topic_partitions(partitions))

    def positions(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Up to where each was read, the markers of transactions included; without those of which nothing was."""
        known = self._consumer.position(_topic_partitions(partitions))
        return {Partition(each.topic, each.partition): each.offset for each in known if each.offset >= 0}

    def commit(self, commits: Sequence[Commit], *, wait: bool = False) -> None:
        """Sends the commits, whose outcome goes to the listener.

        librdkafka waits for a whole session time-out when no broker answers: the wait has a deadline of its own, but
        for the one while partitions are being revoked.

        Args:
            commits: a partition each.
            wait: return when they are answered.
        """
        offsets = [TopicPartition(*commit.partition, commit.offset, commit.metadata) for commit in commits]
        if not wait:
            try:
                self._consumer.commit(offsets=offsets)
                self.committing = True
            except KafkaException as error:
                self._on_commit(error.args[0], offsets)
            return
        if self._revoking:
            # Another thread's commit is not answered before the callback of a rebalance has returned.
            self._on_commit(*self._commit_now(offsets))
            return
        outcome: list[tuple[KafkaError | None, list[TopicPartition]]] = []
        waiting = threading.Thread(target=lambda: outcome.append(self._commit_now(offsets)), daemon=True)
        waiting.start()
        waiting.join(_COMMIT_TIMEOUT)
        if outcome:
            self._on_commit(*outcome[0])
        else:
            log.warning("the last commit was not answered in time; what it covered may be sent again")

    def _commit_now(self, offsets: list[TopicPartition]) -> tuple[KafkaError | None, list[TopicPartition]]:
        try:
            return None, self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            return error.args[0], offsets

    @property
    def joined(self) -> bool:
        """Whether the group has ever taken this member in; it may own no partition."""
        self._joined = self._joined or bool(self._consumer.memberid())
        return self._joined

    def close(self) -> None:
        """Leaves the group; revocations are told to the listener first."""
        self._consumer.close()

    def _record(self, message: Message) -> Record | None:
        if (error := message.error()) is not None:
            self._errors.handle(message, error)
            return None
        return record_from(message, self._failure_topics)

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        try:
            committed = consumer.committed(partitions, timeout=_COMMITTED_TIMEOUT)
        except KafkaException as error:
            # Only the map of settled offsets is missed: more is sent again, nothing is lost.
            log.warning("the group's commits could not be read", error=str(error))
            committed = partitions
        if self._read_errors is not None:
            self._read_errors.joined()
            self._read_errors.ended(_partitions(partitions))
        self._listener.on_assigned(
            [
                Assigned(
                    Partition(each.topic, each.partition),
                    each.offset if each.offset >= 0 else None,
                    each.metadata or "",
                )
                for each in committed
            ]
        )

    def _on_revoke(self, _consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._revoking = True
        try:
            self._listener.on_revoked(_partitions(partitions))
        finally:
            self._revoking = False
        self._gone(partitions)

    def _on_lost(self, _consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._listener.on_lost(_partitions(partitions))
        self._gone(partitions)

    def _gone(self, partitions: list[TopicPartition]) -> None:
        if self._read_errors is not None:
            self._read_errors.gone(_partitions(partitions))

    def _on_commit(self, error: KafkaError | None, partitions: list[TopicPartition]) -> None:
        self.committing = False
        failed = [(each, each.error or error) for each in partitions if each.error or error]
        committed = [each for each in partitions if not (each.error or error)]
        if committed:
            self._listener.on_committed(_partitions(committed))
        for fault in CommitFault:
            alike = [(each, why) for each, why in failed if why is not None and _commit_fault(why) is fault]
            if alike:
                self._listener.on_commit_failed(_partitions(each for each, _ in alike), str(alike[0][1]), fault)


def _commit_fault(error: KafkaError) -> CommitFault:
    if error.code() == KafkaError.OFFSET_METADATA_TOO_LARGE:
        return CommitFault.MAP_REFUSED
    return CommitFault.UNKNOWN if error.code() in _TOO_LARGE_AS_A_WHOLE else CommitFault.LOST


def _topic_partitions(partitions: Iterable[Partition]) -> list[TopicPartition]:
    return [TopicPartition(*partition) for partition in partitions]


def _partitions(partitions: Iterable[TopicPartition]) -> list[Partition]:
    return [Partition(each.topic, each.partition) for each in partitions]
