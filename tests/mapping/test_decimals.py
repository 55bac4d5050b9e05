"""A float that meets a decimal counts as the decimal that it is written as."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from consumer.mapping.decimals import comparable, equal, exact_sum
from consumer.mapping.errors import InvalidValueError

NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("0.1"), 0.1),
        (0.1, Decimal("0.10")),
        (Decimal(3), 3),
        ([Decimal("0.1")], [0.1]),
        ({"a": {"b": Decimal(1)}}, {"a": {"b": 1}}),
        ("a", "a"),
        (None, None),
        (INFINITY, INFINITY),
    ],
)
def test_what_is_one_value_is_equal(one: Any, other: Any) -> None:
    assert equal(one, other)
    assert equal(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("0.1"), 0.2),
        (Decimal(1), True),
        (0, False),
        (Decimal(1), "1"),
        ([1], [1, 2]),
        ([], 0),
        (["a"], "a"),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, {"a": True}),
        ({}, 0),
        (NAN, Decimal(1)),
        (Decimal(1), INFINITY),
        (1, None),
    ],
)
def test_what_is_not_is_not(one: Any, other: Any) -> None:
    assert not equal(one, other)
    assert not equal(other, one)


def test_numbers_that_are_not_finite_compare_as_floats_do() -> None:
    one, other = comparable(Decimal(1), INFINITY)
    assert one < other
    one, other = comparable(NAN, Decimal(1))
    assert not one < other


@pytest.mark.parametrize(
    ("numbers", "total"),
    [
        ([Decimal("1.10"), 0.1], "1.20"),
        ([Decimal("0.10"), 1], "1.10"),
        ([Decimal("123456789012345678901234567890.1"), Decimal("0.01")], "123456789012345678901234567890.11"),
        ([1, 2], "3"),
        ([0.1, 0.2], "0.30000000000000004"),
        ([], "0"),
    ],
)
def test_sums_with_a_decimal_lose_nothing(numbers: list[Any], total: str) -> None:
    assert str(exact_sum(numbers)) == total


@pytest.mark.parametrize("numbers", [[Decimal(1), Decimal("1E-400")], [Decimal("Infinity"), -INFINITY]])
def test_a_sum_that_cannot_be_exact_is_refused(numbers: list[Any]) -> None:
    with pytest.raises(InvalidValueError):
        exact_sum(numbers)
