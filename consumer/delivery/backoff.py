"""How long to wait before trying again: tenacity's exponential backoff with full jitter."""

from __future__ import annotations

from dataclasses import dataclass

from tenacity import wait_random_exponential

from consumer.waits import seconds_after


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits of up to `initial_seconds`, doubling with each attempt, never above `max_seconds`."""

    initial_seconds: float
    max_seconds: float

    def seconds(self, attempt: int) -> float:
        """The wait after the `attempt`-th failure (1: the first)."""
        return seconds_after(attempt, wait_random_exponential(multiplier=self.initial_seconds, max=self.max_seconds))
