"""Endpoints of many kinds in virtual time, and what a limit on the requests in flight brings there.

`python -m tests.delivery.endpoints` prints the table of docs/delivery.md.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import click

from consumer.delivery.concurrency import Concurrency, ConcurrencyPolicy

PUSHED_BACK_SECONDS = 0.01
FOREVER = math.inf

Serve = Callable[[int, float], float | None]
"""Told how many requests are in flight, this one with them, and the time; gives seconds, or None: pushed back."""
Make = Callable[[random.Random], Serve]
"""Each run has an endpoint of its own, and its own noise."""


def power(knee: int, exponent: float, seconds: float, jitter: float = 0.0) -> Make:
    """`seconds` for up to `knee` in flight, beyond it as this power of their number; the jitter is lognormal."""

    def made(noise: random.Random) -> Serve:
        def serve(in_flight: int, _: float) -> float:
            latency = seconds * math.pow(max(1.0, in_flight / knee), exponent)
            return latency * noise.lognormvariate(-jitter * jitter / 2, jitter) if jitter else latency

        return serve

    return made


def refusing(above: int, seconds: float) -> Make:
    """503 at once for what is above so many in flight."""

    def made(noise: random.Random) -> Serve:
        return lambda in_flight, _: seconds * noise.uniform(0.9, 1.1) if in_flight <= above else None

    return made


def failing(share: float, seconds: float) -> Make:
    """503 for some, however many are in flight."""

    def made(noise: random.Random) -> Serve:
        return lambda _, __: None if noise.random() < share else seconds * noise.uniform(0.9, 1.1)

    return made


def workers(number: int, service: Callable[[random.Random], float], distance: float = 0.0) -> Make:
    """A queue before so many workers, in the order of arrival; `distance`: seconds on the way."""

    def made(noise: random.Random) -> Serve:
        free_at = [0.0] * number

        def serve(_: int, now: float) -> float:
            done = max(now, free_at[0]) + service(noise)
            heapq.heapreplace(free_at, done)
            return done - now + distance

        return serve

    return made


def changing(*phases: tuple[float, Make]) -> Make:
    """One endpoint after the other: each until its second."""

    def made(noise: random.Random) -> Serve:
        served = [(until, make(noise)) for until, make in phases]
        return lambda in_flight, now: next(serve for until, serve in served if now < until)(in_flight, now)

    return made


def mixed(*kinds: tuple[float, Make]) -> Make:
    """Each request is one of some kinds, by their shares."""

    def made(noise: random.Random) -> Serve:
        served = [make(noise) for _, make in kinds]
        shares = [share for share, _ in kinds]

        def serve(in_flight: int, now: float) -> float | None:
            return noise.choices(served, shares)[0](in_flight, now)

        return serve

    return made


def stalling(make: Make, every: float, seconds: float) -> Make:
    """It is us who are late: for so many seconds, on average, now and then no answer is looked at."""

    def made(noise: random.Random) -> Serve:
        serve = make(noise)
        # Its own, so that every limit meets the same.
        stalls = random.Random(noise.random())
        begins, ends = stalls.expovariate(1 / every), 0.0

        def stalled(in_flight: int, now: float) -> float | None:
            nonlocal begins, ends
            latency = serve(in_flight, now)
            while latency is not None and now + latency >= begins:
                ends = begins + stalls.expovariate(1 / seconds)
                begins = ends + stalls.expovariate(1 / every)
            return None if latency is None else max(now + latency, ends) - now

        return stalled

    return made


@dataclass(frozen=True)
class Endpoint:
    """`warm_up`: the seconds at the start that do not count, for the search, which takes some fifty round trips.

    `arrivals`: requests a second that there are to send; 0: always more than may start.
    """

    make: Make
    maximum: int = 64
    seconds: float = 60
    warm_up: float = 10
    arrivals: float = 0


ENDPOINTS = {
    "30 ms up to 8 in flight, then as the square": Endpoint(power(8, 2, 0.03)),
    "50 ms, however many": Endpoint(power(512, 1, 0.05), maximum=512, seconds=8, warm_up=2),
    "50 ms, but a busy machine of ours is late": Endpoint(
        stalling(power(512, 1, 0.05, 0.1), 0.5, 0.1), maximum=512, seconds=20, warm_up=5
    ),
    "503 at once above 24 in flight": Endpoint(refusing(24, 0.05)),
    "16 workers and a queue, exponential service": Endpoint(workers(16, lambda noise: noise.expovariate(20))),
    "50 ms up to 40, then in proportion; jitter 30 %": Endpoint(power(40, 1, 0.05, 0.3)),
    "three times as slow from the middle on": Endpoint(
        changing((30, power(24, 2, 0.03, 0.1)), (FOREVER, power(24, 2, 0.09, 0.1)))
    ),
    "100 a second, the rest queues without end": Endpoint(workers(1, lambda _: 0.01, 0.03)),
    "8, then 32, then 8 workers": Endpoint(
        changing((30, power(8, 1, 0.05, 0.1)), (60, power(32, 1, 0.05, 0.1)), (FOREVER, power(8, 1, 0.05, 0.1))),
        seconds=90,
    ),
    "few requests: 20 a second": Endpoint(power(8, 2, 0.03), arrivals=20),
    "1 % take 2 s": Endpoint(mixed((0.99, power(40, 2, 0.05, 0.1)), (0.01, power(400, 1, 2)))),
    "two kinds of event, 20 ms and 120 ms": Endpoint(
        mixed((0.7, power(24, 2, 0.02, 0.1)), (0.3, power(24, 2, 0.12, 0.1))), seconds=90, warm_up=30
    ),
    "16 workers and a queue, lognormal service": Endpoint(workers(16, lambda noise: noise.lognormvariate(-3, 0.5))),
    "each one more makes all a little slower": Endpoint(power(1, 0.5, 0.02, 0.1)),
    "50 ms up to 100, then as the square; jitter 80 %": Endpoint(
        power(100, 2, 0.05, 0.8), maximum=256, seconds=30, warm_up=10
    ),
    "2 % fail, however many": Endpoint(failing(0.02, 0.05)),
    "800 ms up to 10, then as the square": Endpoint(power(10, 2, 0.8, 0.2), seconds=240, warm_up=90),
}


class Limiter(Protocol):
    limit: int

    def reached(self) -> None: ...
    def answered(self, seconds: float | None, now: float) -> None: ...


class Fixed:
    """A limit that does not move."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def reached(self) -> None:
        """It stays."""

    def answered(self, seconds: float | None, now: float) -> None:
        """It stays."""


@dataclass
class Run:
    """What came of the seconds after the warm-up."""

    seconds: float
    accepted: int = 0
    pushed_back: int = 0
    limit: int = 0
    """At the end."""

    @property
    def rate(self) -> float:
        return self.accepted / self.seconds

    @property
    def failed(self) -> float:
        return self.pushed_back / (self.pushed_back + self.accepted)


def run(endpoint: Endpoint, limiter: Limiter, seed: int) -> Run:
    """A client that has as many requests in flight as the limit allows, and the endpoint."""
    noise = random.Random(seed)
    serve = endpoint.make(noise)
    result = Run(endpoint.seconds - endpoint.warm_up)
    flying: list[tuple[float, int, float | None]] = []
    number, now, ready_at = 0, 0.0, 0.0
    while now < endpoint.seconds:
        while len(flying) < limiter.limit and ready_at <= now:
            number += 1
            latency = serve(len(flying) + 1, now)
            heapq.heappush(flying, (now + (PUSHED_BACK_SECONDS if latency is None else latency), number, latency))
            if endpoint.arrivals:
                ready_at += noise.expovariate(endpoint.arrivals)
        if ready_at <= now:
            limiter.reached()
        elif not flying or ready_at < flying[0][0]:
            now = ready_at
            continue
        now, _, latency = heapq.heappop(flying)
        limiter.answered(latency, now)
        if now >= endpoint.warm_up:
            result.accepted += latency is not None
            result.pushed_back += latency is None
    result.limit = limiter.limit
    return result


def candidates(maximum: int) -> list[int]:
    """The fixed limits that are tried: the powers of two, and between them steps of an eighth."""
    found = {1 << power for power in range(maximum.bit_length())} | {maximum}
    limit = 1
    while limit < maximum:
        found.add(limit)
        limit += max(1, limit // 8)
    return sorted(found)


@cache
def best_fixed(name: str) -> int:
    """The limit that brings the most when it stays; of those that bring as much, but for 1 %, the lowest."""
    endpoint = ENDPOINTS[name]
    rates = {limit: run(endpoint, Fixed(limit), 1).rate for limit in candidates(endpoint.maximum)}
    return next(limit for limit, rate in rates.items() if rate >= 0.99 * max(rates.values()))


@cache
def fixed(name: str, seed: int) -> Run:
    return run(ENDPOINTS[name], Fixed(best_fixed(name)), seed)


@cache
def found(name: str, seed: int) -> Run:
    """What our limit brings."""
    endpoint = ENDPOINTS[name]
    return run(endpoint, Concurrency(ConcurrencyPolicy(endpoint.maximum)), seed)


def row(name: str, seed: int = 1) -> str:
    """One line of the table."""
    best, ours = fixed(name, seed), found(name, seed)
    share = ours.rate / best.rate
    return f"| {name} | {best.limit} | {best.rate:,.0f} | {ours.rate:,.0f} | {share:.2f} |"


@click.command()
def main() -> None:
    """Prints the table of endpoints of docs/delivery.md."""
    click.echo("| endpoint | best fixed limit | events a second with it | with ours | share |\n|---|---|---|---|---|")
    for name in ENDPOINTS:
        click.echo(row(name))


if __name__ == "__main__":
    main()
