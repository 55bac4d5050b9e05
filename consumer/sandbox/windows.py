"""A rate limit in fixed windows of a second and of a minute, and the headers that tell of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from consumer.sandbox.faults import RateLimitPlan

Header = tuple[bytes, bytes]


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
        policy: every window, as `1000;w=60;burst=100;w=1` (draft-polli-ratelimit-headers-03, in Bluecore's form).
    """

    allowed: bool
    limit: int
    remaining: int
    reset_seconds: int
    policy: str

    @property
    def headers(self) -> tuple[Header, ...]:
        """What tells of the tightest window."""
        return self._told(b"ratelimit-", str(self.limit))

    @property
    def policy_headers(self) -> tuple[Header, ...]:
        """The same with the whole policy for a limit, in both spellings of the REST APIs."""
        return self._told(b"x-ratelimit-", self.policy) + self._told(b"ratelimit-", self.policy)

    def _told(self, prefix: bytes, limit: str) -> tuple[Header, ...]:
        told = ((b"limit", limit), (b"remaining", self.remaining), (b"reset", self.reset_seconds))
        return tuple((prefix + name, str(value).encode()) for name, value in told)


@dataclass(slots=True)
class Windows:
    """The state of one rate limit; a request counts in every window, also one that is over the limit."""

    plan: RateLimitPlan
    _windows: list[_Window] = field(init=False)
    _policy: str = field(init=False)

    def __post_init__(self) -> None:
        limits = ((60, self.plan.per_minute), (1, self.plan.per_second))
        self._windows = [_Window(seconds, limit) for seconds, limit in limits if limit]
        self._policy = ";burst=".join(f"{each.limit};w={each.seconds}" for each in self._windows)

    def take(self, now: float) -> Allowance:
        """Count one request at `now`, in seconds of a monotonic clock."""
        taken = [window.take(now) for window in self._windows]
        # Of two windows that are used up, the one that opens last is the one to wait for.
        tightest = min(self._windows, key=lambda window: (window.remaining, -window.ends))
        wait = max(1, math.ceil(tightest.ends - now))
        return Allowance(all(taken), tightest.limit, tightest.remaining, wait, self._policy)
