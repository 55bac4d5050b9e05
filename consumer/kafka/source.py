"""Reads the routed topics, and the retry topic beside them, as members of the consumer group."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from consumer.config.model import Config
from consumer.delivery.decisions import Commit
from consumer.kafka.assignments import Assignments
from consumer.kafka.consumer_errors import ConsumerErrors
from consumer.kafka.group_protocol import CLASSIC, chosen
from consumer.kafka.member import Callbacks, GroupMember
from consumer.kafka.offset_commits import OffsetCommits
from consumer.kafka.record import record_from
from consumer.kafka.repositioning import Repositioning
from consumer.kafka.starts import Starts, reset_policy
from consumer.kafka.tokens.process import token_source
from consumer.kafka.topic_ids import TopicIds
from consumer.ports import Listener
from consumer.records import Partition, Record
from consumer.telemetry.losses import LossLedger
from consumer.telemetry.read_errors import ReadErrors

_NOT_FOUND = KafkaError._AUTO_OFFSET_RESET  # noqa: SLF001 - confluent-kafka's public name for it
_RETRIED_EVERY = 4


class KafkaSource:
    """Every call and callback is in the caller's thread.

    The retry topic has a member of its own: assignors balance the partitions of all topics together, so that with one
    member for both an instance would get all routed partitions and another all of the retry topic.
    """

    def __init__(  # noqa: PLR0913 - what it reads and whom it tells
        self,
        config: Config,
        subscription: Sequence[str],
        listener: Listener,
        on_statistics: Callable[[str], None] | None = None,
        read_errors: ReadErrors | None = None,
        *,
        losses: LossLedger | None = None,
    ) -> None:
        """Begin to join the group.

        Args:
            config: the brokers, the group, and the name of the retry topic.
            subscription: topics and patterns, the retry topic among them if it is to be read.
            listener: is told of partitions and commits.
            on_statistics: takes librdkafka's statistics of the routed topics' consumer, as JSON.
            read_errors: takes what Kafka does not let be read.
            losses: is told of records that were deleted before they were read.
        """
        self._read_errors = read_errors
        retry_topic = config.dead_letters.retry_topic
        self._failure_topics = (retry_topic,)
        self._most_bytes = config.delivery.max_record_bytes
        authentication = config.kafka.authentication
        renew = (lambda: None) if authentication is None else token_source(authentication).refused
        self._errors = ConsumerErrors(read_errors, renew)
        self._commits = OffsetCommits(listener)
        self._paused: set[Partition] = set()
        self._topic_ids = TopicIds(config.kafka, time.monotonic)
        strategy = str(config.kafka.options.get("partition.assignment.strategy", "cooperative-sticky"))
        self._starts = Starts(reset_policy(config.kafka.options), losses)
        self._repositioning = Repositioning(self._starts, self._member_of, self._errors.incidents)
        self._assignments = Assignments(
            starts=self._starts,
            topic_ids=self._topic_ids,
            repositioning=self._repositioning,
            commits=self._commits,
            listener=listener,
            read_errors=read_errors,
            lease_of=lambda partition: self._member_of(partition).lease_seconds,
            eager=chosen(config.kafka.options) == CLASSIC and "cooperative" not in strategy,
        )
        routed = [each for each in subscription if each != retry_topic]
        self._members = [self._member(config, routed, "", on_statistics)] if routed else []
        if retry_topic in subscription:
            self._members.append(self._member(config, [retry_topic], "retry", None))
        self._retry = self._members[-1] if retry_topic in subscription else None
        self._retry_topic = retry_topic

    def _member(
        self, config: Config, subscription: list[str], name: str, on_statistics: Callable[[str], None] | None
    ) -> GroupMember:
        callbacks = Callbacks(
            self._assignments.on_assign,
            self._assignments.on_revoke,
            self._assignments.on_lost,
            self._commits.on_commit,
            self._errors,
            on_statistics,
            self._errors.incidents,
        )
        look = None if name else partial(self._starts.look, subscription=subscription)
        return GroupMember(config.kafka, subscription, callbacks, name=name, before_joining=look)

    def poll(self, most: int, seconds: float) -> list[Record]:
        """Up to `most` records: at once if there are any, after up to `seconds` if one arrives by then.

        Raises:
            Fatal: a consumer cannot go on.
        """
        # First of all: what is read at an old position is none of a new topic's.
        self._assignments.look(self._paused)
        messages = self._retry.consume(max(1, most // _RETRIED_EVERY), 0) if self._retry is not None else []
        if (routed := self._members[0]) is not self._retry:
            messages += routed.consume(max(1, most - len(messages)), 0 if messages else seconds)
        elif not messages and seconds > 0:
            messages = routed.consume(most, seconds)
        records = [record for message in messages if (record := self._record(message)) is not None]
        if self._read_errors is not None:
            self._read_errors.ended(record.partition for record in records)
            self._read_errors.log_due()
        return records

    def pause(self, partitions: Iterable[Partition]) -> None:
        partitions = list(partitions)
        self._paused.update(partitions)
        for member, those in self._by_member(partitions):
            member.pause(_topic_partitions(those))

    def resume(self, partitions: Iterable[Partition]) -> None:
        partitions = list(partitions)
        self._paused.difference_update(partitions)
        for member, those in self._by_member(partitions):
            member.resume(_topic_partitions(those))

    @property
    def committing(self) -> bool:
        """Whether a commit has been sent and not been answered."""
        return any(member.unanswered for member in self._members)

    def positions(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Up to where each was read, the markers of transactions included; without those of which nothing was."""
        known: list[TopicPartition] = []
        for member, those in self._by_member(partitions):
            known += member.ask(partial(_positions, partitions=_topic_partitions(those))) or ()
        return {Partition(each.topic, each.partition): each.offset for each in known if each.offset >= 0}

    def commit(self, commits: Sequence[Commit], *, wait: bool = False) -> None:
        """Sends the commits, whose outcome goes to the listener.

        Args:
            commits: a partition each.
            wait: return when they are answered.
        """
        self._starts.committing(commits)
        by_partition = {commit.partition: commit for commit in commits}
        for member, partitions in self._by_member(by_partition):
            send = self._commits.send_and_wait if wait else self._commits.send
            send(member, [by_partition[each] for each in partitions])

    @property
    def joined(self) -> bool:
        """Whether the group has ever taken this instance in; it may own no partition.

        One member is enough: a routed topic that is not there yet keeps a classic member from joining.
        """
        return any(member.joined for member in self._members)

    def close(self) -> None:
        """Leaves the group; revocations are told to the listener first."""
        self._assignments.closing = True
        for member in self._members:
            member.close()
        self._topic_ids.close()

    def _by_member(self, partitions: Iterable[Partition]) -> list[tuple[GroupMember, list[Partition]]]:
        found: dict[GroupMember, list[Partition]] = {}
        for each in partitions:
            found.setdefault(self._member_of(each), []).append(each)
        return list(found.items())

    def _member_of(self, partition: Partition) -> GroupMember:
        return self._retry if self._retry is not None and partition.topic == self._retry_topic else self._members[0]

    def _record(self, message: Message) -> Record | None:
        if (error := message.error()) is None:
            return record_from(message, self._failure_topics, self._most_bytes)
        if error.code() == _NOT_FOUND:
            partition = Partition(message.topic() or "", message.partition() or 0)
            self._repositioning.out_of_range(partition, message.offset())
        else:
            self._errors.handle(message, error)
        return None


def _positions(consumer: Consumer, partitions: list[TopicPartition]) -> list[TopicPartition]:
    return consumer.position(partitions)


def _topic_partitions(partitions: Iterable[Partition]) -> list[TopicPartition]:
    return [TopicPartition(*partition) for partition in partitions]
