"""What is done to the brokers, the service and the endpoint, and in which order: chance comes from a seed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any, Final


class What(StrEnum):
    """A fault, in the words that the run reports it in."""

    KILL = "instance killed"
    TERMINATE = "instance stopped and started"
    BROKER_KILL = "broker killed"
    BROKER_RESTART = "broker restarted"
    ROLLING = "all brokers restarted, one after the other"
    PAUSE = "all brokers paused"
    REFUSE = "endpoint refuses connections"
    HANG = "endpoint hangs"
    RESET = "endpoint resets connections"
    UNAUTHORISED = "endpoint answers 401"
    THROTTLE = "endpoint answers 429"
    UNAVAILABLE = "endpoint answers 503"
    FLAKY = "endpoint fails some, takes most"


INSTANCES: Final = (What.KILL, What.TERMINATE)
BROKERS: Final = (What.BROKER_KILL, What.BROKER_RESTART, What.ROLLING, What.PAUSE)
ENDPOINT: Final = tuple(what for what in What if what not in {*INSTANCES, *BROKERS})

NOTHING: Final = "no fault"
AT_ONCE: Final = "several of these at once"
STATIC: Final = "static "
_NORMAL_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    `seconds`: how long an instance or a broker stays away, or the endpoint's phase lasts. `which`: the number of the
    instance or of the broker, from 0 on. `at`: seconds from the begin of its step.
    """

    what: What
    seconds: float
    which: int = 0
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """Faults that are made together; what follows until the next step is put down to them under `name`."""

    name: str
    faults: tuple[Fault, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. Each step begins once all has recovered from the one before.

    Attributes:
        rate: events a second.
        options: `kafka.options` of every instance.
        static: each instance has a `group.instance.id`.
        brokers: how many.
        quick: brokers that give a member up soon, and redeliveries after seconds; else all defaults are kept.
    """

    name: str
    seed: int
    rate: float
    steps: tuple[Step, ...]
    customers: int = 500
    instances: int = 3
    options: Mapping[str, Any] = field(default_factory=dict)
    static: bool = False
    brokers: int = 3
    quick: bool = False


def customer(number: int) -> str:
    """The e-mail address of one of a plan's customers, who are numbered from 0 on."""
    return f"customer-{number}@example.com"


def whole(seed: int, rate: float) -> tuple[Plan, ...]:
    """Every fault on the default configuration, and those of the group with `latest` and with static members."""
    random = Random(seed)
    group = (*INSTANCES, What.BROKER_KILL, What.PAUSE)
    plans: tuple[tuple[str, tuple[What, ...], dict[str, Any]], ...] = (
        ("default", (*INSTANCES, *BROKERS, *ENDPOINT, *INSTANCES), {}),
        ("latest", (*group, What.ROLLING), {"options": {"auto.offset.reset": "latest"}}),
        ("static", (*group, What.ROLLING, *INSTANCES), {"static": True}),
    )
    return tuple(
        Plan(name, seed, rate, (*steps(random, whats, static="static" in more), storm(random)), **more)
        for name, whats, more in plans
    )


def small(seed: int, rate: float) -> tuple[Plan, ...]:
    """The faults of the group once each, with brokers that wait for a vanished member for seconds."""
    random = Random(seed)
    whats = (What.KILL, What.FLAKY, What.TERMINATE, What.BROKER_KILL, What.PAUSE)
    return (Plan("small", seed, rate, tuple(steps(random, whats, pause=4)), instances=2, quick=True),)


SIZES: Final = {"whole": whole, "small": small}


def steps(random: Random, whats: Iterable[What], *, static: bool = False, pause: float = 60) -> Iterable[Step]:
    """A stretch without a fault, then a step for each, with the instances in turn; `pause`: of all brokers."""
    yield Step(NOTHING, seconds=_NORMAL_SECONDS)
    for turn, what in enumerate(whats):
        name = f"{STATIC if static and what in INSTANCES else ''}{what}"
        seconds = pause if what is What.PAUSE else random.uniform(2, 5) if what in INSTANCES else random.uniform(5, 9)
        yield Step(name, (Fault(what, seconds, turn),))


def storm(random: Random, seconds: float = 60) -> Step:
    """Faults of all kinds over each other: instances end while a broker is away and the endpoint hangs."""
    lists = ((INSTANCES, 9.0), ((What.BROKER_KILL, What.BROKER_RESTART), 30.0), (ENDPOINT, 12.0))
    faults = [
        Fault(
            random.choice(kinds), random.uniform(2, 5), random.randrange(3), (index + random.random() * 0.7) * every
        )
        for kinds, every in lists
        for index in range(int(seconds / every))
    ]
    return Step(AT_ONCE, tuple(sorted(faults, key=lambda fault: fault.at)))
