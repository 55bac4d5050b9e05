"""Expressions know the values that Avro has beside JSON, and never lose a digit of a decimal."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from consumer.config.expression_syntax import parse
from consumer.mapping.errors import InvalidValueError
from consumer.mapping.expressions import compile_expression
from consumer.records import Reason, Reject, Send
from tests.mapping.support import EMAIL, map_one, route

LONG = Decimal("12345678901234567890.12")
RECORD: dict[str, Any] = {
    "id": "7",
    "buyer": {"email": "a@b.com", "address": {"city": "Köln"}},
    "lines": [{"price": Decimal("1.10")}, {"price": Decimal("2.20")}],
    "total": Decimal("19.99"),
    "fee": 0.01,
    "missing": float("nan"),
    "long": LONG,
    "at": datetime(2026, 1, 31, 12, tzinfo=UTC),
    "days": [date(2026, 1, 31), date(2026, 2, 1)],
}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("at > '2026-01-01'", True),
        ("days[0] < '2026-02-01'", True),
        ("days[?@ > '2026-01-31']", ["2026-02-01"]),
        ("contains(days, '2026-02-01')", True),
        ("max(lines[].price) > `2`", True),
        ("to_number(lines[0].price)", Decimal("1.10")),
        ("to_string(lines[0].price)", "1.10"),
        ("to_string(id)", "7"),
        ("to_string(buyer.address)", '{"city":"Köln"}'),
        ("to_string(lines)", '[{"price":1.10},{"price":2.20}]'),
        ("sort_by(lines, &price)[0].price", Decimal("1.10")),
        ("type(total)", "number"),
        ("type(at)", "string"),
        ("abs(long)", LONG),
    ],
)
def test_it_finds_what_it_would_find_in_json(expression: str, found: object) -> None:
    assert compile_expression(parse(expression))(RECORD) == found


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("total == `19.99`", True),
        ("total != `19.99`", False),
        ("total >= `19.99`", True),
        ("total > `19.99`", False),
        ("total < `20`", True),
        ("`19.989` < total", True),
        ("total == `19.990`", True),
        ("total == '19.99'", False),
        ("fee == `0.01`", True),
        ("missing > `0.5`", False),
        ("total > missing", False),
        ("long == `12345678901234567890.12`", True),
        ("long == `12345678901234567890.13`", False),
        ("contains(lines[].price, `2.2`)", True),
        ("contains(`[19.99, 5]`, total)", True),
        ("contains(`[true]`, `1`)", False),
        ('lines == `[{"price": 1.1}, {"price": 2.2}]`', True),
        ("lines[?price == `1.1`] | length(@) == `1`", True),
    ],
)
def test_numbers_compare_by_their_value(expression: str, *, holds: bool) -> None:
    """A decimal, a double and a literal are numbers alike; a literal has just the digits that it is written with."""
    assert compile_expression(parse(expression))(RECORD) is holds


@pytest.mark.parametrize(
    ("expression", "total"),
    [
        ("sum(lines[].price)", Decimal("3.30")),
        ("sum([total, fee])", Decimal("20.00")),
        ("sum([long, `0.0001`])", Decimal("12345678901234567890.1201")),
        ("sum([fee, `1`])", 1.01),
        ("sum(`[]`)", 0),
        ("avg(lines[].price)", Decimal("1.65")),
        ("avg(`[]`)", None),
    ],
)
def test_a_sum_is_exact_where_a_decimal_is_in_it(expression: str, total: object) -> None:
    assert compile_expression(parse(expression))(RECORD) == total


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("sum(buyer.*)", "sum() was given string; it takes array-number"),
        ("length(total)", "length() was given number; it takes string or array or object"),
        ("max(days)", "max() was given date; it takes array-number or array-string"),
        ("id > `1`", "puts string and number in order: only two numbers or two texts have one"),
        ("contains(id, `1`)", "contains() searches a text for a text, and was given number"),
        ("length(id, id)", "the expression cannot be computed on this record"),
        ("sum([long, `1e-400`])", "has a sum that no number holds exactly"),
    ],
)
def test_what_cannot_be_computed_is_told_without_quoting_the_record(expression: str, message: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        compile_expression(parse(expression))(RECORD)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("email", "sent"), [("jane@shop.com", True), ("jane@shop.com.example", True), ("jane@example.com", False)]
)
def test_a_condition_on_a_part_of_a_text_takes_the_records_that_have_it(email: str, *, sent: bool) -> None:
    """Were it never true, each record would be skipped, and nobody would hear of it."""
    outcome = map_one(route("optin", when="contains(email, '@shop.com')"), {"email": email})

    assert isinstance(outcome, Send) is sent


def test_a_condition_on_a_decimal_takes_the_record() -> None:
    config = route("optin", when="total == `19.99`")
    assert isinstance(map_one(config, {"email": EMAIL, "total": Decimal("19.99")}), Send)


def test_a_refusal_names_the_key_of_the_route_and_its_path() -> None:
    summed = route("optin", attributes={"spent": "sum(names)"}, invalid_optional="refuse")
    outcome = map_one(summed, {"email": EMAIL, "names": ["a"]})
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (Reason.INVALID_FIELD, "spent")
    assert outcome.message == "spent: sum() was given string; it takes array-number (path sum(names))"
