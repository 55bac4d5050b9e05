"""The short forms of a fault and the long ones that they stand for."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.sandbox import shorthand
from consumer.sandbox.faults import make_plan, parse_plan


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ({"latency": "fixed:1"}, {"latency": {"kind": "fixed", "seconds": 1}}),
        (
            {"latency": "uniform:0.1:0.5"},
            {"latency": {"kind": "uniform", "low_seconds": 0.1, "high_seconds": 0.5}},
        ),
        ({"latency": "lognormal:0.2"}, {"latency": {"kind": "lognormal", "median_seconds": 0.2}}),
        ({"rate_limit": "100/1000"}, {"rate_limit": {"per_second": 100, "per_minute": 1000}}),
        ({"outage": 10}, {"outage": {"seconds": 10}}),
        ({"outage": "10"}, {"outage": {"seconds": 10}}),
        ({"outage": "10:hang"}, {"outage": {"seconds": 10, "step": "hang"}}),
    ],
)
def test_a_short_form_is_the_same_plan_as_the_long_one(short: dict[str, Any], long: dict[str, Any]) -> None:
    assert make_plan(short) == make_plan(long)


def test_json_takes_the_short_forms_too() -> None:
    plan = parse_plan('{"latency": "fixed:1", "rate_limit": "5/0", "outage": 10}')
    assert plan == make_plan({"latency": "fixed:1", "rate_limit": "5/0", "outage": 10})


@pytest.mark.parametrize("value", [None, True, [1], {"seconds": 1}])
@pytest.mark.parametrize("long_of", [shorthand.latency, shorthand.rate_limit, shorthand.outage])
def test_anything_else_is_left_as_it_is(long_of: Any, value: object) -> None:
    assert long_of(value) is value
