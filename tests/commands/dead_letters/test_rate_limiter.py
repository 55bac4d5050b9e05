"""The pace is kept, and never caught up with."""

from __future__ import annotations

from consumer.commands.dead_letters.rate_limiter import RateLimiter


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def test_so_many_a_second() -> None:
    clock = Clock()
    rate_limiter = RateLimiter(4, clock.now, clock.sleep)
    for _ in range(9):
        rate_limiter.wait()
    assert clock.time == 102


def test_a_pause_is_not_made_up_for() -> None:
    clock = Clock()
    rate_limiter = RateLimiter(1, clock.now, clock.sleep)
    rate_limiter.wait()
    clock.time += 60
    for _ in range(3):
        rate_limiter.wait()
    assert clock.time == 162
