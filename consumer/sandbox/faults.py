"""How the sandbox is asked to misbehave: a plan, frozen, out of JSON or out of Python."""

from __future__ import annotations

import math
import re
from random import Random
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from consumer.config.findings import Finding
from consumer.sandbox import shorthand
from consumer.sandbox.plan_wording import plan_findings

Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


def _step(value: object) -> object:
    if isinstance(value, str) and value in {"reset", "hang", "lost"}:
        return value
    if isinstance(value, int | str) and re.fullmatch(r"[2-5]\d\d", str(value), re.ASCII):
        if int(value) < 300:  # noqa: PLR2004 - HTTP's own
            raise ValueError(f"{value} is no fault, it says that the event was accepted; see lost for a lost answer")
        return int(value)
    raise ValueError("must be a status from 300 to 599, or one of reset, hang, lost; in a script also pass")


def _script_step(value: object) -> object:
    return value if value == "pass" else _step(value)


Step = Annotated[int | Literal["reset", "hang", "lost"], BeforeValidator(_step)]
"""What happens to one request.

A status from 300 to 599 is answered instead of the contract's, and the event is not accepted. There is none of 2xx:
Bluecore answers so what it has accepted, and that is the contract's to say. `reset` breaks the connection without an
answer, `hang` holds it without one, and `lost` accepts the event, if it is right, and then breaks the connection:
what makes an honest client send it twice.
"""

ScriptStep = Annotated[int | Literal["reset", "hang", "lost", "pass"], BeforeValidator(_script_step)]
"""A step of a script; with `pass` nothing is done to the request."""


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FixedLatency(_Frozen):
    kind: Literal["fixed"]
    seconds: Seconds

    def draw(self, _random: Random) -> float:
        return self.seconds


class UniformLatency(_Frozen):
    kind: Literal["uniform"]
    low_seconds: Seconds
    high_seconds: Seconds

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low_seconds > self.high_seconds:
            raise ValueError("low_seconds is more than high_seconds")
        return self

    def draw(self, random: Random) -> float:
        return random.uniform(self.low_seconds, self.high_seconds)


class LogNormalLatency(_Frozen):
    """The shape that real latencies have: `median_seconds`, and a tail that grows with `sigma`."""

    kind: Literal["lognormal"]
    median_seconds: Annotated[float, Field(gt=0, le=3_600)]
    sigma: Annotated[float, Field(ge=0, le=3)] = 0.5

    def draw(self, random: Random) -> float:
        return random.lognormvariate(math.log(self.median_seconds), self.sigma)


class RateLimitPlan(_Frozen):
    """Fixed windows of a second and of a minute, as on Bluecore's profile API; 0 is no limit."""

    per_second: Annotated[int, Field(ge=0)] = 100
    per_minute: Annotated[int, Field(ge=0)] = 1_000

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if not self.per_second and not self.per_minute:
            raise ValueError("limits nothing: per_second, per_minute or both must be more than 0")
        return self


class OutagePlan(_Frozen):
    """Every request meets `step` for this long, counted from when the plan is applied."""

    seconds: Seconds
    step: Step = 503


class Scripts(_Frozen):
    """Steps for the successive requests of one customer or one idempotency key; then all is as usual."""

    distinct_id: dict[str, tuple[ScriptStep, ...]] = {}
    idempotency_key: dict[str, tuple[ScriptStep, ...]] = {}


class FaultPlan(_Frozen):
    """All faults at once. An outage goes before a script, a script before the rate limit, that before rates.

    `latency`, `rate_limit` and `outage` may also be given in the short form that their flags have.

    Attributes:
        seed: of the chances.
        rates: by step, the share of requests that meets it.
        retry_after_seconds: sent with every 429 and 503 made here, as seconds or as an HTTP date.
        hang_seconds: ends a hang by breaking the connection.
        namespaces: by namespace, the faults that its events meet in place of these; all others meet these.
    """

    seed: int = 0
    latency: Annotated[
        Annotated[FixedLatency | UniformLatency | LogNormalLatency, Field(discriminator="kind")] | None,
        BeforeValidator(shorthand.latency),
    ] = None
    rates: dict[Step, Rate] = {}
    retry_after_seconds: Seconds | None = None
    retry_after_as: Literal["seconds", "date"] = "seconds"
    rate_limit: Annotated[RateLimitPlan | None, BeforeValidator(shorthand.rate_limit)] = None
    hang_seconds: Seconds = 60
    outage: Annotated[OutagePlan | None, BeforeValidator(shorthand.outage)] = None
    scripts: Scripts = Scripts()
    namespaces: dict[str, FaultPlan] = {}

    @model_validator(mode="after")
    def _at_most_everything(self) -> Self:
        if sum(self.rates.values()) > 1 + 1e-9:
            raise ValueError("rates: together they are more than 1, which is every request")
        if any(each.namespaces for each in self.namespaces.values()):
            raise ValueError("namespaces: there are no others below one")
        return self


class FaultPlanError(ValueError):
    """A plan that cannot be carried out.

    Attributes:
        findings: everything that is wrong with it.
    """

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(map(str, findings)))
        self.findings = findings


def parse_plan(document: bytes | str) -> FaultPlan:
    """Read a plan from JSON.

    Raises:
        FaultPlanError: it is no JSON, or no such plan; each finding has its key, and how that is written.
    """
    try:
        return FaultPlan.model_validate_json(document)
    except ValidationError as error:
        raise FaultPlanError(plan_findings(error, shapes=True)) from None


def make_plan(values: dict[str, Any]) -> FaultPlan:
    """Make a plan of plain values, as JSON would hold them.

    Raises:
        FaultPlanError: there is no such plan; each finding has its key.
    """
    try:
        return FaultPlan.model_validate(values)
    except ValidationError as error:
        raise FaultPlanError(plan_findings(error)) from None
