"""`as:` makes the type that the route names of a value, or refuses it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from consumer.avro.unreadable import Unreadable
from consumer.mapping.convert import CONVERTERS
from consumer.mapping.errors import InvalidValueError

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value", "converted"),
    [
        ("string", "a", "a"),
        ("string", 7, "7"),
        ("string", True, "true"),
        ("string", 1.5, "1.5"),
        ("string", Decimal("1.50"), "1.50"),
        ("string", date(2026, 1, 31), "2026-01-31"),
        ("number", "12.50", Decimal("12.50")),
        ("number", " -3 ", Decimal(-3)),
        ("number", 3, 3),
        ("number", Decimal("0.1"), Decimal("0.1")),
        ("integer", "3", 3),
        ("integer", 3.0, 3),
        ("integer", Decimal("3.00"), 3),
        ("integer", str(2**64 - 1), 2**64 - 1),
        ("boolean", True, True),
        ("boolean", "True", True),
        ("boolean", " no ", False),
        ("boolean", "1", True),
        ("boolean", 0, False),
        ("date", NOON, date(2026, 1, 31)),
        ("datetime", 1769860800000, NOON),
    ],
)
def test_converted(kind: str, value: Any, converted: Any) -> None:
    result = CONVERTERS[kind](value)
    assert (result, type(result)) == (converted, type(converted))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("string", {"a": 1}),
        ("string", [1]),
        ("string", float("nan")),
        ("number", "12,50"),
        ("number", "0x10"),
        ("number", "nan"),
        ("number", True),
        ("number", float("inf")),
        ("number", ""),
        ("integer", "3.5"),
        ("integer", 3.5),
        ("integer", 2**64),
        ("integer", str(-(2**63) - 1)),
        ("integer", "1e30"),
        ("boolean", "maybe"),
        ("boolean", 2),
        ("boolean", 1.0),
        ("boolean", []),
    ],
)
def test_refused(kind: str, value: Any) -> None:
    with pytest.raises(InvalidValueError):
        CONVERTERS[kind](value)


@pytest.mark.parametrize("kind", CONVERTERS)
def test_a_value_that_could_not_be_read_is_refused_with_its_own_rule(kind: str) -> None:
    with pytest.raises(InvalidValueError, match="has 25 hours"):
        CONVERTERS[kind](Unreadable("has 25 hours"))
