"""The time, handed to whoever needs it: nothing in the service reads a clock of its own."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since the epoch; never goes back."""


class SystemClock:
    """The machine's clock at the start, carried on by the monotonic one: a step of NTP moves no deadline."""

    def __init__(self) -> None:
        self._start = time.time() - time.monotonic()

    def now(self) -> float:
        return self._start + time.monotonic()
