"""One log line an incident: what happens again soon is counted, and told with the next line, or when none comes."""

from __future__ import annotations

import math
from collections.abc import Hashable

_MOST_KINDS = 1000
OTHERS = "others"
"""The kind under which those are counted that had to be forgotten for others."""


class Incidents:
    """Remembers by kind when it was last told; times are seconds on a clock that never goes back."""

    def __init__(self, interval_seconds: float = 60) -> None:
        self._interval = interval_seconds
        self._logged_at: dict[Hashable, float] = {}
        """The one told first comes first."""
        self._suppressed: dict[Hashable, int] = {}

    def __len__(self) -> int:
        """How many kinds are remembered."""
        return len(self._logged_at)

    def happened(self, kind: Hashable, now: float) -> int | None:
        """None: it was told within the interval. Else it is to be told, with how many were not told since."""
        logged_at = self._logged_at.get(kind)
        if logged_at is not None and now - logged_at < self._interval:
            self._suppressed[kind] = self._suppressed.get(kind, 0) + 1
            return None
        self._tell(kind, now)
        return self._suppressed.pop(kind, 0)

    def untold(self, now: float = math.inf) -> dict[Hashable, int]:
        """How many of each kind were counted and not told within the interval; by default, of all. It tells them."""
        due = {}
        for kind in list(self._suppressed):
            if now - self._logged_at.get(kind, now) >= self._interval:
                due[kind] = self._suppressed.pop(kind)
                self._tell(kind, now)
        return due

    def _tell(self, kind: Hashable, now: float) -> None:
        self._logged_at.pop(kind, None)
        self._logged_at[kind] = now
        while len(self._logged_at) > _MOST_KINDS:
            oldest = next(iter(self._logged_at))
            del self._logged_at[oldest]
            if count := self._suppressed.pop(oldest, 0):
                self._suppressed[OTHERS] = self._suppressed.get(OTHERS, 0) + count
                self._logged_at.setdefault(OTHERS, now)
