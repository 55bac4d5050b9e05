"""What is done to the brokers, the service and the endpoint, and when: all of it follows from a seed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final


class What(StrEnum):
    """A fault, in the words that the run reports it in."""

    KILL = "instance: kill -9"
    TERMINATE = "instance: SIGTERM"
    BROKER_KILL = "broker: kill -9"
    BROKER_RESTART = "broker: orderly restart"
    REFUSE = "endpoint: refuses connections"
    HANG = "endpoint: hangs"
    RESET = "endpoint: resets connections"
    UNAUTHORISED = "endpoint: 401"
    THROTTLE = "endpoint: 429"
    UNAVAILABLE = "endpoint: 503"
    FLAKY = "endpoint: fails some, takes most"


ENDPOINT: Final = (
    What.REFUSE,
    What.HANG,
    What.RESET,
    What.UNAUTHORISED,
    What.THROTTLE,
    What.UNAVAILABLE,
    What.FLAKY,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Not before `at`, in seconds from the start of the run.

    `seconds`: how long an instance or the broker stays away, or the endpoint's phase lasts. `instance`: which one.
    """

    at: float
    what: What
    seconds: float
    instance: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. The events are written evenly over `seconds`.

    The three lists are carried out side by side, so that an instance may die while the broker is away and the
    endpoint hangs.
    """

    seed: int
    events: int
    customers: int
    instances: int
    seconds: float
    on_instances: tuple[Fault, ...]
    on_broker: tuple[Fault, ...]
    on_endpoint: tuple[Fault, ...]

    @property
    def faults(self) -> int:
        return len(self.on_instances) + len(self.on_broker) + len(self.on_endpoint)


def customer(number: int) -> str:
    """The e-mail address of one of a plan's customers, who are numbered from 0 on."""
    return f"customer-{number}@example.com"


def make_plan(seed: int, *, events: int, instances: int, seconds: float) -> Plan:
    """A plan of faults for a run in which events are written for so many seconds.

    Each list of faults comes around to every kind that it has before it repeats one.
    """
    random = Random(seed)
    return Plan(
        seed,
        events,
        customers=max(1, events // 50),
        instances=instances,
        seconds=seconds,
        on_instances=tuple(
            Fault(at, what, random.uniform(0, 4), random.randrange(instances))
            for at, what in _spread(random, (What.KILL, What.TERMINATE), seconds, every=12)
        ),
        on_broker=tuple(
            Fault(at, what, random.uniform(0, 4))
            for at, what in _spread(random, (What.BROKER_KILL, What.BROKER_RESTART), seconds, every=80)
        ),
        on_endpoint=tuple(
            Fault(at, what, random.uniform(3, 7)) for at, what in _spread(random, ENDPOINT, seconds, every=14)
        ),
    )


def _spread(random: Random, kinds: Sequence[What], seconds: float, *, every: float) -> Iterator[tuple[float, What]]:
    """Kinds in a random order, again and again, each somewhere in its own stretch of `every` seconds."""
    count = math.floor(seconds / every)
    order: list[What] = []
    while len(order) < count:
        order += random.sample(kinds, len(kinds))
    for index in range(count):
        yield (index + random.uniform(0.2, 0.8)) * every, order[index]
