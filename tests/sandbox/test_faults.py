"""A plan of faults: what can be asked for, and how a plan that cannot be is refused."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from consumer.sandbox.faults import FaultPlanError, make_plan, parse_plan


def test_every_fault_of_a_plan_is_named_by_its_key() -> None:
    with pytest.raises(FaultPlanError) as caught:
        parse_plan('{"rates": {"99": 0.1, "503": 2}, "outage": {"seconds": -1}, "latency": {"kind": "odd"}, "x": 1}')
    assert [finding.key for finding in caught.value.findings] == [
        "latency",
        "rates.99",
        "rates.503",
        "outage.seconds",
        "x",
    ]
    assert any(str(finding).startswith("x: there is no such key") for finding in caught.value.findings)


def test_a_plan_that_is_no_json_is_refused_in_a_sentence() -> None:
    with pytest.raises(FaultPlanError, match="Invalid JSON"):
        parse_plan("rates=1")


def test_shares_of_more_than_all_requests_are_refused() -> None:
    with pytest.raises(FaultPlanError, match="more than 1"):
        make_plan({"rates": {503: 0.6, "reset": 0.6}})


@pytest.mark.parametrize("status", [200, 202, "204", 299])
def test_a_status_of_2xx_is_no_fault(status: object) -> None:
    """Bluecore answers so what it has accepted; that is the contract's to say, not a plan's."""
    for plan in (
        {"rates": {status: 0.1}},
        {"outage": {"seconds": 1, "step": status}},
        {"scripts": {"distinct_id": {"jane": [status]}}},
    ):
        with pytest.raises(FaultPlanError, match=f"{status} is no fault, it says that the event was accepted"):
            make_plan(plan)


NO_STEPS = (100, 600, "50", "5oo", "odd", "", True, None, 503.5, [503], {"a": 1}, "\N{ARABIC-INDIC DIGIT FIVE}00")


@pytest.mark.parametrize("step", NO_STEPS)
def test_a_step_is_a_status_or_one_of_a_few_words(step: object) -> None:
    with pytest.raises(
        FaultPlanError, match="must be a status from 300 to 599, or one of reset, hang, lost, differs, misshapen"
    ):
        make_plan({"outage": {"seconds": 1, "step": step}})


def test_only_a_script_lets_a_request_pass() -> None:
    assert make_plan({"scripts": {"idempotency_key": {"t:0:1": ["pass", 503]}}})
    with pytest.raises(FaultPlanError, match=r"^outage\.step: "):
        make_plan({"outage": {"seconds": 1, "step": "pass"}})


def test_a_latency_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(FaultPlanError, match=r"^latency: low_seconds is more than high_seconds$"):
        make_plan({"latency": {"kind": "uniform", "low_seconds": 0.3, "high_seconds": 0.1}})


def test_a_plan_goes_through_json_unchanged() -> None:
    plan = make_plan(
        {
            "latency": {"kind": "uniform", "low_seconds": 0.1, "high_seconds": 0.2},
            "rates": {"503": 0.5, "lost": 0.1},
            "scripts": {"distinct_id": {"jane": [503, "hang", "pass"]}},
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


@pytest.mark.parametrize(
    ("plan", "key"),
    [
        ({"rates": {"differs": 0.1}}, "rates"),
        ({"outage": {"seconds": 1, "step": "misshapen"}}, "outage"),
        ({"scripts": {"distinct_id": {"jane": ["differs"]}}}, "scripts"),
        ({"namespaces": {"acme": {"rates": {"misshapen": 1}}}}, "namespaces"),
        ({"apis": {"token": {"rates": {"differs": 1}}}}, "apis.token.rates"),
        ({"apis": {"events": {"rates": {"misshapen": 1}}}}, "apis.events.rates"),
        ({"apis": {"events": {"namespaces": {"acme": {"rates": {"differs": 1}}}}}}, "apis.events.namespaces"),
    ],
)
def test_an_answer_that_an_api_does_not_have_cannot_be_asked_of_it(plan: dict[str, Any], key: str) -> None:
    """Else the plan would be in force, and nothing would happen."""
    with pytest.raises(FaultPlanError, match=r"(differs|misshapen) is for .*eligibility alone") as caught:
        make_plan(plan)
    assert [finding.key for finding in caught.value.findings] == [key]


@pytest.mark.parametrize(
    "plan",
    [
        {"apis": {"eligibility": {"rates": {"differs": 0.01, "misshapen": 0.01}}}},
        {"apis": {"token": {"rates": {"misshapen": 1}}, "customers": {"rates": {"differs": 1}}}},
        {"apis": {"eligibility": {"namespaces": {"acme": {"rates": {"differs": 1}}}}}},
    ],
)
def test_an_answer_that_an_api_has_can_be_asked_of_it(plan: dict[str, Any]) -> None:
    assert make_plan(plan).apis


def test_there_are_no_apis_below_an_api_or_a_namespace() -> None:
    below: list[dict[str, Any]] = [{"events": {"apis": {"token": {}}}}, {"acme": {"apis": {"token": {}}}}]
    for plan in ({"apis": below[0]}, {"namespaces": below[1]}):
        with pytest.raises(FaultPlanError, match="below one"):
            make_plan(plan)
    with pytest.raises(FaultPlanError, match=r"^apis"):
        parse_plan('{"apis": {"profiles": {}}}')
