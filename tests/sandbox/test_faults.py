"""A plan of faults: what can be asked for, and how a plan that cannot be is refused."""

from __future__ import annotations

from random import Random

import pytest

from consumer.sandbox.faults import FaultPlan, FaultPlanError, describe, make_plan, parse_plan


def test_every_fault_of_a_plan_is_named_by_its_key() -> None:
    with pytest.raises(FaultPlanError) as caught:
        parse_plan('{"rates": {"99": 0.1, "503": 2}, "outage": {"seconds": -1}, "latency": {"kind": "odd"}, "x": 1}')
    assert [fault.partition(":")[0] for fault in caught.value.faults] == [
        "latency",
        "rates.99",
        "rates.503",
        "outage.seconds",
        "x",
    ]
    assert "x: there is no such fault" in caught.value.faults


def test_a_plan_that_is_no_json_is_refused_in_a_sentence() -> None:
    with pytest.raises(FaultPlanError, match="Invalid JSON"):
        parse_plan("rates=1")


def test_shares_of_more_than_all_requests_are_refused() -> None:
    with pytest.raises(FaultPlanError, match="more than 1"):
        make_plan({"rates": {503: 0.6, "reset": 0.6}})


def test_a_plan_goes_through_json_unchanged() -> None:
    plan = make_plan(
        {
            "latency": {"kind": "uniform", "low_seconds": 0.1, "high_seconds": 0.2},
            "rates": {"503": 0.5, "lost": 0.1},
            "scripts": {"distinct_id": {"jane": [503, "hang", 202]}},
        }
    )
    assert parse_plan(plan.model_dump_json()) == plan


@pytest.mark.parametrize(
    ("latency", "low", "high"),
    [
        ({"kind": "fixed", "seconds": 0.2}, 0.2, 0.2),
        ({"kind": "uniform", "low_seconds": 0.1, "high_seconds": 0.3}, 0.1, 0.3),
        ({"kind": "lognormal", "median_seconds": 0.2, "sigma": 0.5}, 0.0, 10.0),
    ],
)
def test_latencies_are_drawn_from_their_distribution(latency: dict[str, object], low: float, high: float) -> None:
    drawn = make_plan({"latency": latency}).latency
    assert drawn
    random = Random(1)
    delays = sorted(drawn.draw(random) for _ in range(999))
    assert low <= delays[0] <= delays[-1] <= high
    assert delays[499] == pytest.approx(0.2, rel=0.1)


def test_the_plan_is_told_in_plain_words() -> None:
    assert describe(FaultPlan()) == []
    plan = make_plan(
        {"rates": {503: 0.25, "lost": 0.01}, "rate_limit": {}, "outage": {"seconds": 5, "step": "reset"}}
    )
    assert describe(plan) == [
        "outage (connection broken)",
        "25 % of events: answered 503",
        "1 % of events: accepted, but the answer is lost",
        "at most 100 a second, 1000 a minute",
    ]
