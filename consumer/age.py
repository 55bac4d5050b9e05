"""How old an event may be when it is sent: one rule for the mapping, which refuses, and for delivery, which waits.

And from when on an event is from the future.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Final

NEVER: Final = sys.maxsize
"""The time, in ms, from which on an event without a limit is too old."""
AHEAD_SECONDS: Final = 300
"""By so much clocks differ, and nothing is wrong."""


@dataclass(frozen=True, slots=True)
class AgeLimit:
    """Bluecore takes no data over 24 hours old [mParticle]. `seconds`: the limit; 0: there is none."""

    seconds: float = 0

    def exceeded(self, event_time_ms: int | None, now_ms: float) -> bool:
        """Whether an event of this time is too old; both in ms since the epoch, None: the time is not known."""
        return bool(self.seconds) and event_time_ms is not None and now_ms - event_time_ms > self.seconds * 1000

    def until_ms(self, event_time_ms: int | None) -> int:
        """The last moment at which an event of this time is not too old, ms since the epoch."""
        return NEVER if event_time_ms is None or not self.seconds else event_time_ms + int(self.seconds * 1000)


def is_ahead(event_time_ms: int, now_ms: float) -> bool:
    """Whether an event is from the future, and by more than clocks differ."""
    return event_time_ms - now_ms > AHEAD_SECONDS * 1000
