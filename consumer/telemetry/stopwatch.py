"""Where the main loop's time goes: each moment belongs to one state, so that all add up to the wall clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from prometheus_client import Counter

from consumer.telemetry.metrics import LoopState

# The states change many times in a millisecond, and the metric has a lock.
_COUNT_SECONDS = 0.25


class Stopwatch:
    """Counts the seconds between two calls of `enter` for the state entered first; the metric is a moment behind.

    Call `enter` at least as often as Prometheus scrapes, with the same state if nothing changed, or a long
    wait shows only when it is over. Owned by one thread.
    """

    def __init__(
        self, clock: Callable[[], float], seconds: Mapping[str, Counter], state: LoopState = "polling"
    ) -> None:
        self._clock = clock
        self._seconds = seconds
        self._state = state
        self._since = clock()
        self._uncounted: defaultdict[LoopState, float] = defaultdict(float)
        self._count_at = 0.0

    @property
    def state(self) -> LoopState:
        return self._state

    def enter(self, state: LoopState) -> None:
        """Leave the present state, count its seconds, and begin another."""
        now = self._clock()
        self._uncounted[self._state] += max(0.0, now - self._since)
        self._since = now
        self._state = state
        if now >= self._count_at:
            self._count_at = now + _COUNT_SECONDS
            self.flush()

    def flush(self) -> None:
        """Bring the metric up to the last call of `enter`."""
        for spent, seconds in self._uncounted.items():
            self._seconds[spent].inc(seconds)
        self._uncounted.clear()
