"""Offsets as ranges: however many there are, what is kept is where they begin and end."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet


class OffsetRanges:
    """Ascending ranges `(start, end)`, the end left out, that neither overlap nor touch. Immutable."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        """`ranges`: ascending by their start; those that overlap or touch are joined, empty ones are left out."""
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in ranges:
            if end <= start:
                continue
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    @classmethod
    def from_offsets(cls, offsets: Iterable[int]) -> OffsetRanges:
        """`offsets`: in any order."""
        return cls((offset, offset + 1) for offset in sorted(offsets))

    def __contains__(self, offset: object) -> bool:
        if not isinstance(offset, int):
            return False
        index = bisect_right(self._starts, offset) - 1
        return index >= 0 and offset < self._ends[index]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self._starts, self._ends, strict=True)

    def __len__(self) -> int:
        """How many ranges."""
        return len(self._starts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OffsetRanges) and (self._starts, self._ends) == (other._starts, other._ends)

    def __hash__(self) -> int:
        return hash((tuple(self._starts), tuple(self._ends)))

    def __repr__(self) -> str:
        return f"OffsetRanges({list(self)})"

    def end_of_run(self, offset: int) -> int:
        """The first offset from `offset` on that is in no range."""
        index = bisect_right(self._starts, offset) - 1
        return self._ends[index] if index >= 0 and offset < self._ends[index] else offset

    @property
    def end(self) -> int:
        """Behind the last range; 0 where there is none."""
        return self._ends[-1] if self._ends else 0

    def above(self, offset: int) -> OffsetRanges:
        """What lies above `offset`."""
        index = bisect_right(self._ends, offset + 1)
        found = OffsetRanges()
        found._starts, found._ends = self._starts[index:], self._ends[index:]
        if found._starts and found._starts[0] <= offset:
            found._starts[0] = offset + 1
        return found

    def merged(self, other: OffsetRanges) -> OffsetRanges:
        return OffsetRanges(sorted([*self, *other]))

    def with_offsets(self, offsets: Iterable[int]) -> OffsetRanges:
        """With these as well, in any order."""
        return self.merged(OffsetRanges.from_offsets(offsets)) if offsets else self

    def without(self, offsets: AbstractSet[int]) -> OffsetRanges:
        """All but these."""
        if not offsets:
            return self
        pieces: list[tuple[int, int]] = []
        for start, end in self:
            first = start
            for offset in sorted(each for each in offsets if start <= each < end):
                pieces.append((first, offset))
                first = offset + 1
            pieces.append((first, end))
        return OffsetRanges(pieces)

    def including(self, offset: int) -> OffsetRanges:
        """With one offset more; it takes no longer than a copy, as there may be one after the other."""
        index = bisect_right(self._starts, offset)
        if index and offset < self._ends[index - 1]:
            return self
        before = index > 0 and self._ends[index - 1] == offset
        after = index < len(self._starts) and self._starts[index] == offset + 1
        found = OffsetRanges()
        found._starts, found._ends = self._starts.copy(), self._ends.copy()
        if before and after:
            del found._starts[index], found._ends[index - 1]
        elif before:
            found._ends[index - 1] = offset + 1
        elif after:
            found._starts[index] = offset
        else:
            found._starts.insert(index, offset)
            found._ends.insert(index, offset + 1)
        return found


NOTHING = OffsetRanges()
