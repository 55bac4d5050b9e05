"""Amounts are exact: nothing is rounded but a quotient that never ends."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.mapping.arithmetic import operate, signed
from consumer.mapping.errors import InvalidValueError
from consumer.mapping.paths import compile_path
from consumer.mapping.values import jsonable

INTEGERS = st.integers(-(2**63), 2**63)
NUMBERS = INTEGERS | st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9)


def written(value: Any) -> str:
    """As it is sent."""
    form = jsonable(value)
    return form.decode() if isinstance(form, bytes) else str(getattr(form, "contents", form))


@pytest.mark.parametrize(
    ("expression", "record", "found"),
    [
        ("totaalCenten / `100`", {"totaalCenten": 90240}, "902.4"),
        ("totaalCenten / `100`", {"totaalCenten": Decimal("90240.00")}, "902.40"),
        ("totaalCenten / `100`", {"totaalCenten": 90000}, "900"),
        ("price * quantity", {"price": 19.99, "quantity": 3}, "59.97"),
        ("price + tax", {"price": 0.1, "tax": 0.2}, "0.3"),
        ("total - discount", {"total": Decimal("100.00"), "discount": 5}, "95.00"),
        ("sum(lines[].cents) / `100`", {"lines": [{"cents": 1}, {"cents": 2}]}, "0.03"),
        ("cents // `100`", {"cents": -150}, "-2"),
        ("cents % `100`", {"cents": -150}, "50"),
        ("`1` / `3`", {}, "0.3333333333333333333333333333"),
        ("-amount", {"amount": Decimal("1.50")}, "-1.50"),
        ("+amount", {"amount": 3}, "3"),
    ],
)
def test_amounts_keep_their_digits(expression: str, record: dict[str, Any], found: str) -> None:
    assert str(compile_path(expression).get(record)) == found


@given(one=NUMBERS, other=NUMBERS)
def test_it_is_the_arithmetic_of_fractions(one: Any, other: Any) -> None:
    left, right = Fraction(one), Fraction(other)
    assert Fraction(operate("plus", one, other) or 0) == left + right
    assert Fraction(operate("minus", one, other) or 0) == left - right
    assert Fraction(operate("multiply", one, other) or 0) == left * right
    if right:
        assert Fraction(operate("div", one, other) or 0) == left // right
        assert Fraction(operate("modulo", one, other) or 0) == left % right
        quotient = Fraction(operate("divide", one, other) or 0)
        assert abs(quotient - left / right) <= abs(left / right) / 10**26


@given(one=INTEGERS, other=INTEGERS)
def test_whole_numbers_stay_whole(one: int, other: int) -> None:
    for operator in ("plus", "minus", "multiply"):
        assert type(operate(operator, one, other)) is int


def test_what_an_operand_lacks_the_result_lacks() -> None:
    assert operate("plus", None, 1) is None
    assert operate("divide", 1, None) is None
    assert signed("minus", None) is None


@pytest.mark.parametrize(
    ("operator", "one", "other", "rule"),
    [
        ("divide", 1, 0, "/ divides by zero"),
        ("div", Decimal(0), 0, "// divides by zero"),
        ("modulo", 1, Decimal("0.0"), "% divides by zero"),
        ("plus", "1", 1, r"\+ takes numbers, and was given string; parse_number\(\) reads one"),
        ("multiply", True, 1, r"\* takes numbers, and was given boolean"),
        ("minus", 1, [1], "- takes numbers, and was given array"),
        ("plus", float("inf"), 1, r"\+ is given what is not a finite number"),
        ("plus", Decimal("NaN"), 1, "finite number"),
        ("multiply", 10**299 + 1, 10**299 + 1, "more than 300 digits"),
        ("plus", Decimal("1e-400"), 1, "more than 300 digits"),
        ("multiply", Decimal("9e900"), Decimal("9e900"), "more than 300 digits"),
        ("plus", 2**2000, 1, "more than 300 digits"),
        ("divide", Decimal("1e900"), Decimal("3e-900"), "more than 300 digits"),
    ],
)
def test_what_has_no_exact_result_is_refused(operator: str, one: Any, other: Any, rule: str) -> None:
    with pytest.raises(InvalidValueError, match=f"^{rule}|{rule}$"):
        operate(operator, one, other)
