"""What follows when partitions come and go: where reading begins, who is told, and whether their topic is another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import structlog
from confluent_kafka import Consumer, TopicPartition

from consumer.kafka.offset_commits import OffsetCommits
from consumer.kafka.repositioning import Repositioning
from consumer.kafka.starts import Starts
from consumer.kafka.topic_ids import TopicIds
from consumer.ports import Assigned, Listener
from consumer.records import Partition
from consumer.telemetry.read_errors import ReadErrors

log = structlog.get_logger(__name__)


class Assignments:
    """Takes the callbacks of the rebalances of every member, in the thread that polls them."""

    def __init__(  # noqa: PLR0913 - those who are asked and told when partitions move
        self,
        *,
        starts: Starts,
        topic_ids: TopicIds,
        repositioning: Repositioning,
        commits: OffsetCommits,
        listener: Listener,
        read_errors: ReadErrors | None,
        lease_of: Callable[[Partition], float],
        eager: bool,
    ) -> None:
        """Begin without partitions.

        Args:
            starts: decides where reading begins.
            topic_ids: knows whether a topic is still the one that it was.
            repositioning: moves what is to be read elsewhere.
            commits: is told while a revocation is under way.
            listener: is told of partitions.
            read_errors: is told which partitions can be read again.
            lease_of: for how many seconds the group's word holds that a partition is ours.
            eager: whether the assignor gives all partitions each time, and not only the new ones.
        """
        self._starts = starts
        self._topic_ids = topic_ids
        self._repositioning = repositioning
        self._commits = commits
        self._listener = listener
        self._read_errors = read_errors
        self._lease_of = lease_of
        self._eager = eager
        self._assigned: set[Partition] = set()
        self.closing = False
        """Whether the group is being left: then no topic is asked after."""

    def look(self, paused: Iterable[Partition]) -> None:
        """Begins topics that were made anew at their first record, and moves what is to be read elsewhere.

        Args:
            paused: the partitions that stay paused where they go on.
        """
        for topic in self._topic_ids.changed():
            self._begin_anew(topic)
        if begun := self._repositioning.move(set(paused)):
            self._tell([Assigned(partition, None, "", start) for partition, start in begun])

    def on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        for topic in self._topic_ids.another({each.topic for each in partitions}):
            self._starts.void_commits(topic)
        assigned = self._starts.assigned(consumer, partitions)
        offsets = [(each.partition, each.committed if each.start is None else each.start) for each in assigned]
        starts = [TopicPartition(*partition, offset) for partition, offset in offsets if offset is not None]
        if starts and len(starts) == len(assigned):
            if self._eager:
                consumer.assign(starts)
            else:
                consumer.incremental_assign(starts)
        self._assigned |= {each.partition for each in assigned}
        self._topic_ids.watch({each.topic for each in partitions})
        if self._read_errors is not None:
            self._read_errors.joined()
            self._read_errors.ended(_partitions(partitions))
        self._tell(assigned)

    def on_revoke(self, _consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._tell_deleted(partitions)
        self._commits.revoking = True
        try:
            self._listener.on_revoked(_partitions(partitions))
        finally:
            self._commits.revoking = False
        self._gone(partitions)

    def on_lost(self, _consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._tell_deleted(partitions)
        self._listener.on_lost(_partitions(partitions))
        self._gone(partitions)

    def _tell(self, assigned: list[Assigned]) -> None:
        self._listener.on_assigned([replace(each, lease=self._lease_of(each.partition)) for each in assigned])

    def _begin_anew(self, topic: str) -> None:
        """The topic was made anew while it was read: of the new one nothing counts as read so far."""
        log.warning("a topic was made anew: reading begins at its first record", topic=topic)
        self._starts.forget(topic)
        self._starts.void_commits(topic)
        partitions = [each for each in self._assigned if each.topic == topic]
        self._listener.on_deleted(partitions)
        self._repositioning.made_anew(partitions)

    def _tell_deleted(self, partitions: list[TopicPartition]) -> None:
        """Partitions leave for another member, or because their topic does: only then is nobody left to read them."""
        if self.closing:
            return
        for topic in self._topic_ids.gone({each.topic for each in partitions}):
            log.warning("a topic was deleted: what is in memory of it is sent on", topic=topic)
            self._starts.forget(topic)  # its commits hold, until it is known that there is another
            leaving = [each for each in _partitions(partitions) if each.topic == topic]
            if not any(each.topic == topic for each in self._assigned.difference(leaving)):
                self._topic_ids.forget(topic)  # else the next look tells of those that stay
            self._listener.on_deleted(leaving)

    def _gone(self, partitions: list[TopicPartition]) -> None:
        for each in _partitions(partitions):
            self._repositioning.gone(each)
            self._assigned.discard(each)
        if self._read_errors is not None:
            self._read_errors.gone(_partitions(partitions))


def _partitions(partitions: Iterable[TopicPartition]) -> list[Partition]:
    return [Partition(each.topic, each.partition) for each in partitions]
