"""What this process has settled of partitions that have left it, for when they come back.

An outage of the brokers that outlasts the session takes the partitions away, and with them the commits that could not
be sent. Where no other member has settled more meanwhile, nothing of it need be sent again.
"""

from __future__ import annotations

from dataclasses import dataclass

from consumer.delivery.offset_ranges import OffsetRanges
from consumer.records import Partition

_MOST_RANGES = 100_000
_MOST_PARTLY = 10_000


@dataclass(slots=True)
class _Left:
    settled: OffsetRanges
    acknowledged: int | None


class SettledMemory:
    """By partition, ranges of settled offsets; the partition that left first is forgotten first."""

    def __init__(self, most_ranges: int = _MOST_RANGES) -> None:
        """`most_ranges`: how many are kept over all partitions."""
        self._most = most_ranges
        self._left: dict[Partition, _Left] = {}
        self._partly: dict[tuple[Partition, int], int] = {}

    def keep(self, partition: Partition, settled: OffsetRanges, acknowledged: int | None) -> None:
        """Remembers a partition that leaves.

        Args:
            partition: the partition.
            settled: all that is settled of it.
            acknowledged: the last offset that the group is known to have committed for it.
        """
        self._left.pop(partition, None)
        self._left[partition] = _Left(settled, acknowledged)
        ranges = sum(len(each.settled) for each in self._left.values())
        while ranges > self._most:
            ranges -= len(self._left.pop(next(iter(self._left))).settled)

    def add(self, partition: Partition, offset: int) -> None:
        """A record whose result came only after its partition had left."""
        if (left := self._left.get(partition)) is not None:
            left.settled = left.settled.merged(OffsetRanges([(offset, offset + 1)]))

    def add_partly(self, partition: Partition, offset: int, delivered: int) -> None:
        """A record of several requests, of which so many were delivered."""
        self._partly[partition, offset] = delivered
        while len(self._partly) > _MOST_PARTLY:
            del self._partly[next(iter(self._partly))]

    def delivered_of(self, partition: Partition, offset: int) -> int:
        """How many requests of a record were delivered before its partition left; it is forgotten here."""
        return self._partly.pop((partition, offset), 0) if self._partly else 0

    def recall(self, partition: Partition, committed: int | None) -> OffsetRanges:
        """What is settled from `committed` on, which is the group's commit now; it is forgotten here.

        A commit that lies before the last acknowledged one was set back by somebody, to have the records sent again.
        """
        left = self._left.pop(partition, None)
        if left is None:
            return OffsetRanges()
        if committed is None:
            return left.settled if left.acknowledged is None else OffsetRanges()
        set_back = left.acknowledged is not None and committed < left.acknowledged
        return OffsetRanges() if set_back else left.settled.above(committed - 1)

    def forget(self, partition: Partition) -> None:
        """The topic was made anew: its offsets mean other records now."""
        self._left.pop(partition, None)
        self._partly = {place: delivered for place, delivered in self._partly.items() if place[0] != partition}
