"""A ceiling of so many a second, without a burst that any second would see."""

from __future__ import annotations

import math


class TokenBucket:
    """Says how many may start now, and when the next may."""

    def __init__(self, rate: float) -> None:
        """`rate`: how many a second, more than 0."""
        # A twentieth of a second's worth: a full second's would double the rate in the first second.
        self._burst = max(1.0, rate / 20)
        # With a burst on top, no second sees more than `rate`.
        self.refill = rate - (self._burst - 1)
        """How many a second come in the long run."""
        self._tokens = self._burst
        self._refilled = 0.0

    def available(self, now: float) -> float:
        """How many may start now, as a whole number."""
        earned = max(0.0, now - self._refilled) * self.refill
        self._tokens = min(self._burst, self._tokens + earned)
        self._refilled = now
        return self._tokens // 1

    def take(self) -> None:
        """One starts."""
        self._tokens -= 1

    def next_at(self, now: float) -> float:
        """When the next may start; `now` when one may at once."""
        if self._tokens >= 1:
            return now
        # A token that lacks less than the clock can tell is still a token that is not there yet.
        return max(now + (1 - self._tokens) / self.refill, math.nextafter(now, math.inf))
