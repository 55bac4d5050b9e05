"""One log line an incident: what happens again soon is counted, and told with the next line."""

from __future__ import annotations

from collections.abc import Hashable

_MOST_KINDS = 1000


class Incidents:
    """Remembers by kind when it was last told; times are seconds on a clock that never goes back."""

    def __init__(self, interval_seconds: float = 60) -> None:
        self._interval = interval_seconds
        self._told: dict[Hashable, float] = {}
        self._untold: dict[Hashable, int] = {}

    def __len__(self) -> int:
        """How many kinds are remembered."""
        return len(self._told)

    def happened(self, kind: Hashable, now: float) -> int | None:
        """None: it was told within the interval. Else it is to be told, with how many were not told since."""
        told = self._told.get(kind)
        if told is not None and now - told < self._interval:
            self._untold[kind] = self._untold.get(kind, 0) + 1
            return None
        if len(self._told) >= _MOST_KINDS:
            self._told.clear()
            self._untold.clear()
        self._told[kind] = now
        return self._untold.pop(kind, 0)
