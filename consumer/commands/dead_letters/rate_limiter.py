"""So many a second, and no more."""

from __future__ import annotations

import time
from collections.abc import Callable


class RateLimiter:
    """Holds its caller back, so that `wait` returns so often a second and no more."""

    def __init__(
        self, rate: float, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Begin now.

        Args:
            rate: how often a second.
            now: a clock, in seconds.
            sleep: lets so many seconds pass.
        """
        self._interval = 1 / rate
        self._now = now
        self._sleep = sleep
        self._next = now()

    def wait(self) -> None:
        now = self._now()
        if self._next > now:
            self._sleep(self._next - now)
        # From now, not from when it was due: what was late is not caught up with in a burst.
        self._next = max(self._next, now) + self._interval
