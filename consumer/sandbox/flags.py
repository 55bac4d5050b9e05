"""The faults of the sandbox as flags of a command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import click

from consumer.config.findings import Finding
from consumer.sandbox.faults import FaultPlan, FaultPlanError, make_plan

_Command = TypeVar("_Command", bound=Callable[..., Any])

_FORMS = {
    "latency": "--latency fixed:SECONDS, uniform:LOW:HIGH or lognormal:MEDIAN:SIGMA",
    "rates": "--fault STEP=SHARE",
    "retry_after_seconds": "--retry-after SECONDS",
    "rate_limit": "--rate-limit SECOND/MINUTE",
    "outage": "--outage SECONDS[:STEP]",
    "hang_seconds": "--hang-seconds SECONDS",
    "seed": "--seed NUMBER",
}
"""How the flag is written, by the key of the plan that it sets."""

_OPTIONS = (
    click.option("--latency", metavar="KIND:…", help="fixed:SECONDS, uniform:LOW:HIGH or lognormal:MEDIAN:SIGMA."),
    click.option(
        "--fault",
        "rates",
        metavar="STEP=SHARE",
        multiple=True,
        help="A share of the requests, 0 to 1, meets a status from 300 on, reset, hang or lost: 503=0.1. Repeatable.",
    ),
    click.option("--retry-after", metavar="SECONDS", help="Sent with every 429 and 503 that is made on purpose."),
    click.option("--rate-limit", metavar="SECOND/MINUTE", help="Requests allowed a second and a minute: 100/1000."),
    click.option("--outage", metavar="SECONDS[:STEP]", help="From the start on, every request meets STEP (503)."),
    click.option("--hang-seconds", metavar="SECONDS", help="How long a hang lasts; 60 unless told otherwise."),
    click.option("--seed", metavar="NUMBER", help="Repeats the same chances; 0 unless told otherwise."),
)


def not_blank(_context: click.Context, _option: click.Parameter, value: str | None) -> str:
    """The callback of an option that names the only thing that is accepted; empty when it was left out.

    Raises:
        click.BadParameter: it was given as an empty text, as of a variable that is not set. To take that for "any"
            would accept what was to be refused.
    """
    if value is not None and not value.strip():
        raise click.BadParameter("it is empty; to accept any, leave the option out")
    return value or ""


def none_blank(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """The same of an option that may be given several times."""
    return tuple(not_blank(context, option, value) for value in values)


def fault_options(command: _Command) -> _Command:
    """Give a click command the flags whose values `plan_from_flags` takes by name."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def plan_from_flags(  # noqa: PLR0913 - an argument a flag
    *,
    latency: str | None = None,
    rates: Sequence[str] = (),
    retry_after: str | None = None,
    rate_limit: str | None = None,
    outage: str | None = None,
    hang_seconds: str | None = None,
    seed: str | None = None,
) -> FaultPlan:
    """The plan that the flags ask for, each value as it was typed. The shares of one step add up.

    Raises:
        FaultPlanError: there is no such plan; each finding has its flag for a key.
    """
    values: dict[str, Any] = {
        "latency": latency,
        "rate_limit": rate_limit,
        "outage": outage,
        "retry_after_seconds": retry_after,
        "hang_seconds": hang_seconds,
        "seed": seed,
        "rates": _added_up(each.partition("=") for each in rates),
    }
    try:
        return make_plan({name: value for name, value in values.items() if value is not None})
    except FaultPlanError as error:
        raise FaultPlanError([_by_flag(finding) for finding in error.findings]) from None


def _by_flag(finding: Finding) -> Finding:
    # What is wrong with several shares together names its key itself.
    key, _, message = str(finding).partition(": ")
    root, _, part = key.partition(".")
    return Finding(": ".join(filter(None, (_FORMS[root], part))), message)


def _added_up(parts: Iterable[tuple[str, str, str]]) -> dict[str, float | str]:
    shares: dict[str, float | str] = {}
    for step, _, share in parts:
        try:
            shares[step] = float(shares.get(step, 0)) + float(share)
        except ValueError:
            return {step: share}  # for the plan to refuse
    return shares
