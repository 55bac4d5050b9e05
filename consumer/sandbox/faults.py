"""How the sandbox is asked to misbehave: a plan, frozen, out of JSON or out of Python."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

if TYPE_CHECKING:
    from random import Random

Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=0, le=1)]


def _step(value: object) -> object:
    if value in {"reset", "hang", "lost"}:
        return value
    if isinstance(value, int | str) and re.fullmatch(r"[2-5]\d\d", str(value)):
        return int(value)
    raise ValueError("must be a status from 200 to 599, or one of reset, hang, lost")


Step = Annotated[int | Literal["reset", "hang", "lost"], BeforeValidator(_step)]
"""What happens to one request.

A status is answered instead of the contract's; 2xx means that nothing is done. `reset` breaks the
connection without an answer, `hang` holds it without one, and `lost` accepts the event and then breaks the
connection: what makes an honest client send it twice.
"""


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


class OutagePlan(_Frozen):
    """Every request meets `step` for this long, counted from when the plan is applied."""

    seconds: Seconds
    step: Step = 503


class Scripts(_Frozen):
    """Steps for the successive requests of one customer or one idempotency key; then all is as usual."""

    distinct_id: dict[str, tuple[Step, ...]] = {}
    idempotency_key: dict[str, tuple[Step, ...]] = {}


class FaultPlan(_Frozen):
    """All faults at once. An outage goes before a script, a script before the rate limit, that before rates.

    `rates` gives each step the share of requests that meets it. `retry_after_seconds` is sent with every
    429 and 503 made here, as seconds or as an HTTP date. `hang_seconds` ends a hang by breaking the
    connection.
    """

    seed: int = 0
    latency: Annotated[FixedLatency | UniformLatency | LogNormalLatency | None, Field(discriminator="kind")] = None
    rates: dict[Step, Rate] = {}
    retry_after_seconds: Seconds | None = None
    retry_after_as: Literal["seconds", "date"] = "seconds"
    rate_limit: RateLimitPlan | None = None
    hang_seconds: Seconds = 60
    outage: OutagePlan | None = None
    scripts: Scripts = Scripts()

    @model_validator(mode="after")
    def _at_most_everything(self) -> Self:
        if sum(self.rates.values()) > 1 + 1e-9:
            raise ValueError("rates: together they are more than 1, which is every request")
        return self


class FaultPlanError(ValueError):
    """A plan that cannot be carried out; `faults` names everything that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def parse_plan(document: bytes | str) -> FaultPlan:
    """Read a plan from JSON.

    Raises:
        FaultPlanError: it is no JSON, or no such plan; each fault is named by its key.
    """
    try:
        return FaultPlan.model_validate_json(document)
    except ValidationError as error:
        raise _refusal(error) from None


def make_plan(values: dict[str, Any]) -> FaultPlan:
    """Make a plan of plain values, as JSON would hold them.

    Raises:
        FaultPlanError: there is no such plan; each fault is named by its key.
    """
    try:
        return FaultPlan.model_validate(values)
    except ValidationError as error:
        raise _refusal(error) from None


def _refusal(error: ValidationError) -> FaultPlanError:
    sentences = []
    for fault in error.errors():
        where = ".".join(str(part) for part in fault["loc"] if part != "[key]")
        what = "there is no such fault" if fault["type"] == "extra_forbidden" else fault["msg"]
        what = what.removeprefix("Value error, ")
        sentences.append(f"{where}: {what}" if where else what)
    return FaultPlanError(sentences)


_WORDS = {
    "reset": "connection broken",
    "hang": "no answer at all",
    "lost": "accepted, but the answer is lost",
}


def describe(plan: FaultPlan) -> list[str]:
    """The plan in plain words, a line for each fault that is on."""
    lines = []
    if plan.outage:
        lines.append(f"outage ({_words(plan.outage.step)})")
    if plan.latency:
        lines.append(f"slow answers ({plan.latency.kind})")
    lines += [f"{100 * rate:g} % of events: {_words(step)}" for step, rate in plan.rates.items() if rate]
    if plan.rate_limit:
        lines.append(f"at most {plan.rate_limit.per_second} a second, {plan.rate_limit.per_minute} a minute")
    if scripted := len(plan.scripts.distinct_id) + len(plan.scripts.idempotency_key):
        lines.append(f"a script for {scripted} of the customers or events")
    return lines


def _words(step: Step) -> str:
    return _WORDS.get(str(step), f"answered {step}")
