"""Carries out a plan of faults: for each request, what is to happen to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from random import Random

from consumer.sandbox.description import describe
from consumer.sandbox.faults import FaultPlan, ScriptStep, Step
from consumer.sandbox.windows import Windows

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What befalls one request: a delay, perhaps a step in place of the usual answer, and its cause."""

    delay_seconds: float = 0.0
    step: Step | None = None
    cause: str = ""
    headers: tuple[Header, ...] = ()


UNDISTURBED = Disturbance()


@dataclass(slots=True)
class _State:
    plan: FaultPlan
    applied_at: float
    random: Random = field(init=False)
    windows: Windows | None = field(init=False)
    idle: bool = field(init=False)
    used: dict[tuple[str, str], int] = field(default_factory=dict)
    namespaces: dict[str, FaultInjector] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = Random(self.plan.seed)  # noqa: S311 - seeded so that a run can be repeated
        self.windows = Windows(self.plan.rate_limit) if self.plan.rate_limit else None
        self.idle = self.plan == FaultPlan(
            seed=self.plan.seed, hang_seconds=self.plan.hang_seconds, namespaces=self.plan.namespaces
        )


class FaultInjector:
    """The faults in force. Any thread may `apply` or `clear`; one thread asks for `next`.

    Args:
        plan: what is in force at first.
        clock: a monotonic clock, in seconds.
        wall: the time of day, in seconds since the epoch, for `Retry-After` as a date.
    """

    def __init__(
        self,
        plan: FaultPlan | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._clock = clock
        self._wall = wall
        self.apply(plan or FaultPlan())

    @property
    def plan(self) -> FaultPlan:
        return self._state.plan

    def apply(self, plan: FaultPlan) -> None:
        """Put this plan in force from now on: seed, scripts, windows and outage begin anew."""
        # One assignment, so that the thread that answers requests sees the old state or the new one.
        below = {
            name: FaultInjector(each, clock=self._clock, wall=self._wall) for name, each in plan.namespaces.items()
        }
        self._state = _State(plan, self._clock(), namespaces=below)

    def clear(self) -> None:
        """Behave again."""
        self.apply(FaultPlan())

    @property
    def outage_seconds_left(self) -> float:
        state = self._state
        if state.plan.outage is None:
            return 0.0
        return max(0.0, state.applied_at + state.plan.outage.seconds - self._clock())

    @property
    def in_force(self) -> FaultPlan:
        """The plan as it stands now: what is left of an outage, none when it has ended."""
        left, outage = self.outage_seconds_left, self.plan.outage
        rest = outage.model_copy(update={"seconds": round(left, 3)}) if outage and left else None
        below = {name: each.in_force for name, each in self._state.namespaces.items()}
        return self.plan.model_copy(update={"outage": rest, "namespaces": below})

    def describe(self) -> list[str]:
        """What is in force, in plain words; empty when nothing is."""
        return describe(self.in_force)

    def next(self, distinct_id: str, idempotency_key: str, namespace: str = "") -> Disturbance:
        """Decide what befalls the request that has just arrived; each call is one attempt of its scripts."""
        own = self._state.namespaces.get(namespace)
        return self._usual(distinct_id, idempotency_key) if own is None else own.next(distinct_id, idempotency_key)

    def _usual(self, distinct_id: str, idempotency_key: str) -> Disturbance:
        state = self._state
        if state.idle:
            return UNDISTURBED
        delay = state.plan.latency.draw(state.random) if state.plan.latency else 0.0
        # Drawn for every request, needed or not: a script must not shift the chances of the others.
        chance = state.random.random()
        if self.outage_seconds_left > 0 and state.plan.outage:
            return self._disturb(delay, state.plan.outage.step, "outage")
        if (step := _scripted(state, distinct_id, idempotency_key)) is not None:
            return self._disturb(delay, step, "script")
        headers: tuple[Header, ...] = ()
        if state.windows:
            allowance = state.windows.take(self._clock())
            headers = tuple(
                (name, str(value).encode())
                for name, value in (
                    (b"ratelimit-limit", allowance.limit),
                    (b"ratelimit-remaining", allowance.remaining),
                    (b"ratelimit-reset", allowance.reset_seconds),
                )
            )
            if not allowance.allowed:
                retry = self._retry_after(allowance.reset_seconds)
                return Disturbance(delay, 429, "rate limit", (*headers, retry))
        for step, rate in state.plan.rates.items():
            chance -= rate
            if chance < 0:
                return self._disturb(delay, step, "chance", headers)
        return Disturbance(delay, headers=headers)

    def _disturb(self, delay: float, step: ScriptStep, cause: str, headers: tuple[Header, ...] = ()) -> Disturbance:
        if step == "pass":
            return Disturbance(delay, headers=headers)
        seconds = self._state.plan.retry_after_seconds
        if seconds is not None and step in (429, 503):
            headers = (*headers, self._retry_after(seconds))
        return Disturbance(delay, step, cause, headers)

    def _retry_after(self, seconds: float) -> Header:
        if self._state.plan.retry_after_as == "date":
            return b"retry-after", formatdate(self._wall() + seconds, usegmt=True).encode()
        return b"retry-after", f"{seconds:g}".encode()


def _scripted(state: _State, distinct_id: str, idempotency_key: str) -> ScriptStep | None:
    scripts = state.plan.scripts
    for kind, name, steps in (
        ("idempotency_key", idempotency_key, scripts.idempotency_key.get(idempotency_key)),
        ("distinct_id", distinct_id, scripts.distinct_id.get(distinct_id)),
    ):
        if steps is None:
            continue
        used = state.used.get((kind, name), 0)
        if used < len(steps):
            state.used[kind, name] = used + 1
            return steps[used]
    return None
