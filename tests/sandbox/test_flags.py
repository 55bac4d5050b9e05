"""The faults as flags of a command."""

from __future__ import annotations

from typing import Any

import click
import pytest
from click.testing import CliRunner

from consumer.sandbox.faults import FaultPlan, FaultPlanError, make_plan
from consumer.sandbox.flags import fault_options, plan_from_flags


def test_no_flag_is_no_fault() -> None:
    assert plan_from_flags() == FaultPlan()


def test_the_flags_of_a_command_make_a_plan() -> None:
    made: list[FaultPlan] = []

    @click.command()
    @fault_options
    def command(**flags: Any) -> None:
        made.append(plan_from_flags(**flags))

    line = (
        "--latency lognormal:0.05:0.6 --fault 503=0.1 --fault reset=0.01 --retry-after 2 "
        "--rate-limit 100/1000 --outage 30:hang --hang-seconds 5 --seed 7"
    )
    result = CliRunner().invoke(command, line.split(), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert made == [
        make_plan(
            {
                "latency": {"kind": "lognormal", "median_seconds": 0.05, "sigma": 0.6},
                "rates": {503: 0.1, "reset": 0.01},
                "retry_after_seconds": 2,
                "rate_limit": {"per_second": 100, "per_minute": 1000},
                "outage": {"seconds": 30, "step": "hang"},
                "hang_seconds": 5,
                "seed": 7,
            }
        )
    ]


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        ({"latency": "slow:1"}, "latency"),
        ({"latency": "fixed:1:2"}, r"latency\.fixed\.2"),
        ({"latency": "fixed"}, r"latency\.fixed\.seconds"),
        ({"rates": ["503"]}, r"rates\.503"),
        ({"rate_limit": "100"}, r"rate_limit\.per_minute"),
        ({"outage": "soon"}, r"outage\.seconds"),
        ({"outage": "5:explode"}, r"outage\.step"),
    ],
)
def test_a_flag_that_cannot_be_is_named(flags: dict[str, Any], named: str) -> None:
    with pytest.raises(FaultPlanError, match=f"^{named}: "):
        plan_from_flags(**flags)
