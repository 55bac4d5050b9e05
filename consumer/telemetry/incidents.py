"""One log line an incident: what happens again soon is counted, and told with the next line."""

from __future__ import annotations

from collections.abc import Hashable

_MOST_KINDS = 1000


class Incidents:
    """Remembers by kind when it was last told; times are seconds on a clock that never goes back."""

    def __init__(self, interval_seconds: float = 60) -> None:
        self._interval = interval_seconds
        self._logged_at: dict[Hashable, float] = {}
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
        if len(self._logged_at) >= _MOST_KINDS:
            self._logged_at.clear()
            self._suppressed.clear()
        self._logged_at[kind] = now
        return self._suppressed.pop(kind, 0)
