"""How long to wait before trying again: tenacity's exponential backoff with full jitter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tenacity import RetryCallState, wait_random_exponential


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits of up to `initial_seconds`, doubling with each attempt, never above `max_seconds`."""

    initial_seconds: float
    max_seconds: float

    def seconds(self, attempt: int) -> float:
        """The wait after the `attempt`-th failure (1: the first)."""
        return self._wait()(_after(attempt))

    def _wait(self) -> wait_random_exponential:
        return wait_random_exponential(multiplier=self.initial_seconds, max=self.max_seconds)


def _after(attempt: int) -> RetryCallState:
    nothing: Any = None
    state = RetryCallState(retry_object=nothing, fn=None, args=(), kwargs={})
    state.attempt_number = attempt
    return state
