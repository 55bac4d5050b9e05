"""The truth about `latest`: which records are from before the group began, and must never be sent."""

from __future__ import annotations

from collections.abc import Iterable

from consumer.records import Partition
from tests.simulation.brokers import RETRY, Brokers
from tests.simulation.oracle import Oracle


class Beginnings:
    """Where each partition is first read, which is decided once: it counts as soon as the group has a commit.

    Where that commit has not arrived when the partition leaves, whoever comes next decides anew: what lay in it by
    then may be sent, and need not be.
    """

    def __init__(self, brokers: Brokers, oracle: Oracle, *, latest: bool) -> None:
        self._brokers = brokers
        self._oracle = oracle
        self._latest = latest
        self._from_before = {each for topic in brokers.counts for each in brokers.of_topic(topic)}
        self._decided: set[Partition] = set()
        self._unclear: set[Partition] = set()

    def added(self, partition: Partition) -> None:
        """Nothing in it can be from before, unless the group has not begun with its topic yet."""
        if not any(each.topic == partition.topic for each in self._brokers.committed):
            self._unclear.add(partition)

    def decided(self, partition: Partition) -> None:
        """A member reads a partition from some position on."""
        if not self._latest or partition.topic == RETRY:
            return
        if partition in self._decided or partition in self._brokers.committed:
            return
        self._decided.add(partition)
        unclear = partition in self._unclear
        if unclear or partition in self._from_before:
            for offset in self._brokers.log(partition).offsets:
                if (partition, offset) not in self._oracle.retried:
                    self._oracle.let_go((partition, offset), forbidden=not unclear)

    def left(self, partitions: Iterable[Partition]) -> None:
        """They leave their owner: where no commit has arrived, nobody knows where it began."""
        for each in partitions:
            if each in self._decided and each not in self._brokers.committed:
                self._decided.discard(each)
                self._unclear.add(each)
                for offset in self._brokers.log(each).offsets:
                    if (each, offset) not in self._oracle.retried:
                        self._oracle.let_go((each, offset), forbidden=False)
