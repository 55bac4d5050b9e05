"""How many requests may be in flight: the limit follows throughput and latency, and push-back.

Every round (as many answers as requests are in flight) has a mean latency; by Little's law the throughput is the
limit over it. A search (`climb`) compares limits by that (`comparison`), as Netflix's Gradient2 and TCP's BBR look at
both: it rises while a rise brings throughput, falls while a fall costs none, and otherwise stays and tries the
neighbours now and then. A comparison goes on until it is surer than the noise (`measured`), wide strides come before
fine ones (`pace`), and a limit that was pushed back is remembered (`push_back`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from consumer.delivery.climb import Climb, ClimbPolicy
from consumer.delivery.push_back import Usual

_SHORTEST = 1e-6  # seconds; a latency of nothing has no logarithm
_PATIENCE = 4  # quarters of a round, at least


@dataclass(frozen=True, slots=True)
class ConcurrencyPolicy:
    """`outlier`: a latency counts for at most so many times the usual one, or one in a hundred would decide alone."""

    maximum: int
    initial: int = 16
    outlier: float = 4.0
    climb: ClimbPolicy = field(default_factory=ClimbPolicy)


class Concurrency:
    """The limit, between 1 and the policy's maximum."""

    def __init__(self, policy: ConcurrencyPolicy) -> None:
        self._outlier = policy.outlier
        self.limit = min(policy.initial, policy.maximum)
        self._climb = Climb(policy.climb, self.limit, policy.maximum)
        self._usual = Usual(policy.climb.push_back)
        self._excused = False
        self._excused_until = 0.0
        self._longest = math.inf
        # Of this round. `_old`: answers still to come to requests that were sent under another limit.
        self._answers = self._left = self.limit
        self._due = math.inf
        self._reached = False
        self._failures = 0
        self._latencies = self._squares = 0.0
        self._old = self._patience = 0
        self._since = 0.0

    def reached(self) -> None:
        """The limit stopped a request from starting."""
        self._reached = True

    def answered(self, seconds: float | None, now: float) -> None:
        """One answer; it is called for every event, so what can wait for the end of the round does.

        Args:
            seconds: the latency of a success; None: the endpoint pushed back (408, 429, 5xx but 501, a time-out).
            now: seconds, on a clock that never goes back.
        """
        self._left -= 1
        if seconds is None:
            self._failures += 1
            if not self._excused and now >= self._excused_until and self._usual.unusual():
                self._push_back(now)
                return
        else:
            if self._old and now - seconds < self._since:
                self._old -= 1
            if seconds > self._longest:  # noqa: PLR1730 - min() takes as long as all the rest
                seconds = self._longest
            self._latencies += seconds
            self._squares += seconds * seconds
        if self._left <= 0:
            self._round_over(now)
        elif now > self._due:
            self._climb.late()
            self._begin(now)

    def _push_back(self, now: float) -> None:
        """What fails of the requests that are out already says no more than the first: it is excused."""
        before = self.limit
        if not self._count():
            self._climb.pushed_back(now)
            self._usual.lowered(before)
            self._excused = True
            self._excused_until = now + self._climb.typical
        self._begin(now)

    def _round_over(self, now: float) -> None:
        if self._old and self._patience:
            # The slowest of those that were sent under another limit are still out, and would count as of this one.
            self._patience -= 1
            self._left = max(self._old, self.limit // 4)
            self._answers += self._left
            return
        self._excused = False
        successes = self._answers - self._failures
        if self._count():
            pass
        elif self._reached and successes > 0:
            mean = max(_SHORTEST, self._latencies / successes)
            squares = max(0.0, self._squares - successes * mean * mean)
            self._climb.round_over(mean, squares / mean / mean / max(1, successes - 1), successes, now)
            self._longest = self._outlier * self._climb.typical or math.inf
        else:
            self._climb.not_reached()
        self._begin(now)

    def _count(self) -> bool:
        """Tells the failures of this round to what is usual; True when it concludes that the limit fell in vain."""
        answers = self._answers - max(0, self._left)
        fell_from = self._usual.counted(self.limit, answers, self._failures, trying=self._climb.trying)
        if fell_from:
            self._climb.restore(fell_from)
        return bool(fell_from)

    def _begin(self, now: float) -> None:
        """A round of as many answers as are out, so that the last of them was sent under the limit of now."""
        before, self.limit = self.limit, self._climb.arm.limit
        self._answers = self._left = max(before, self.limit)
        self._due = now + self._climb.due_within(self._answers)
        self._old = 0
        if self.limit != before:
            self._since = now + _SHORTEST
            self._old = before
            self._patience = _PATIENCE
        self._reached = False
        self._failures = 0
        self._latencies = self._squares = 0.0
