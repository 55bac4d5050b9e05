"""Carries out a plan of faults: for each request, what is to happen to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from random import Random
from types import MappingProxyType

from consumer.sandbox.description import describe
from consumer.sandbox.faults import Api, FaultPlan, RateLimitPlan, ScriptStep, Step
from consumer.sandbox.windows import Header, Windows


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
    apis: dict[Api, FaultInjector] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = Random(self.plan.seed)  # noqa: S311 - seeded so that a run can be repeated
        self.windows = Windows(self.plan.rate_limit) if self.plan.rate_limit else None
        kept = {"seed", "hang_seconds", "namespaces", "apis", "token_seconds"}
        self.idle = self.plan == FaultPlan(**{name: getattr(self.plan, name) for name in kept})


class FaultInjector:
    """The faults in force. Any thread may `apply` or `clear`; one thread asks for `next`.

    Args:
        plan: what is in force at first.
        clock: a monotonic clock, in seconds.
        wall: the time of day, in seconds since the epoch, for `Retry-After` as a date.
        quotas: by API, how many requests it takes where no plan says another number.
        tells_policy: in the headers of a limit, the whole policy stands, as on the REST APIs.
    """

    def __init__(
        self,
        plan: FaultPlan | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        quotas: Mapping[Api, RateLimitPlan] = MappingProxyType({}),
        tells_policy: bool = False,
    ) -> None:
        self._clock = clock
        self._wall = wall
        self._quotas = quotas
        self._tells_policy = tells_policy
        self.apply(plan or FaultPlan())

    @property
    def plan(self) -> FaultPlan:
        return self._state.plan

    def apply(self, plan: FaultPlan) -> None:
        """Put this plan in force from now on: seed, scripts, windows and outage begin anew."""
        # One assignment, so that the thread that answers requests sees the old state or the new one.
        self._state = _State(
            plan,
            self._clock(),
            namespaces={name: self._below(each, self._tells_policy) for name, each in plan.namespaces.items()},
            apis={
                **{name: self._below(each) for name, each in plan.apis.items()},
                **{
                    name: self._below(_within(quota, plan.apis.get(name, plan)), tells_policy=True)
                    for name, quota in self._quotas.items()
                },
            },
        )

    def _below(self, plan: FaultPlan, tells_policy: bool = False) -> FaultInjector:  # noqa: FBT001, FBT002
        return FaultInjector(plan, clock=self._clock, wall=self._wall, tells_policy=tells_policy)

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
        apis = {
            name: each.model_copy(update={"outage": self.of(name).in_force.outage})
            for name, each in self.plan.apis.items()
        }
        return self.plan.model_copy(update={"outage": rest, "namespaces": below, "apis": apis})

    def describe(self) -> list[str]:
        """What is in force, in plain words; empty when nothing is."""
        return describe(self.in_force)

    def of(self, api: Api) -> FaultInjector:
        """The faults of one API: its own, or those of all."""
        return self._state.apis.get(api, self)

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
            headers = allowance.policy_headers if self._tells_policy else allowance.headers
            if not allowance.allowed:
                retry = () if self._tells_policy else (self._retry_after(allowance.reset_seconds),)
                return Disturbance(delay, 429, "rate limit", (*headers, *retry))
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


def _within(quota: RateLimitPlan, plan: FaultPlan) -> FaultPlan:
    """The plan as one API meets it, with the API's quota where it names no limit."""
    below = {name: _within(quota, each) for name, each in plan.namespaces.items()}
    return plan.model_copy(update={"rate_limit": plan.rate_limit or quota, "namespaces": below, "apis": {}})
