"""A local timestamp is of no zone, whatever zone the machine is in: events must not move with the server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from consumer.mapping.convert import CONVERTERS
from consumer.mapping.expressions import compile_expression
from consumer.mapping.moments import to_datetime
from consumer.mapping.values import jsonable

NOON = datetime(2026, 1, 31, 12)  # noqa: DTZ001 - a local timestamp of Avro
LATE = datetime(2026, 1, 31, 23, 30)  # noqa: DTZ001


@pytest.fixture(params=["UTC", "America/Los_Angeles", "Asia/Tokyo"], autouse=True)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


def test_it_is_sent_without_one() -> None:
    assert jsonable(NOON) == "2026-01-31T12:00:00"
    assert compile_expression("at")({"at": NOON}) == "2026-01-31T12:00:00"


@pytest.mark.parametrize("value", [NOON, "2026-01-31T12:00:00", "2026-01-31 12:00"])
def test_as_datetime_leaves_it_so(value: Any) -> None:
    converted = CONVERTERS["datetime"](value)

    assert (converted, converted.tzinfo) == (NOON, None)


@pytest.mark.parametrize("value", [NOON, "2026-01-31T12:00:00", NOON.replace(tzinfo=UTC), "2026-01-31T13:00+01:00"])
def test_as_datetime_in_the_routes_zone_is_one_of_utc(value: Any) -> None:
    assert to_datetime(value, None, ZoneInfo("UTC")) == NOON.replace(tzinfo=UTC)


@pytest.mark.parametrize("value", [LATE, "2026-01-31T23:30:00"])
def test_as_date_is_its_own_day(value: Any) -> None:
    assert CONVERTERS["date"](value) == date(2026, 1, 31)
