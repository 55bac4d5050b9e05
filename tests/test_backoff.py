"""Waits before trying again: exponential backoff with full jitter, and tenacity's waits as numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tenacity import wait_exponential

from consumer.backoff import Backoff, seconds_after


@given(
    initial=st.floats(0.01, 10),
    most=st.floats(0.01, 1000),
    attempt=st.integers(1, 5000),
)
def test_a_wait_lies_between_nothing_and_the_doubled_bound(initial: float, most: float, attempt: int) -> None:
    """After days of failures too, when 2 to the power of the attempts is no float any more."""
    bound = min(most, initial * 2.0 ** min(attempt - 1, 60))

    assert 0 <= Backoff(initial, most).seconds(attempt) <= bound


def test_waits_fill_the_whole_range() -> None:
    """Full jitter: clients that failed together do not come back together."""
    waits = [Backoff(1, 100).seconds(4) for _ in range(400)]

    assert min(waits) < 1
    assert max(waits) > 7


def test_the_wait_grows_with_the_failures_and_nothing_is_waited_for() -> None:
    wait = wait_exponential(multiplier=10, max=70)

    assert [seconds_after(failures, wait) for failures in (1, 2, 3, 4)] == [10, 20, 40, 70]
