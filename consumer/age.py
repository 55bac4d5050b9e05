"""How old an event may be when it is sent: one rule for the mapping, which refuses, and for delivery, which waits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AgeLimit:
    """Bluecore takes no data over 24 hours old [mParticle]. `seconds`: the limit; 0: there is none."""

    seconds: float = 0

    def exceeded(self, event_time_ms: int | None, now_ms: float) -> bool:
        """Whether an event of this time is too old; both in ms since the epoch, None: the time is not known."""
        return bool(self.seconds) and event_time_ms is not None and now_ms - event_time_ms > self.seconds * 1000
