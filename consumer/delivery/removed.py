"""Records of the retry topic whose destination there is no longer: left where they are, until somebody decides."""

from __future__ import annotations

from collections import Counter, defaultdict

from consumer.delivery.marks import MOVED, marked_offsets
from consumer.records import Record


class Removed:
    """Those of one partition. Unsettled, they are read again once their destination is back.

    An offset takes some 50 bytes, for as long as the record lies there.
    """

    __slots__ = ("_offsets",)

    def __init__(self) -> None:
        self._offsets: defaultdict[str, set[int]] = defaultdict(set)

    def __bool__(self) -> bool:
        return bool(self._offsets)

    def leave(self, destination: str, offset: int) -> None:
        """A record for this destination is left where it lies."""
        self._offsets[destination].add(offset)

    def moved(self, record: Record) -> list[int]:
        """The offsets of those that a mark says are in the dead-letter topic now; they are left no longer.

        A mark of others is believed of none: what is on its way to Bluecore is settled by its answer.
        """
        found: list[int] = []
        named = frozenset(marked_offsets(MOVED, record))
        for destination, left in list(self._offsets.items()):
            found += left & named
            left.difference_update(named)
            if not left:
                del self._offsets[destination]
        return found

    @property
    def counts(self) -> Counter[str]:
        """By destination, how many are left."""
        return Counter({destination: len(left) for destination, left in self._offsets.items()})
