"""Every logical type of Avro has one form in JSON."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import orjson
import pytest

from consumer.avro.unreadable import Unreadable
from consumer.mapping.errors import InvalidValueError
from consumer.mapping.values import jsonable, unwritable


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("text", '"text"'),
        (True, "true"),
        (7, "7"),
        (-1.5, "-1.5"),
        (None, "null"),
        (datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC), '"2026-01-31T12:00:00Z"'),
        (datetime(2026, 1, 31, 12, 0, 0, 123000, tzinfo=UTC), '"2026-01-31T12:00:00.123000Z"'),
        (datetime(2026, 1, 31, 12, tzinfo=timezone(timedelta(hours=2))), '"2026-01-31T10:00:00Z"'),
        (datetime(2026, 1, 31, 12), '"2026-01-31T12:00:00"'),  # noqa: DTZ001 - a local timestamp of Avro
        (date(2026, 1, 31), '"2026-01-31"'),
        (time(8, 30), '"08:30:00"'),
        (Decimal("12.30"), "12.30"),
        (Decimal("0E-8"), "0.00000000"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0E-127"), "0"),
        (Decimal(f"19.99{'0' * 125}"), "19.99"),
        (Decimal("123456789012345678901234567890.12"), "123456789012345678901234567890.12"),
        (b"\x00\xff", '"AP8="'),
        ({"at": date(2026, 1, 31), "of": [Decimal("1.0")]}, '{"at":"2026-01-31","of":[1.0]}'),
        (MappingProxyType({"a": (1, 2)}), '{"a":[1,2]}'),
    ],
)
def test_its_form(value: Any, written: str) -> None:
    assert orjson.dumps(jsonable(value)).decode() == written


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("-Infinity"),
        Decimal("1E+1000000"),
        Decimal(f"0.{'1' * 300}"),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
        Unreadable("is none"),
        {"inside": [float("nan")]},
        object(),
    ],
)
def test_what_has_none_is_refused(value: Any) -> None:
    with pytest.raises(InvalidValueError):
        jsonable(value)


def test_the_part_that_cannot_be_written_is_named() -> None:
    event = {"total": 1, "products": [{"id": "a"}, {"id": "b", "stock": {"left": 2**70}}]}
    assert unwritable(event, "") == ("products[1].stock.left", "is an integer beyond 64 bits")


def test_lists_within_lists_are_refused_as_objects_within_objects_are() -> None:
    """Python's stack ends before memory does; the record is at fault, and not the service."""
    lists: list[Any] = []
    objects: dict[str, Any] = {}
    for _ in range(5000):
        lists, objects = [lists], {"in": objects}

    for nested in (lists, objects):
        with pytest.raises(InvalidValueError, match="is nested too deeply"):
            jsonable(nested)


@pytest.mark.parametrize("key", ["jane@example.com", "+31 6 1234", "", "a\x1b[2J", "x" * 65])
def test_a_key_of_a_map_is_not_told(key: str) -> None:
    """It is data, and may be a customer's address."""
    assert unwritable({"seen": {key: 2**70}}, "") == ("seen.*", "is an integer beyond 64 bits")
