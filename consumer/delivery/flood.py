"""When the dead letters of a route are a flood, and when it has ended.

No surveyed engine has the third way between crashing (Arroyo, first) and dropping (Arroyo, later): hold the route,
say so, lose nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

_ENOUGH = 20


@dataclass(frozen=True, slots=True)
class FloodPolicy:
    """A flood: at least `minimum` dead letters within `window_seconds`, and `ratio` of all that was judged."""

    ratio: float = 0.5
    minimum: int = 200
    window_seconds: float = 60

    @property
    def enough(self) -> int:
        """So many good records in a row end a flood; so does a smaller share of bad ones among twice as many."""
        return min(_ENOUGH, self.minimum)

    @property
    def name(self) -> str:
        """What a note of a flood is worth nothing without: another policy judges anew."""
        return f"{self.ratio}/{self.minimum}/{self.window_seconds}"


class Flood:
    """Judges one route. Counts over two half windows: the one under way and the one before it."""

    def __init__(self, policy: FloodPolicy, *, on: bool = False) -> None:
        """Begin to count.

        Args:
            policy: when it is a flood.
            on: it was one when the process before this one ended.
        """
        self._policy = policy
        self._halves = [[0, 0], [0, 0]]
        self._turns_at = 0.0
        self._in_a_row = 0
        self._last: deque[bool] = deque(maxlen=2 * policy.enough)
        """Whether each of the last ones was bad, since the flood began."""
        self.on = on

    def good(self, now: float) -> None:
        """A record was mapped, or delivered."""
        self._turn(now)
        self._halves[1][0] += 1
        self._in_a_row += 1
        self._last.append(False)
        few_bad = len(self._last) == self._last.maxlen and sum(self._last) < self._policy.ratio * len(self._last)
        if self.on and (self._in_a_row >= self._policy.enough or few_bad):
            self.on = False
            self._halves = [[0, 0], [0, 0]]

    def bad(self, now: float) -> None:
        """A record became a dead letter, or would have."""
        self._turn(now)
        self._halves[1][1] += 1
        self._in_a_row = 0
        self._last.append(True)
        good, bad = (sum(half[which] for half in self._halves) for which in (0, 1))
        was_on = self.on
        self.on = self.on or (bad >= self._policy.minimum and bad >= self._policy.ratio * (bad + good))
        if self.on and not was_on:
            self._last.clear()

    def over(self, now: float) -> bool:
        """Whether there is nothing left to remember: no flood, and nothing bad in the window."""
        self._turn(now)
        return not self.on and not any(bad for _, bad in self._halves)

    def _turn(self, now: float) -> None:
        if now < self._turns_at:
            return
        half = self._policy.window_seconds / 2
        stale = now >= self._turns_at + half
        self._halves = [[0, 0] if stale else self._halves[1], [0, 0]]
        self._turns_at = now + half
