"""The faults in force, in words for people."""

from __future__ import annotations

import pytest

from consumer.sandbox.description import describe
from consumer.sandbox.faults import FaultPlan, make_plan


def test_each_fault_that_is_on_has_a_line() -> None:
    assert describe(FaultPlan()) == []
    plan = make_plan(
        {"rates": {503: 0.25, "lost": 0.01}, "rate_limit": {}, "outage": {"seconds": 5, "step": "reset"}}
    )
    assert describe(plan) == [
        "an outage, every event: connection broken",
        "25 % of events: answered 503",
        "1 % of events: accepted, but the answer is lost",
        "at most 100 events a second",
        "at most 1000 events a minute",
    ]


def test_a_limit_of_nothing_is_no_limit() -> None:
    assert describe(make_plan({"rate_limit": {"per_second": 0, "per_minute": 60}})) == ["at most 60 events a minute"]


@pytest.mark.parametrize(
    ("latency", "told"),
    [
        ({"kind": "fixed", "seconds": 0.25}, "after 0.25 s"),
        ({"kind": "uniform", "low_seconds": 0.1, "high_seconds": 2}, "after 0.1 to 2 s"),
        ({"kind": "lognormal", "median_seconds": 0.2}, "after 0.2 s as a rule, some much later"),
    ],
)
def test_slow_answers_tell_how_slow_they_are(latency: dict[str, object], told: str) -> None:
    assert describe(make_plan({"latency": latency})) == [f"slow answers, {told}"]


def test_a_script_tells_how_many_it_is_for() -> None:
    scripts = {"distinct_id": {"jane": [503], "omar": [503]}, "idempotency_key": {"t:0:1": [503]}}
    assert describe(make_plan({"scripts": scripts})) == ["failures planned one by one for 3 customers or events"]
    one = {"distinct_id": {"jane": [503]}}
    assert describe(make_plan({"scripts": one})) == ["failures planned one by one for 1 customer or event"]


def test_the_faults_of_an_api_are_told_with_its_name() -> None:
    apis = {"token": {"outage": 120}, "eligibility": {"rates": {"differs": 0.01, "misshapen": 0.02}}}
    assert describe(make_plan({"apis": apis, "token_seconds": 30})) == [
        "access tokens end after 30 s",
        "access tokens: an outage, every event: answered 503",
        "Eligibility API: 1 % of events: answered with another state than was asked for",
        "Eligibility API: 2 % of events: accepted, but answered in another form",
    ]
