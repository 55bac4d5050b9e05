"""tenacity's waits as numbers."""

from __future__ import annotations

from tenacity import wait_exponential

from consumer.waits import seconds_after


def test_the_wait_grows_with_the_failures_and_nothing_is_waited_for() -> None:
    wait = wait_exponential(multiplier=10, max=70)

    assert [seconds_after(failures, wait) for failures in (1, 2, 3, 4)] == [10, 20, 40, 70]
