"""What this process has settled of partitions that have left it, for when they come back.

An outage of the brokers that outlasts the session takes the partitions away, and with them the commits that could not
be sent. Where no other member has settled more meanwhile, nothing of it need be sent again.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from consumer.delivery.offset_ranges import NOTHING, OffsetRanges
from consumer.records import OrderClass, Partition

_MOST_RANGES = 100_000
_MOST_PARTLY = 10_000
_NONE = OffsetRanges()
ENTRY_BYTES = 150
"""About what a range takes, or a record of several requests."""


@dataclass(slots=True)
class _Left:
    """`late`, `late_halves`: offsets whose result came only after the partition had left."""

    settled: OffsetRanges
    halves: OffsetRanges
    acknowledged: int | None
    sent: AbstractSet[int]
    told: OffsetRanges
    late: set[int] = field(default_factory=set)
    late_halves: set[int] = field(default_factory=set)

    @property
    def ranges(self) -> int:
        return len(self.settled) + len(self.halves) + len(self.late) + len(self.late_halves)


class SettledMemory:
    """By partition, ranges of settled offsets; the partition that left first is forgotten first."""

    def __init__(self, most_ranges: int = _MOST_RANGES) -> None:
        """`most_ranges`: how many are kept over all partitions."""
        self._most = most_ranges
        self._left: dict[Partition, _Left] = {}
        self.partly: dict[tuple[Partition, int, OrderClass | str | None], OffsetRanges] = {}
        """Of records, and of parts and shares of some, which requests were delivered."""

    def __len__(self) -> int:
        """How many ranges and records are remembered."""
        return sum(each.ranges for each in self._left.values()) + len(self.partly)

    def keep(  # noqa: PLR0913 - what is known of a partition, and what the group knows
        self,
        partition: Partition,
        settled: OffsetRanges,
        halves: OffsetRanges,
        acknowledged: int | None,
        *,
        sent: AbstractSet[int] = frozenset(),
        told: OffsetRanges = NOTHING,
    ) -> None:
        """Remembers a partition that leaves.

        Args:
            partition: the partition.
            settled: all that is settled of it.
            halves: of which records the first part has ended.
            acknowledged: the last offset that the group is known to have committed for it.
            sent: the commits that were sent since, any of which the group may have, too.
            told: what the map of the last one that it has tells to be settled beyond.
        """
        self._left.pop(partition, None)
        self._left[partition] = _Left(settled, halves, acknowledged, sent, told)
        ranges = sum(each.ranges for each in self._left.values())
        while ranges > self._most:
            ranges -= self._left.pop(next(iter(self._left))).ranges

    def add(self, partition: Partition, offset: int) -> None:
        """A record whose result came only after its partition had left."""
        if (left := self._left.get(partition)) is not None:
            left.late.add(offset)

    def add_half(self, partition: Partition, offset: int) -> None:
        """The same of a first part: the record has another one."""
        if (left := self._left.get(partition)) is not None:
            left.late_halves.add(offset)

    def add_partly(
        self, partition: Partition, offset: int, part: OrderClass | str | None, delivered: OffsetRanges
    ) -> None:
        """A record of several requests, or a part or share of one, of which these were delivered."""
        if isinstance(part, str):
            delivered = delivered.merged(self.partly.get((partition, offset, part), _NONE))
        self.partly[partition, offset, part] = delivered
        while len(self.partly) > _MOST_PARTLY:
            del self.partly[next(iter(self.partly))]

    def delivered_of(self, partition: Partition, offset: int, part: OrderClass | str | None) -> OffsetRanges:
        """Which requests of it were delivered before its partition left.

        That is forgotten here, unless it is of a share: once that is over, nobody else remembers it.
        """
        if not self.partly:
            return _NONE
        place = partition, offset, part
        return self.partly.get(place, _NONE) if isinstance(part, str) else self.partly.pop(place, _NONE)

    def is_set_back(self, partition: Partition, committed: int | None) -> bool:
        """Whether somebody wants records again that were committed; to be asked before `recall`."""
        left = self._left.get(partition)
        return left is not None and _is_set_back(left, committed)

    def map_of_another(self, partition: Partition, committed: int | None) -> OffsetRanges | None:
        """What another member, whose commit this is, had been told to leave out; None: it is ours, or set back.

        It began at the last commit that the group is known to have of ours.
        """
        left = self._left.get(partition)
        if left is None or _is_set_back(left, committed) or committed == left.acknowledged or committed in left.sent:
            return None
        return left.told.merged(OffsetRanges([(0, left.acknowledged)])) if left.acknowledged else left.told

    def halves_of(
        self, partition: Partition, committed: int | None, but: AbstractSet[int] = frozenset()
    ) -> OffsetRanges:
        """Which records' first parts have ended from `committed` on, `but` for these; to be asked before `recall`."""
        left = self._left.get(partition)
        if left is None:
            return OffsetRanges()
        return _from_commit(left.halves.with_offsets(left.late_halves), left, committed).without(but)

    def recall(
        self, partition: Partition, committed: int | None, but: AbstractSet[int] = frozenset()
    ) -> OffsetRanges:
        """What is settled from `committed` on, which is the group's commit now; it is forgotten here.

        A commit that lies before the last acknowledged one, or is there no longer, was set back by somebody, to have
        the records sent again. What is in `but` is to be sent again as well.
        """
        left = self._left.pop(partition, None)
        if left is None:
            return OffsetRanges()
        if _is_set_back(left, committed):
            self._forget_partly(partition)
        for place in [each for each in self.partly if each[0] == partition and each[1] in but] if but else ():
            if place[2] is not OrderClass.OTHER:
                del self.partly[place]
        return _from_commit(left.settled.with_offsets(left.late), left, committed).without(but)

    def forget(self, partition: Partition) -> None:
        """The topic was made anew: its offsets mean other records now."""
        self._left.pop(partition, None)
        self._forget_partly(partition)

    def _forget_partly(self, partition: Partition) -> None:
        self.partly = {place: delivered for place, delivered in self.partly.items() if place[0] != partition}


def _from_commit(ranges: OffsetRanges, left: _Left, committed: int | None) -> OffsetRanges:
    if _is_set_back(left, committed):
        return OffsetRanges()
    return ranges if committed is None else ranges.above(committed - 1)


def _is_set_back(left: _Left, committed: int | None) -> bool:
    """Whether the commit was set back by somebody, or deleted."""
    return left.acknowledged is not None and (committed is None or committed < left.acknowledged)
