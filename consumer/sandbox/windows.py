"""A rate limit in fixed windows of a second and of a minute, and the headers that tell of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from consumer.sandbox.faults import RateLimitPlan


@dataclass(slots=True)
class _Window:
    seconds: int
    limit: int
    ends: float = 0.0
    used: int = 0

    def take(self, now: float) -> bool:
        if now >= self.ends:
            self.ends, self.used = now + self.seconds, 0
        self.used += 1
        return self.used <= self.limit

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the tightest window says after one request.

    Attributes:
        reset_seconds: when it opens anew, rounded up.
    """

    allowed: bool
    limit: int
    remaining: int
    reset_seconds: int


@dataclass(slots=True)
class Windows:
    """The state of one rate limit; a request counts in every window, also one that is over the limit."""

    plan: RateLimitPlan
    _windows: list[_Window] = field(init=False)

    def __post_init__(self) -> None:
        limits = ((1, self.plan.per_second), (60, self.plan.per_minute))
        self._windows = [_Window(seconds, limit) for seconds, limit in limits if limit]

    def take(self, now: float) -> Allowance:
        """Count one request at `now`, in seconds of a monotonic clock."""
        taken = [window.take(now) for window in self._windows]
        # Of two windows that are used up, the one that opens last is the one to wait for.
        tightest = min(self._windows, key=lambda window: (window.remaining, -window.ends))
        wait = max(1, math.ceil(tightest.ends - now))
        return Allowance(all(taken), tightest.limit, tightest.remaining, wait)
