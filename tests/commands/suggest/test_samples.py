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
    assert evidence("login", RECORDS) == Evidence(seen=3, filled=2, emails=1, commonest="jane@example.com")
    assert evidence("age", RECORDS).numbers == (41,)
    assert evidence("deep.a", RECORDS) == Evidence(seen=3, filled=1)
    assert evidence("login", []) == Evidence()


def test_few_different_words_are_kinds_and_addresses_and_numbers_are_none() -> None:
    def few(*values: str) -> tuple[str, ...]:
        return evidence("kind", [{"kind": value} for value in values]).few

    assert few("offen", "erteilt", "offen") == ("offen", "erteilt")
    assert few("jane@example.com") == few("12,50") == few("a" * 41) == few(*"abcdefghijk") == ()


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


@pytest.mark.parametrize("text", ["12,50", "-0,5", "1.234,56", "1 234,5"])
def test_a_decimal_comma_is_seen_in_text(text: str) -> None:
    assert evidence("price", [{"price": text}]).commas == 1


@pytest.mark.parametrize("text", ["12.50", "1,234.56", "12,", "a,b", "2026-01-31", "1,2,3"])
def test_other_commas_are_none(text: str) -> None:
    assert evidence("price", [{"price": text}]).commas == 0


def test_of_a_list_each_element_is_looked_at() -> None:
    records: list[dict[str, Any]] = [{"lines": [{"price": "1,50"}, {"price": "2,00"}]}, {"lines": []}]
    assert evidence("lines[].price", records) == Evidence(seen=2, filled=2, commas=2, commonest="1,50")


@pytest.mark.parametrize(
    ("phone", "national"),
    [
        ("06-12345678", True),
        ("(555) 010-0000", True),
        ("+31612345678", False),
        ("0031612345678", False),
        ("-", False),
    ],
)
def test_a_phone_without_the_code_of_its_country_is_known(phone: str, national: bool) -> None:  # noqa: FBT001 - a table's column
    assert evidence("phone", [{"phone": phone}]).nationals == national


@pytest.mark.parametrize(
    ("text", "moment"),
    [("2026-01-31T12:00:00Z", True), ("2026-01-31 12:00:00", True), ("2026-01-31", False), ("20260131", False)],
)
def test_a_time_in_text_is_known(text: str, moment: bool) -> None:  # noqa: FBT001 - a table's column
    assert evidence("at", [{"at": text}]).moments == moment
