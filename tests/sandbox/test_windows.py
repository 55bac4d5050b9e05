"""The rate limit in windows of a second and of a minute."""

from __future__ import annotations

from consumer.sandbox.faults import RateLimitPlan
from consumer.sandbox.windows import Windows


def test_the_burst_window_opens_anew_each_second() -> None:
    windows = Windows(RateLimitPlan(per_second=3, per_minute=0))
    allowed = [windows.take(10.0).allowed for _ in range(4)]
    assert allowed == [True, True, True, False]
    again = windows.take(11.0)
    assert (again.allowed, again.remaining) == (True, 2)


def test_the_steady_window_holds_although_each_second_is_within_its_own() -> None:
    windows = Windows(RateLimitPlan(per_second=3, per_minute=5))
    takes = [windows.take(float(second)) for second in range(6)]
    last = takes[-1]
    assert [take.allowed for take in takes] == [True] * 5 + [False]
    assert (last.limit, last.remaining, last.reset_seconds) == (5, 0, 55)
