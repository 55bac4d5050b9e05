"""The adaptive limit against simulated servers under virtual time: its ranges, not its single steps."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import mean

import pytest

from consumer.delivery.concurrency import Concurrency, ConcurrencyPolicy

Serve = Callable[[int, float], float | None]


@dataclass
class Simulation:
    """A client that always has more to send, and a server.

    `serve` is told how many requests are in flight and the time; it answers with the seconds that a request takes,
    or None to push it back, which takes 10 ms.
    """

    serve: Serve
    concurrency: Concurrency
    now: float = 0.0
    limits: list[int] = field(default_factory=list)
    accepted: int = 0

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        flying: list[tuple[float, int, float | None]] = []
        number = 0
        self.limits.clear()
        self.accepted = 0
        while self.now < end:
            while len(flying) < self.concurrency.limit:
                number += 1
                latency = self.serve(len(flying) + 1, self.now)
                heapq.heappush(flying, (self.now + (latency or 0.01), number, latency))
            self.concurrency.reached()
            self.now, _, latency = heapq.heappop(flying)
            self.accepted += latency is not None
            self.concurrency.answered(latency, self.now)
            self.limits.append(self.concurrency.limit)


def knee(at: int, *, jitter: float = 0.1, seed: int = 1) -> Serve:
    """50 ms up to `at` requests at once; beyond, the requests queue."""
    noise = random.Random(seed)
    return lambda in_flight, _: 0.05 * max(1.0, in_flight / at) * noise.uniform(1 - jitter, 1 + jitter)


def window(per_second: int) -> Serve:
    """A fixed window of a second; what is above is pushed back."""
    counts: dict[int, int] = {}

    def serve(_: int, now: float) -> float | None:
        counts[int(now)] = counts.get(int(now), 0) + 1
        return 0.05 if counts[int(now)] <= per_second else None

    return serve


def test_it_reaches_the_maximum_at_once_when_nothing_strains() -> None:
    """A slow ramp was the first complaint about the mechanism this follows."""
    simulation = Simulation(lambda _in_flight, _now: 0.05, Concurrency(ConcurrencyPolicy(maximum=64)))

    simulation.run(0.5)

    assert simulation.concurrency.limit == 64


@pytest.mark.parametrize("seed", range(5))
def test_it_settles_around_the_knee(seed: int) -> None:
    """High enough to keep the server busy, low enough that its queue stays short."""
    simulation = Simulation(knee(20, seed=seed), Concurrency(ConcurrencyPolicy(maximum=200)))
    simulation.run(30)

    simulation.run(60)

    assert 10 <= mean(simulation.limits) <= 80
    assert simulation.accepted >= 0.6 * 60 * 20 / 0.05


def test_jitter_alone_does_not_bring_it_down() -> None:
    simulation = Simulation(knee(1000, jitter=0.5), Concurrency(ConcurrencyPolicy(maximum=64)))
    simulation.run(30)

    simulation.run(60)

    assert mean(simulation.limits) >= 32


def spikes(times: set[int]) -> Serve:
    """50 ms, but for these hundredths of a second, in which everything takes 80."""
    return lambda _, now: 0.08 if int(now * 100) in times else 0.05


def test_a_burst_of_new_connections_does_not_end_the_ramp() -> None:
    """The first answers over them are late, which speaks of the connections."""
    simulation = Simulation(spikes(set(range(15, 25))), Concurrency(ConcurrencyPolicy(maximum=512)))

    simulation.run(1)

    assert simulation.concurrency.limit == 512


def test_a_large_limit_makes_up_for_a_decrease_within_two_seconds() -> None:
    simulation = Simulation(lambda _in_flight, _now: 0.05, Concurrency(ConcurrencyPolicy(maximum=512)))
    simulation.run(1)
    simulation.concurrency.answered(None, simulation.now + 1)
    simulation.now += 2
    assert simulation.concurrency.limit == 460

    simulation.run(2)

    assert simulation.concurrency.limit == 512


def steady(limit: int) -> tuple[Concurrency, float]:
    """A limit that has been held for a while, at 50 ms; and the time."""
    concurrency, now = Concurrency(ConcurrencyPolicy(maximum=limit, initial=limit)), 0.0
    for _ in range(4 * limit):
        now += 0.0005
        concurrency.reached()
        concurrency.answered(0.05, now)
    return concurrency, now


def test_what_was_out_when_the_first_was_pushed_back_says_no_more_than_that() -> None:
    """Requests that were sent together fail together: the limit falls by a tenth, and not by a tenth for each."""
    concurrency, now = steady(100)

    for _ in range(30):
        concurrency.answered(None, now)

    assert concurrency.limit == 90


def test_the_limit_falls_again_for_what_was_sent_since() -> None:
    """A round has passed, and as long as an answer takes: not before."""
    concurrency, now = steady(100)
    concurrency.answered(None, now)
    for _ in range(200):
        concurrency.answered(0.05, now + 0.01)
    concurrency.answered(None, now + 0.049)
    assert concurrency.limit == 90

    for _ in range(200):
        concurrency.answered(0.05, now + 0.06)
    concurrency.answered(None, now + 0.061)
    assert concurrency.limit == 81


def test_a_server_with_a_rate_limit_is_pushed_against_less_and_less() -> None:
    """200 a second at 50 ms are 10 at once: most of what is sent is accepted."""
    simulation = Simulation(window(200), Concurrency(ConcurrencyPolicy(maximum=64)))
    simulation.run(30)

    simulation.run(30)

    assert 1 <= mean(simulation.limits) <= 20
    assert simulation.accepted >= 0.6 * 30 * 200


def test_it_comes_back_after_an_outage() -> None:
    down = Simulation(lambda _in_flight, _now: None, Concurrency(ConcurrencyPolicy(maximum=64)))
    down.run(60)
    assert down.concurrency.limit == 1

    up = Simulation(knee(1000), down.concurrency, down.now)
    up.run(10)
    up.run(10)

    assert mean(up.limits) >= 40


def test_it_never_leaves_its_bounds() -> None:
    noise = random.Random(7)
    concurrency = Concurrency(ConcurrencyPolicy(maximum=8))
    now = 0.0
    for _ in range(5000):
        now += noise.expovariate(50)
        concurrency.reached()
        concurrency.answered(noise.choice([None, noise.expovariate(10)]), now)
        assert 1 <= concurrency.limit <= 8


def test_it_does_not_grow_while_it_is_not_reached() -> None:
    """A quiet topic proves nothing about what the endpoint bears."""
    concurrency = Concurrency(ConcurrencyPolicy(maximum=64))

    for number in range(100):
        concurrency.answered(0.05, number * 0.1)

    assert concurrency.limit == 16
