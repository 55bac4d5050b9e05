"""The faults of the sandbox as flags of a command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from consumer.sandbox.faults import FaultPlan, make_plan

_Command = TypeVar("_Command", bound=Callable[..., Any])

_LATENCIES = {
    "fixed": ("seconds",),
    "uniform": ("low_seconds", "high_seconds"),
    "lognormal": ("median_seconds", "sigma"),
}

_OPTIONS = (
    click.option("--latency", metavar="KIND:…", help="fixed:SECONDS, uniform:LOW:HIGH or lognormal:MEDIAN:SIGMA."),
    click.option(
        "--fault",
        "rates",
        metavar="STEP=SHARE",
        multiple=True,
        help="A share of the requests, 0 to 1, meets a status, reset, hang or lost: 503=0.1. Repeatable.",
    ),
    click.option("--retry-after", metavar="SECONDS", help="Sent with every 429 and 503 that is made on purpose."),
    click.option("--rate-limit", metavar="SECOND/MINUTE", help="Requests allowed a second and a minute: 100/1000."),
    click.option("--outage", metavar="SECONDS[:STEP]", help="From the start on, every request meets STEP (503)."),
    click.option("--hang-seconds", metavar="SECONDS", help="How long a hang lasts; 60 unless told otherwise."),
    click.option("--seed", metavar="NUMBER", help="Repeats the same chances; 0 unless told otherwise."),
)


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
    """The plan that the flags ask for, each value as it was typed.

    Raises:
        FaultPlanError: there is no such plan; each fault is named by the plan's key.
    """
    values: dict[str, Any] = {
        "retry_after_seconds": retry_after,
        "hang_seconds": hang_seconds,
        "seed": seed,
        "rates": dict(_pair(each, "=") for each in rates),
    }
    if latency is not None:
        kind, *figures = latency.split(":")
        names = _LATENCIES.get(kind, ())
        # A figure too many is kept under a name that the plan refuses, rather than dropped.
        named = {names[i] if i < len(names) else figure: figure for i, figure in enumerate(figures)}
        values["latency"] = {"kind": kind, **named}
    if rate_limit is not None:
        second, minute = _pair(rate_limit, "/")
        values["rate_limit"] = {"per_second": second, "per_minute": minute}
    if outage is not None:
        seconds, step = _pair(outage, ":")
        values["outage"] = {"seconds": seconds} | ({"step": step} if step else {})
    return make_plan({name: value for name, value in values.items() if value is not None})


def _pair(text: str, between: str) -> tuple[str, str]:
    first, _, second = text.partition(between)
    return first, second
