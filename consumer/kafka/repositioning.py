"""Partitions whose reading must go on elsewhere: their position is out of range, or their topic was made anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from functools import partial

from confluent_kafka import Consumer, KafkaException, TopicPartition

from consumer.kafka.logging import RateLimitedLog
from consumer.kafka.member import GroupMember
from consumer.kafka.starts import Starts
from consumer.records import Partition

_AGAIN_SECONDS = 5.0
_NOWHERE = -1


class Repositioning:
    """Moves a partition as soon as the brokers say where to, one question at a time, for the loop waits."""

    def __init__(
        self,
        starts: Starts,
        member_of: Callable[[Partition], GroupMember],
        incidents: RateLimitedLog,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with nothing to move.

        Args:
            starts: decides where reading goes on.
            member_of: who reads a partition.
            incidents: is told of brokers that do not answer.
            clock: seconds.
        """
        self._starts = starts
        self._member_of = member_of
        self._incidents = incidents
        self._clock = clock
        self._out_of_range: dict[Partition, int] = {}
        self._made_anew: set[Partition] = set()
        self._due_at = 0.0

    def out_of_range(self, partition: Partition, position: int | None) -> None:
        """There is no record at this position; None: nothing was read or committed yet."""
        self._out_of_range[partition] = _NOWHERE if position is None else position

    def made_anew(self, partitions: Iterable[Partition]) -> None:
        """Their topic is another one under the same name."""
        self._made_anew.update(partitions)

    def gone(self, partition: Partition) -> None:
        """It is another's now, or nobody's."""
        self._out_of_range.pop(partition, None)
        self._made_anew.discard(partition)

    def move(self, paused: Collection[Partition]) -> list[tuple[Partition, int]]:
        """Moves what is due.

        Args:
            paused: those that stay paused where they go on.

        Returns:
            The partitions of topics that were made anew, with where they are read from now.
        """
        if not (self._out_of_range or self._made_anew) or self._clock() < self._due_at:
            return []
        for partition, position in list(self._out_of_range.items()):
            ask = partial(self._starts.out_of_range, partition=partition, position=position)
            if self._move(partition, ask, paused) is None:
                self._out_of_range[partition] = self._out_of_range.pop(partition)  # another's turn is next
                return []
            del self._out_of_range[partition]
        begun: list[tuple[Partition, int]] = []
        for partition in list(self._made_anew):
            start = self._move(partition, partial(self._starts.first, partition=partition), paused)
            if start is None:
                break
            self._made_anew.discard(partition)
            begun.append((partition, start))
        return begun

    def _move(
        self, partition: Partition, where: Callable[[Consumer], int], paused: Collection[Partition]
    ) -> int | None:
        """Reads a partition on from where the brokers say; None: they do not answer, it is tried again."""
        member = self._member_of(partition)
        try:
            start = member.ask(where)
            if start is not None:
                member.move(TopicPartition(*partition, start))
                if partition in paused:
                    member.pause([TopicPartition(*partition)])
        except KafkaException as error:
            what = "where a partition begins cannot be asked; it is tried again"
            self._incidents.warning("range", what, error=str(error))
            # The question waits for the brokers, and the loop with it.
            self._due_at = self._clock() + _AGAIN_SECONDS
            return None
        return start
