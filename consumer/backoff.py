"""Waits before trying again, as numbers: for those who wait by a clock of their own, not in tenacity's loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tenacity import RetryCallState, wait_random_exponential
from tenacity.wait import wait_base


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff with full jitter: up to `initial_seconds`, doubling, never above `max_seconds`."""

    initial_seconds: float
    max_seconds: float

    def seconds(self, attempt: int) -> float:
        """The wait after the `attempt`-th failure (1: the first)."""
        return seconds_after(attempt, wait_random_exponential(multiplier=self.initial_seconds, max=self.max_seconds))


def seconds_after(failures: int, wait: wait_base) -> float:
    """How long `wait` waits after so many failures in a row (1: the first)."""
    nothing: Any = None
    state = RetryCallState(retry_object=nothing, fn=None, args=(), kwargs={})
    state.attempt_number = failures
    return wait(state)
