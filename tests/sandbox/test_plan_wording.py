"""What is wrong with a plan of faults, in the words of who writes it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from consumer.sandbox.faults import FaultPlan, FaultPlanError, make_plan, parse_plan
from consumer.sandbox.plan_wording import SHAPES


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        ({"odd": 1}, "odd: there is no such key"),
        ({"rates": {503: "half"}}, "rates.503: must be a number"),
        ({"rates": {503: []}}, "rates.503: must be a number"),
        ({"seed": []}, "seed: must be a whole number"),
        ({"rates": {503: 1.5}}, "rates.503: must be at most 1"),
        ({"rates": {503: "nan"}}, "rates.503: must be a finite number"),
        ({"rates": {"odd": 1}}, "rates.odd: must be a status from 300 to 599"),
        ({"rates": [503]}, "rates: must be an object"),
        ({"seed": "x"}, "seed: must be a whole number"),
        ({"seed": 1.5}, "seed: must be a whole number"),
        ({"hang_seconds": -1}, "hang_seconds: must be at least 0"),
        ({"hang_seconds": "inf"}, "hang_seconds: must be a finite number"),
        ({"outage": {}}, "outage.seconds: is required"),
        ({"outage": [5]}, "outage: must be an object"),
        ({"latency": {"seconds": 1}}, "latency: its kind is missing: one of fixed, uniform, lognormal"),
        (
            {"latency": {"kind": "odd"}},
            "latency: there is no such kind: it is one of 'fixed', 'uniform', 'lognormal'",
        ),
        ({"latency": {"kind": "fixed"}}, "latency.seconds: is required"),
        ({"latency": {"kind": "lognormal", "median_seconds": 0}}, "latency.median_seconds: must be more than 0"),
        (
            {"rate_limit": {"per_second": 0, "per_minute": 0}},
            "rate_limit: limits nothing: per_second, per_minute or both must be more than 0",
        ),
        ({"scripts": {"distinct_id": {"jane": 503}}}, "scripts.distinct_id.jane: must be a list"),
    ],
)
def test_each_finding_is_a_sentence_under_its_key(plan: dict[str, Any], sentence: str) -> None:
    with pytest.raises(FaultPlanError) as caught:
        make_plan(plan)
    assert [str(finding)[: len(sentence)] for finding in caught.value.findings] == [sentence]


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        ({"slow": 1}, "slow: there is no such key; the keys are latency, rates, rate_limit, outage, scripts, retry"),
        ([], "must be an object; the keys are latency, rates, rate_limit, outage, scripts, retry_after_seconds"),
        ({"seed": "x"}, "seed: must be a whole number"),
        *(({key: []}, f"{key}: must be an object; it is written {shape}") for key, shape in SHAPES.items()),
        (
            {"rate_limit": {"second": 1}},
            f"rate_limit.second: there is no such key; it is written {SHAPES['rate_limit']}",
        ),
    ],
)
def test_of_json_the_keys_are_told_too(plan: object, sentence: str) -> None:
    with pytest.raises(FaultPlanError) as caught:
        parse_plan(json.dumps(plan))
    assert [str(finding)[: len(sentence)] for finding in caught.value.findings] == [sentence]


@pytest.mark.parametrize(("key", "shape"), SHAPES.items())
def test_the_shapes_that_are_told_are_taken(key: str, shape: str) -> None:
    for form in shape.split(" or "):
        assert parse_plan(f'{{"{key}": {form}}}') != FaultPlan()


def test_every_key_of_a_plan_is_told() -> None:
    with pytest.raises(FaultPlanError) as caught:
        parse_plan("[]")
    assert set(str(caught.value.findings[0]).partition("the keys are ")[2].split(", ")) == set(FaultPlan.model_fields)
