"""Says once that Bluecore's quota is waited for, to whom there is no bar that would show it."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Final

from consumer.commands.status.durations import counted

_WORTH_SECONDS: Final = 20.0
"""What takes less needs no sentence."""
_MINUTE: Final = 60


class QuotaWait:
    """For any number of threads. `left`: how many customers are still to be asked about."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        self.left = 0
        self._tell = tell
        self._told = False
        self._lock = threading.Lock()

    def waits(self, seconds: float, per_second: float) -> None:
        """Somebody waits.

        Args:
            seconds: until the next may be asked.
            per_second: how many may be in the long run.
        """
        whole = seconds + self.left / per_second
        with self._lock:
            if self._told or whole < _WORTH_SECONDS:
                return
            self._told = True
        minutes = math.ceil(whole / _MINUTE)
        self._tell(f"waits for Bluecore's quota; about {counted(minutes, 'minute')}")
