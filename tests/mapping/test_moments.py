"""`as: date` and `as: datetime`: of which units, texts and zones, and what they refuse."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from consumer.mapping.errors import InvalidValueError
from consumer.mapping.moments import localised, to_date, to_datetime

ISTANBUL = ZoneInfo("Europe/Istanbul")
NEW_YORK = ZoneInfo("America/New_York")
DAY = date(2026, 1, 31)
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
LOCAL = NOON.replace(tzinfo=None)
LATE = LOCAL.replace(hour=1)


@pytest.mark.parametrize(
    ("value", "unit", "zone", "found"),
    [
        (NOON, None, None, NOON),
        ("2026-01-31T12:00:00Z", None, None, NOON),
        ("2026-01-31T13:00:00+01:00", None, ISTANBUL, NOON),
        (1769860800000, None, None, NOON),
        (1769860800000, "milliseconds", None, NOON),
        (1769860800, "seconds", ISTANBUL, NOON),
        (1769860800000000, "microseconds", None, NOON),
        (1769860800123456789, "nanoseconds", None, NOON.replace(microsecond=123456)),
        (20_484, "days", None, NOON.replace(hour=0)),
        (-1, "seconds", None, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (1769860800.25, "seconds", None, NOON.replace(microsecond=250000)),
        (Decimal("1769860800.123456"), "seconds", None, NOON.replace(microsecond=123456)),
        ("1769860800", "seconds", None, NOON),
        (" 1769860800.5 ", "seconds", None, NOON.replace(microsecond=500000)),
        ("2026-01-31T12:00:00Z", "seconds", None, NOON),
        (LOCAL, None, None, LOCAL),
        (LOCAL, None, ISTANBUL, NOON.replace(hour=9)),
        ("2026-01-31 12:00", None, None, LOCAL),
        ("20260131", None, None, LOCAL.replace(hour=0)),
        ("2026-01-31 12:00", None, ISTANBUL, NOON.replace(hour=9)),
        (DAY, None, None, LOCAL.replace(hour=0)),
        (DAY, None, ISTANBUL, datetime(2026, 1, 30, 21, tzinfo=UTC)),
        ("infinity", None, None, None),
        (float("inf"), None, None, None),
        (float("-inf"), "seconds", None, None),
        (9223372036825200000, "microseconds", None, None),
        (9223372036825200, None, None, None),
    ],
)
def test_a_datetime(value: Any, unit: str | None, zone: ZoneInfo | None, found: datetime | None) -> None:
    made = to_datetime(value, unit, zone)
    assert (made, made and made.tzinfo) == (found, found and found.tzinfo)


@pytest.mark.parametrize(
    ("value", "unit", "zone", "found"),
    [
        (DAY, None, None, DAY),
        (NOON, None, None, DAY),
        ("2026-01-31", None, None, DAY),
        ("2026-01-31Z", None, None, DAY),
        ("2026-01-31+03:00", None, NEW_YORK, DAY),
        ("2026-01-31T23:00:00-05:00", None, None, date(2026, 2, 1)),
        ("2026-01-31T01:00:00", None, ISTANBUL, DAY),
        (LATE, None, None, DAY),
        (LATE, None, ISTANBUL, DAY),
        (LATE.replace(tzinfo=ISTANBUL), None, ISTANBUL, DAY),
        (20_484, "days", NEW_YORK, DAY),
        (-165, "days", None, date(1969, 7, 20)),
        (1769860800, "seconds", None, DAY),
        ("20484", "days", None, DAY),
        ("-infinity", None, None, None),
    ],
)
def test_a_date(value: Any, unit: str | None, zone: ZoneInfo | None, found: date | None) -> None:
    """Of a timestamp the day in UTC, of a time without a zone the one that it names."""
    made = to_date(value, unit, zone)
    assert (made, type(made)) == (found, type(found))


@pytest.mark.parametrize(
    ("convert", "value", "unit", "rule"),
    [
        (to_datetime, "yesterday", None, "is no date and time"),
        (to_datetime, True, "seconds", "is no date and time"),
        (to_datetime, float("nan"), "seconds", "is no date and time"),
        (to_datetime, 1769860800.5, None, "needs its `unit`"),
        (to_datetime, 10**18, None, "outside of the years 1 to 9999"),
        (to_datetime, 2**63, "days", "outside of the years"),
        (to_datetime, Decimal("1e999999"), "seconds", "outside of the years"),
        (to_datetime, "1769860800", None, "a text that is a number needs its `unit`"),
        (to_datetime, "1801123112059", None, "a text that is a number needs its `unit`"),
        (to_date, "1801123112059", None, "a text that is a number needs its `unit`"),
        (to_datetime, time(12), None, "is no date and time"),
        (to_date, "31.01.2026", None, "is no date"),
        (to_date, 20_000, None, "needs its `unit`"),
        (to_date, True, None, "is no date"),
        (to_date, "9999-12-31T23:00:00-05:00", None, "outside of the years"),
        (to_date, 10**18, "days", "outside of the years"),
    ],
)
def test_what_is_neither(convert: Any, value: Any, unit: str | None, rule: str) -> None:
    with pytest.raises(InvalidValueError, match=rule):
        convert(value, unit)


def test_the_first_hours_of_the_calendar_are_before_it_in_utc() -> None:
    with pytest.raises(InvalidValueError, match="outside of the years"):
        to_datetime(LOCAL.replace(year=1, month=1, day=1, hour=1), None, ISTANBUL)


def test_local_timestamps_are_put_into_the_zone_wherever_they_stand() -> None:
    inside = {"at": LOCAL, "all": [LOCAL, NOON], "day": DAY}
    zoned = LOCAL.replace(tzinfo=ISTANBUL)
    assert localised(inside, ISTANBUL) == {"at": zoned, "all": [zoned, NOON], "day": DAY}
