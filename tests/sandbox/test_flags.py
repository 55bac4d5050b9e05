"""The faults as flags of a command."""

from __future__ import annotations

from typing import Any

import click
import pytest
from click.testing import CliRunner

from consumer.sandbox.faults import FaultPlan, FaultPlanError, make_plan
from consumer.sandbox.flags import fault_options, not_blank, plan_from_flags


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


def test_the_shares_of_a_step_that_is_named_twice_add_up() -> None:
    assert plan_from_flags(rates=["503=0.25", "reset=0.125", "503=0.5"]).rates == {503: 0.75, "reset": 0.125}


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ({"latency": "slow:1"}, "--latency .*: there is no such kind: it is one of 'fixed', 'uniform', 'lognormal'"),
        ({"latency": "fixed:1:2"}, "--latency .*: 2: there is no such key"),
        ({"latency": "fixed"}, "--latency .*: seconds: is required"),
        ({"latency": "uniform:3:1"}, "--latency .*: low_seconds is more than high_seconds"),
        ({"rates": ["503"]}, "--fault STEP=SHARE: 503: must be a number"),
        ({"rates": ["503=x", "503=0.2"]}, "--fault STEP=SHARE: 503: must be a number"),
        ({"rates": ["503=0.6", "503=0.6"]}, "--fault STEP=SHARE: 503: must be at most 1"),
        ({"rates": ["503=0.6", "500=0.6"]}, "--fault STEP=SHARE: together they are more than 1"),
        ({"rates": ["202=0.1"]}, "--fault STEP=SHARE: 202: 202 is no fault"),
        ({"rate_limit": "100"}, "--rate-limit SECOND/MINUTE: per_minute: must be a whole number"),
        ({"rate_limit": "0/0"}, "--rate-limit SECOND/MINUTE: limits nothing: per_second, per_minute or both must be"),
        ({"outage": "soon"}, r"--outage SECONDS\[:STEP\]: seconds: must be a number"),
        ({"outage": "5:explode"}, r"--outage SECONDS\[:STEP\]: step: must be a status"),
        ({"retry_after": "-1"}, "--retry-after SECONDS: must be at least 0"),
        ({"hang_seconds": ""}, "--hang-seconds SECONDS: must be a number"),
        ({"seed": "x"}, "--seed NUMBER: must be a whole number"),
    ],
)
def test_a_flag_that_cannot_be_is_named_as_it_is_written(flags: dict[str, Any], told: str) -> None:
    with pytest.raises(FaultPlanError, match=f"^{told}"):
        plan_from_flags(**flags)


def test_every_flag_that_cannot_be_is_named() -> None:
    with pytest.raises(FaultPlanError) as caught:
        plan_from_flags(rates=["503"], outage="soon", seed="x")
    assert sorted(finding.key.split()[0] for finding in caught.value.findings) == ["--fault", "--outage", "--seed"]


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_name_or_key_is_not_taken_for_any(empty: str) -> None:
    """As of a variable that is not set: the sandbox would accept what it was asked to refuse."""

    @click.command()
    @click.option("--namespace", callback=not_blank)
    def command(namespace: str) -> None:
        click.echo(namespace)

    refused = CliRunner().invoke(command, ["--namespace", empty])
    assert refused.exit_code == 2
    assert "'--namespace': it is empty; to accept any, leave the option out" in refused.output
    assert CliRunner().invoke(command, ["--namespace", "acme"]).output == "acme\n"
    assert CliRunner().invoke(command, []).output == "\n"
