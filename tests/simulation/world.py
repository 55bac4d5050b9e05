"""Virtual time, and what is going to happen in it."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from random import Random

START = 1_700_000_000.0


class World:
    """The clock, the chances, and the events to come. Also the service's `Clock`."""

    def __init__(self, seed: int, *, tell: bool = False) -> None:
        self.random = Random(seed)
        self.time = START
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._ties = count()
        self._tell = tell

    def now(self) -> float:
        return self.time

    def after(self, seconds: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.time + seconds, next(self._ties), happen))

    def wake_after(self, seconds: float) -> None:
        """Something will be due then, though nothing happens."""
        self.after(seconds, lambda: None)

    @property
    def pending(self) -> bool:
        """Whether anything is still going to happen."""
        return bool(self._events)

    @property
    def next_at(self) -> float:
        return self._events[0][0] if self._events else float("inf")

    def advance(self, until: float) -> None:
        """Lets time pass, and with it what was to happen."""
        while self._events and self._events[0][0] <= until:
            at, _, happen = heapq.heappop(self._events)
            self.time = max(self.time, at)
            happen()
        self.time = max(self.time, until)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def tell(self, *what: object) -> None:
        if self._tell:
            print(f"{self.time - START:9.3f}", *what)  # noqa: T201 - the story of a seed, for who replays it
