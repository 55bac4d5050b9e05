"""How the sandbox is asked to misbehave: a plan, frozen, out of JSON or out of Python."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from consumer.config.findings import Finding
from consumer.sandbox import shorthand
from consumer.sandbox.latencies import FixedLatency, Frozen, LogNormalLatency, Seconds, UniformLatency
from consumer.sandbox.plan_wording import plan_findings

Rate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


_NAMED: Final = ("reset", "hang", "lost", "differs", "misshapen")
Api = Literal["events", "token", "customers", "eligibility"]
"""What the sandbox plays, each with faults of its own if it should."""
_ANSWERS: Final[dict[str, tuple[Api, ...]]] = {
    "differs": ("customers", "eligibility"),
    "misshapen": ("token", "customers", "eligibility"),
}
"""The steps that not every API has an answer for, with those that have."""


def _step(value: object) -> object:
    if isinstance(value, str) and value in _NAMED:
        return value
    if isinstance(value, int | str) and re.fullmatch(r"[2-5]\d\d", str(value), re.ASCII):
        if int(value) < 300:  # noqa: PLR2004 - HTTP's own
            raise ValueError(f"{value} is no fault, it says that the event was accepted; see lost for a lost answer")
        return int(value)
    raise ValueError(f"must be a status from 300 to 599, or one of {', '.join(_NAMED)}; in a script also pass")


def _script_step(value: object) -> object:
    return value if value == "pass" else _step(value)


Step = Annotated[int | Literal["reset", "hang", "lost", "differs", "misshapen"], BeforeValidator(_step)]
"""What happens to one request.

A status from 300 to 599 is answered instead of the contract's, and the event is not accepted. There is none of 2xx:
Bluecore answers so what it has accepted, and that is the contract's to say. `reset` breaks the connection without an
answer, `hang` holds it without one, and `lost` accepts the event, if it is right, and then breaks the connection:
what makes an honest client send it twice.

Two are answers of the REST APIs alone, below `apis`. `differs` answers 200 with another state than was asked for, and
that then stands: of a consent the opposite, of a customer nothing that was asked. `misshapen` takes the request, and
answers 200 in a form that these APIs do not have.
"""

ScriptStep = Annotated[
    int | Literal["reset", "hang", "lost", "differs", "misshapen", "pass"], BeforeValidator(_script_step)
]
"""A step of a script; with `pass` nothing is done to the request."""


class RateLimitPlan(Frozen):
    """Fixed windows of a second and of a minute, as on Bluecore's profile API; 0 is no limit."""

    per_second: Annotated[int, Field(ge=0)] = 100
    per_minute: Annotated[int, Field(ge=0)] = 1_000

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if not self.per_second and not self.per_minute:
            raise ValueError("limits nothing: per_second, per_minute or both must be more than 0")
        return self


class OutagePlan(Frozen):
    """Every request meets `step` for this long, counted from when the plan is applied."""

    seconds: Seconds
    step: Step = 503


class Scripts(Frozen):
    """Steps for the successive requests of one customer or one idempotency key; then all is as usual."""

    distinct_id: dict[str, tuple[ScriptStep, ...]] = Field(default_factory=dict)
    idempotency_key: dict[str, tuple[ScriptStep, ...]] = Field(default_factory=dict)


class FaultPlan(Frozen):
    """All faults at once. An outage goes before a script, a script before the rate limit, that before rates.

    `latency`, `rate_limit` and `outage` may also be given in the short form that their flags have.

    Attributes:
        seed: of the chances.
        rates: by step, the share of requests that meets it.
        retry_after_seconds: sent with every 429 and 503 made here, as seconds or as an HTTP date.
        hang_seconds: ends a hang by breaking the connection.
        namespaces: by namespace, the faults that its events meet in place of these; all others meet these.
        apis: the same by API: `events`, `token`, `customers` and `eligibility`; it goes before `namespaces`.
        token_seconds: after how long an access token ends that is handed out now.
    """

    seed: int = 0
    latency: Annotated[
        Annotated[FixedLatency | UniformLatency | LogNormalLatency, Field(discriminator="kind")] | None,
        BeforeValidator(shorthand.latency),
    ] = None
    rates: dict[Step, Rate] = Field(default_factory=dict)
    retry_after_seconds: Seconds | None = None
    retry_after_as: Literal["seconds", "date"] = "seconds"
    rate_limit: Annotated[RateLimitPlan | None, BeforeValidator(shorthand.rate_limit)] = None
    hang_seconds: Seconds = 60
    outage: Annotated[OutagePlan | None, BeforeValidator(shorthand.outage)] = None
    scripts: Scripts = Scripts()
    namespaces: dict[str, FaultPlan] = Field(default_factory=dict)
    apis: dict[Api, FaultPlan] = Field(default_factory=dict)
    token_seconds: Annotated[int, Field(ge=1, le=86_400)] | None = None

    @property
    def steps(self) -> dict[str, set[ScriptStep]]:
        """Every step that it may make, by the key under which it is asked for."""
        scripts = (*self.scripts.distinct_id.values(), *self.scripts.idempotency_key.values())
        below = [steps for each in self.namespaces.values() for steps in each.steps.values()]
        return {
            "rates": set(self.rates),
            "outage": {self.outage.step} if self.outage else set(),
            "scripts": {step for script in scripts for step in script},
            "namespaces": set().union(*below),
        }

    @model_validator(mode="after")
    def _at_most_everything(self) -> Self:
        if sum(self.rates.values()) > 1 + 1e-9:
            raise ValueError("rates: together they are more than 1, which is every request")
        if any(each.namespaces or each.apis for each in self.namespaces.values()):
            raise ValueError("namespaces: there are no others, and no apis, below one")
        if any(each.apis for each in self.apis.values()):
            raise ValueError("apis: there are no others below one")
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
        return _placed(FaultPlan.model_validate_json(document))
    except ValidationError as error:
        raise FaultPlanError(plan_findings(error, shapes=True)) from None


def make_plan(values: dict[str, Any]) -> FaultPlan:
    """Make a plan of plain values, as JSON would hold them.

    Raises:
        FaultPlanError: there is no such plan; each finding has its key.
    """
    try:
        return _placed(FaultPlan.model_validate(values))
    except ValidationError as error:
        raise FaultPlanError(plan_findings(error)) from None


def _placed(plan: FaultPlan) -> FaultPlan:
    """The plan, if each step in it is asked of an API that has an answer for it."""
    plans: list[tuple[str, str, FaultPlan]] = [("", "", plan)]
    plans += [(api, f"apis.{api}.", each) for api, each in plan.apis.items()]
    findings = [
        Finding(place + key, f"{step} is for {' and '.join(apis)} alone: ask for it there, below apis")
        for api, place, each in plans
        for key, steps in each.steps.items()
        for step, apis in _ANSWERS.items()
        if step in steps and api not in apis
    ]
    if findings:
        raise FaultPlanError(findings)
    return plan
