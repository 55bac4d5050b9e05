"""At which offset the reading of a partition begins, where the group's commit does not say it or cannot be kept.

librdkafka is told to decide nothing (`auto.offset.reset: error`): it would decide anew at every start, and skip in
silence. Where reading begins is committed at once, so that `latest` is decided once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import structlog
from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaError, KafkaException, TopicPartition

from consumer.delivery.decisions import Commit
from consumer.kafka.client import Fatal
from consumer.kafka.commits import commits, patient_commits, raise_errors
from consumer.ports import Assigned
from consumer.records import Partition
from consumer.telemetry.losses import LossLedger

log = structlog.get_logger(__name__)

_TIMEOUT = 5.0
_LATEST_NAMES = {"latest", "largest", "end"}


def reset_policy(options: Mapping[str, Any]) -> Literal["earliest", "latest", "error"]:
    """What `auto.offset.reset` in `kafka.options` asks for."""
    value = str(options.get("auto.offset.reset", "earliest")).lower()
    if value == "error":
        return "error"
    return "latest" if value in _LATEST_NAMES else "earliest"


class Starts:
    """Where reading begins.

    With `latest`, a group that starts on a topic for the first time begins at its end. A partition that was added
    later begins at its start all the same, and so does the retry topic: nothing in them can be from before.
    """

    def __init__(self, policy: Literal["earliest", "latest", "error"], losses: LossLedger | None) -> None:
        """Begin without knowing any topic.

        Args:
            policy: what `auto.offset.reset` asks for.
            losses: is told of records that were deleted before they were read.
        """
        self._policy = policy
        self._losses = losses
        self._first_read: frozenset[Partition] = frozenset()
        self._decided: dict[Partition, int] = {}
        self._sent: dict[Partition, tuple[int, str]] = {}
        """By partition, our last commit, to know it again."""
        self._void: dict[Partition, tuple[int, str]] = {}
        """Those of ours that are of a topic that is no more."""

    def look(self, consumer: Consumer, subscription: Sequence[str]) -> None:
        """Before the group is joined: notes which partitions there are that the group has never read.

        Raises:
            KafkaException: the brokers do not answer, or the group has had no coordinator for half a minute.
        """
        if self._policy != "latest":
            return
        existing = consumer.list_topics(timeout=_TIMEOUT).topics
        partitions = [
            TopicPartition(name, number)
            for name, topic in existing.items()
            if any(_matches(each, name) for each in subscription)
            for number in topic.partitions
        ]
        read: defaultdict[str, bool] = defaultdict(bool)
        for each in patient_commits(consumer, partitions) if partitions else ():
            read[each.topic] |= each.offset >= 0
        self._first_read = frozenset(
            Partition(each.topic, each.partition) for each in partitions if not read[each.topic]
        )

    def assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> list[Assigned]:
        """The partitions with the group's commit, and where reading begins if that is elsewhere.

        Raises:
            Fatal: a commit is out of range, and `auto.offset.reset` is `error`.
        """
        try:
            committed = commits(consumer, partitions) if partitions else []
        except KafkaException as error:
            # Nothing is lost: librdkafka reads from the commits, and asks here where there is none.
            log.warning("the group's commits could not be read: more may be sent again", error=str(error))
            return [Assigned(Partition(each.topic, each.partition), None, "") for each in partitions]
        known = [self._known(each) for each in committed]
        try:
            low, high = self._ends(consumer, partitions)
        except KafkaException as error:
            log.warning("where partitions begin and end could not be asked: the commits hold", error=str(error))
            return known
        return [self._started(each, low[each.partition], high[each.partition]) for each in known]

    def _known(self, committed: TopicPartition) -> Assigned:
        """A commit that we sent before we heard that the topic was another is no commit: reading begins anew."""
        partition, metadata = Partition(committed.topic, committed.partition), committed.metadata or ""
        none = committed.offset < 0 or self._void.get(partition) == (committed.offset, metadata)
        return Assigned(partition, None, "") if none else Assigned(partition, committed.offset, metadata)

    def committing(self, commits: Iterable[Commit]) -> None:
        """These are sent now."""
        for commit in commits:
            self._sent[commit.partition] = commit.offset, commit.metadata
            self._void.pop(commit.partition, None)

    def forget(self, topic: str) -> None:
        """The topic was deleted or made anew: nothing in a new one can be from before."""
        self._first_read = frozenset(each for each in self._first_read if each.topic != topic)
        self._decided = {each: start for each, start in self._decided.items() if each.topic != topic}
        if self._losses is not None:
            self._losses.forget(topic)

    def void_commits(self, topic: str) -> None:
        """There is another topic of this name: what we have committed so far is not of this one."""
        self._void |= {each: sent for each, sent in self._sent.items() if each.topic == topic}

    def _started(self, assigned: Assigned, low: int, high: int) -> Assigned:
        partition, committed = assigned.partition, assigned.committed
        if committed is not None:
            return replace(assigned, start=self._moved(partition, committed, low, high))
        return replace(assigned, start=self._first(partition, low, high))

    def _first(self, partition: Partition, low: int, high: int) -> int:
        """Where a partition begins that the group has no commit for; decided once, should the commit of it fail."""
        start = self._decided.get(partition)
        if start is None or not low <= start <= high:
            start = self._decided[partition] = high if partition in self._first_read else low
        return start

    def out_of_range(self, consumer: Consumer, partition: Partition, position: int) -> int:
        """Where to go on when the brokers have no record at `position`; below 0: nothing was read or committed yet.

        Raises:
            Fatal: `auto.offset.reset` is `error`.
            KafkaException: the brokers do not answer.
        """
        low, high = self._ends(consumer, [TopicPartition(*partition)])
        if position < 0:
            return self._first(partition, low[partition], high[partition])
        moved = self._moved(partition, position, low[partition], high[partition])
        return position if moved is None else moved

    def first(self, consumer: Consumer, partition: Partition) -> int:
        """The first record of a partition.

        Raises:
            KafkaException: the brokers do not answer.
        """
        return self._ends(consumer, [TopicPartition(*partition)])[0][partition]

    def _moved(self, partition: Partition, position: int, low: int, high: int) -> int | None:
        """Where reading goes on instead of at `position`; None: there."""
        if low <= position <= high:
            return None
        if self._policy == "error":
            raise Fatal(
                f"{partition}: offset {position} is out of range, there are {low} to {high}: records were deleted "
                "before they were read, or the topic was made anew, and auto.offset.reset is 'error'. Set the "
                "group's offsets by hand, or kafka.options auto.offset.reset to earliest"
            )
        if position < low:
            if self._losses is not None:
                self._losses.lost(partition, position, low)
        else:
            log.warning(
                "a topic was truncated or made anew: reading begins at its first record",
                topic=partition.topic,
                partition=partition.number,
                position=position,
                begins=low,
                ends=high,
            )
        return low

    def _ends(
        self, consumer: Consumer, partitions: Sequence[TopicPartition]
    ) -> tuple[Mapping[Partition, int], Mapping[Partition, int]]:
        low, high = (self._offsets(consumer, partitions, time) for time in (OFFSET_BEGINNING, OFFSET_END))
        return low, high

    @staticmethod
    def _offsets(consumer: Consumer, partitions: Sequence[TopicPartition], time: int) -> Mapping[Partition, int]:
        asked = [TopicPartition(each.topic, each.partition, time) for each in partitions]
        answers = consumer.offsets_for_times(asked, timeout=_TIMEOUT) if asked else []
        raise_errors(answers)
        if any(each.offset < 0 for each in answers):
            # A partition that had to be asked twice may come back so; as an offset it would mean the end.
            raise KafkaException(KafkaError(KafkaError._NO_OFFSET, "the brokers named no offset"))  # noqa: SLF001 - confluent-kafka's public name for it
        return {Partition(each.topic, each.partition): each.offset for each in answers}


def _matches(subscribed: str, topic: str) -> bool:
    return re.match(subscribed, topic) is not None if subscribed.startswith("^") else subscribed == topic
