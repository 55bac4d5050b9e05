"""Which offsets of one partition are settled, and up to where all of them are."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable


class OffsetTracker:
    """Offsets taken in order and settled in any order.

    The watermark is the offset to commit: every record below it is settled. Offsets need not be contiguous:
    compaction and transaction markers leave gaps. `already` are offsets that an earlier owner of the partition
    settled beyond its commit; they stay in the map until the watermark has passed them.
    """

    __slots__ = ("_next", "_settled", "_taken")

    def __init__(self, already: Iterable[int] = ()) -> None:
        self._taken: deque[int] = deque()
        self._settled: set[int] = set(already)
        self._next: int | None = None

    @property
    def next(self) -> int:
        """The lowest offset that a further record can have; 0 while nothing has been read."""
        return self._next or 0

    def __len__(self) -> int:
        """How many settled offsets are kept in mind."""
        return len(self._settled)

    def take(self, offset: int) -> bool:
        """Notes that `offset` was read. False: it is settled already, and must not be sent again."""
        self._taken.append(offset)
        self._next = offset + 1
        if offset in self._settled:
            self._advance()
            return False
        return True

    def settle(self, offset: int) -> None:
        self._settled.add(offset)
        if self._taken and self._taken[0] == offset:
            self._advance()

    def _advance(self) -> None:
        taken, settled = self._taken, self._settled
        while taken and taken[0] in settled:
            settled.discard(taken.popleft())

    @property
    def watermark(self) -> int | None:
        """The next offset to commit; None while nothing has been read."""
        if self._taken:
            return self._taken[0]
        watermark = self._next
        while watermark in self._settled:
            watermark += 1
        return watermark

    @property
    def beyond(self) -> list[int]:
        """The settled offsets above the watermark, ascending."""
        watermark = self.watermark
        return [] if watermark is None else sorted(offset for offset in self._settled if offset > watermark)
