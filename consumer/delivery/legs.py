"""A record on its way to several destinations: each share is a task of its own, and the record ends with the last.

Until then the lanes of all shares keep its place, so that a crash, after which all of it goes again, brings no
destination an older event over a newer one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Generic, TypeVar

Leg = TypeVar("Leg")
Lane = TypeVar("Lane")


class Legs(Generic[Leg, Lane]):
    """The shares of one record, which are named by their legs."""

    def __init__(self) -> None:
        self.all: list[Leg] = []
        self._gone = self._settled = 0
        self._lanes: list[Lane] = []
        self._places: list[tuple[Lane, Leg]] = []
        self._numbers: defaultdict[str, set[int]] = defaultdict(set)

    @property
    def over(self) -> bool:
        """Whether nothing is left to send or to write of any."""
        return self._gone == len(self.all)

    def part_over(self, leg: str, lane: Lane | None, numbers: Iterable[int]) -> None:
        """The consents of a share, or all that is left of it, have ended; `numbers`: of these requests."""
        self._numbers[leg].update(numbers)
        if lane is not None:
            self._lanes.append(lane)

    def keep_place(self, lane: Lane, leg: Leg) -> None:
        """A share that had ended before its partition left keeps its place in this lane, until all have ended."""
        self._places.append((lane, leg))

    def places(self) -> list[tuple[Lane, Leg]]:
        """Those places, once they need not be kept any more."""
        places, self._places = (self._places, []) if self.over else ([], self._places)
        return places

    def gone(self) -> list[Lane]:
        """A share is over. Where it is the last, these are the lanes that have kept its record's place."""
        self._gone += 1
        lanes, self._lanes = (self._lanes, []) if self.over else ([], self._lanes)
        return lanes

    def settled(self) -> bool:
        """A share is settled. Whether the record is."""
        self._settled += 1
        return self._settled == len(self.all)

    def numbers_of(self, leg: str) -> set[int]:
        """Those of a share's requests that have ended."""
        return self._numbers[leg]
