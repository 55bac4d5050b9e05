"""What the values of a field say of it."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.commands.suggest.samples import Evidence, evidence

RECORDS: list[dict[str, Any]] = [
    {"login": "jane@example.com", "age": 41},
    {"login": "", "age": None},
    {"login": "x", "deep": {"a": True}},
]


def test_values_are_counted_by_what_they_look_like() -> None:
    assert evidence("login", RECORDS) == Evidence(seen=3, filled=2, emails=1)
    assert evidence("deep.a", RECORDS) == Evidence(seen=3, filled=1)
    assert evidence("login", []) == Evidence()


def test_more_than_half_of_the_values_have_to_be_addresses() -> None:
    assert not Evidence(filled=2, emails=1).looks_like_email
    assert Evidence(filled=3, emails=2).looks_like_email
    assert not Evidence().looks_like_email


@pytest.mark.parametrize(
    ("values", "unit"),
    [
        ([1_700_000_000, 1_800_000_000], "seconds"),
        ([1_700_000_000_000], "milliseconds"),
        ([1_700_000_000_000_000], "microseconds"),
        ([1_700_000_000_000_000_000], "nanoseconds"),
        ([19_000, -3_000], "days"),
        ([200_000], ""),
        (["1700000000"], ""),
    ],
)
def test_numbers_of_one_size_are_times_of_one_unit(values: list[object], unit: str) -> None:
    assert evidence("at", [{"at": value} for value in values]).unit == unit
