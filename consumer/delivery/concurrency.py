"""How many requests may be in flight: adapts to what the endpoint bears.

The mechanism is Vector's adaptive request concurrency: one decision for each window of about one mean round trip.
The limit grows by one if it was reached, nothing was pushed back and the window's mean latency is no worse than
the running mean; it shrinks to nine tenths on push-back, or when the mean lies 2.5 deviations above. Three things are
ours: until the first sign of strain the limit doubles, since a slow ramp was the first complaint about Vector's; a
large limit grows by more than one, or a decrease would take it a hundred round trips to make up for; and a rise is a
strain only when it is more than a millisecond or two and lasts for some windows, since it is as likely this process
that was late: a burst of new connections takes its time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_STEPS_TO_DOUBLE = 64


@dataclass(frozen=True, slots=True)
class ConcurrencyPolicy:
    """`least_rise`: seconds by which the latency must have risen, however steady it was before.

    `late_windows`: for how many windows on end it must have; `late_windows_ramping`: while the limit doubles.
    """

    maximum: int
    initial: int = 16
    alpha: float = 0.4
    decrease: float = 0.9
    deviations: float = 2.5
    least_rise: float = 0.002
    late_windows: int = 2
    late_windows_ramping: int = 3


class Concurrency:
    """The limit, between 1 and the policy's maximum."""

    def __init__(self, policy: ConcurrencyPolicy) -> None:
        self._policy = policy
        self.limit = min(policy.initial, policy.maximum)
        self._ramping = True
        self._mean: float | None = None
        self._variance = 0.0
        self._window_ends = 0.0
        self._late = 0
        self._latencies = 0.0
        self._samples = 0
        self._reached = False
        self._pushed_back = False

    def reached(self) -> None:
        """The limit stopped a request from starting."""
        self._reached = True

    def answered(self, seconds: float | None, now: float) -> None:
        """`seconds`: the latency of a success; None: the endpoint pushed back (408, 429, 5xx but 501, a time-out)."""
        if seconds is None:
            self._pushed_back = True
        else:
            self._latencies += seconds
            self._samples += 1
        if now >= self._window_ends:
            self._decide(now)

    def _decide(self, now: float) -> None:
        latency = self._latencies / self._samples if self._samples else None
        policy = self._policy
        # After a quiet time, what was late before it says nothing of now.
        before = self._late if now <= self._window_ends + (self._mean or 0.0) else 0
        self._late = before + 1 if self._slower(latency) else 0
        patience = policy.late_windows_ramping if self._ramping else policy.late_windows
        if self._pushed_back or self._late >= patience:
            self._late = 0
            self._ramping = False
            self.limit = max(1, int(self.limit * policy.decrease))
        elif self._reached and latency is not None and not self._late:
            if self._ramping:
                self.limit = min(policy.maximum, self.limit * 2)
            elif self._mean is None or latency <= self._mean:
                self.limit = min(policy.maximum, self.limit + max(1, self.limit // _STEPS_TO_DOUBLE))
        # What may be a strain is held against what was before, until it is one or has passed.
        if latency is not None and not self._late:
            self._average(latency)
        self._latencies, self._samples, self._reached, self._pushed_back = 0.0, 0, False, False
        self._window_ends = now + (self._mean or 0.0)

    def _slower(self, latency: float | None) -> bool:
        if latency is None or self._mean is None or not self._variance:
            return False
        rise = max(self._policy.deviations * math.sqrt(self._variance), self._policy.least_rise)
        return latency >= self._mean + rise

    def _average(self, latency: float) -> None:
        if self._mean is None:
            self._mean = latency
            return
        difference = latency - self._mean
        increment = self._policy.alpha * difference
        self._mean += increment
        self._variance = (1 - self._policy.alpha) * (self._variance + difference * increment)
