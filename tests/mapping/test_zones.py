"""A local timestamp is what it says, whatever zone the machine is in: events must not move with the server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from consumer.config.expression_syntax import parse
from consumer.mapping.expressions import compile_expression
from consumer.mapping.moments import to_date, to_datetime
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


def test_it_is_sent_without_a_zone_and_one_with_a_zone_in_utc() -> None:
    assert jsonable(NOON) == "2026-01-31T12:00:00"
    assert jsonable(NOON.replace(tzinfo=UTC)) == "2026-01-31T12:00:00Z"
    assert compile_expression(parse("at"))({"at": NOON}) == "2026-01-31T12:00:00"


@pytest.mark.parametrize("value", [NOON, "2026-01-31T12:00:00", "2026-01-31 12:00"])
def test_as_datetime_leaves_it_without_a_zone_or_reads_it_in_the_routes(value: Any) -> None:
    assert to_datetime(value) == NOON

    placed = to_datetime(value, zone=ZoneInfo("Europe/Berlin"))
    assert jsonable(placed) == "2026-01-31T11:00:00Z"


@pytest.mark.parametrize("value", [LATE, "2026-01-31T23:30:00"])
def test_as_date_is_its_own_day(value: Any) -> None:
    assert to_date(value) == date(2026, 1, 31)
