"""Which offsets of one partition are settled, and up to where all of them are."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from consumer.delivery.offset_ranges import OffsetRanges

_NONE = OffsetRanges()
# The queue of what was taken is tidied once more than half of it is settled, and it is worth the while.
_TIDY_FROM = 1024


class OffsetTracker:
    """Offsets taken in order and settled in any order.

    The watermark is the offset to commit: every record below it is settled. Offsets need not be contiguous:
    compaction, transaction markers and aborted records leave gaps, in which there is nothing to settle. `already` are
    offsets that an earlier owner of the partition settled beyond its commit; they stay in the map until the
    watermark has passed them. What is kept grows with what is unsettled, not with what is settled.

    A record may be half settled: its first part has ended, and later records have passed it. Were that forgotten, a
    consent that is sent again would undo a newer one. `halves` are those that an earlier owner left.
    """

    __slots__ = ("_already", "_first", "_halves_ahead", "_next", "_taken", "_unsettled", "half")

    def __init__(
        self, already: OffsetRanges = _NONE, halves: OffsetRanges = _NONE, *, start: int | None = None
    ) -> None:
        """`start`: where reading begins, if that is known: it is the watermark until something is read."""
        self._taken: deque[int] = deque()
        self._unsettled: set[int] = set()
        self._already = already or _NONE
        self._halves_ahead = halves or _NONE
        self.half: set[int] = set()
        """Of those taken and not settled, those whose first part has ended."""
        self._first: int | None = None
        self._next: int | None = start

    @property
    def next(self) -> int:
        """The lowest offset that a further record can have; 0 while nothing has been read."""
        return self._next or 0

    def take(self, offset: int) -> bool:
        """Notes that `offset` was read. False: it is settled already, and must not be sent again."""
        if self._first is None:
            self._first = offset
        self._next = offset + 1
        # Nearly always it is this very one, and its length need not be asked for.
        if self._already is not _NONE:
            if offset in self._already:
                return False
            if offset >= self._already.end:
                self._already = _NONE
        if self._halves_ahead is not _NONE:
            if offset in self._halves_ahead:
                self.half.add(offset)
            if offset >= self._halves_ahead.end:
                self._halves_ahead = _NONE
        self._taken.append(offset)
        self._unsettled.add(offset)
        return True

    def learn(self, offset: int) -> None:
        """A record that was not read yet is settled: its send from before the partition came back has succeeded."""
        if offset >= self.next:
            self._already = self._already.including(offset)

    def learn_half(self, offset: int) -> None:
        """The same of a first part: the record has another one."""
        if offset >= self.next:
            self._halves_ahead = self._halves_ahead.including(offset)

    def settle(self, offset: int) -> None:
        taken, unsettled = self._taken, self._unsettled
        unsettled.discard(offset)
        if self.half:
            self.half.discard(offset)
        while taken and taken[0] not in unsettled:
            taken.popleft()
        if len(taken) > 2 * len(unsettled) + _TIDY_FROM:
            self._taken = deque(each for each in taken if each in unsettled)

    @property
    def watermark(self) -> int | None:
        """The next offset to commit; None while nothing has been read."""
        if self._next is None or self._taken:
            return self._taken[0] if self._taken else None
        return self._already.end_of_run(self._next)

    @property
    def beyond(self) -> OffsetRanges:
        """What is settled above the watermark, gaps included."""
        watermark = self.watermark
        if watermark is None:
            return self._already
        return OffsetRanges(self._beyond(watermark))

    @property
    def halves(self) -> OffsetRanges:
        """What is half settled, from the watermark on."""
        ahead = self._halves_ahead
        if ahead and (watermark := self.watermark) is not None:
            ahead = ahead.above(max(watermark, self.next) - 1)
        return OffsetRanges.from_offsets(self.half).merged(ahead) if self.half else ahead

    @property
    def settled(self) -> OffsetRanges:
        """All that is settled, as far as is known here: from the first record that was read on."""
        watermark = self.watermark
        if self._first is None or watermark is None:
            return self._already
        return OffsetRanges([(self._first, watermark), *self.beyond])

    def _beyond(self, watermark: int) -> Iterator[tuple[int, int]]:
        """The complement of what is unsettled, as far as was read; then what an earlier owner settled."""
        if self._taken:
            # Of the unsettled alone, which are few: of what was taken, most may be settled.
            unsettled = sorted(self._unsettled)
            yield watermark + 1, unsettled[0]
            following = [*unsettled[1:], self.next]
            yield from [(each + 1, end) for each, end in zip(unsettled, following, strict=True) if end > each + 1]
        yield from self._already.above(max(watermark, self.next - 1))
