"""Dates and times made of what records have in their place: numbers of a unit, ISO 8601 text, other dates and times.

What says no zone is in the route's; where the route names none, it stays without.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import floor, inf, isnan
from typing import Any
from zoneinfo import ZoneInfo

from consumer.avro.iso_texts import DAY, is_endless
from consumer.avro.times import ENDLESS
from consumer.avro.unreadable import OUT_OF_RANGE
from consumer.iso8601 import moment_of
from consumer.mapping.errors import InvalidValueError
from consumer.mapping.values import readable

Zone = ZoneInfo | None

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NANOSECONDS = {
    "days": 86_400 * 10**9,
    "seconds": 10**9,
    "milliseconds": 10**6,
    "microseconds": 10**3,
    "nanoseconds": 1,
}
UNITS = tuple(_NANOSECONDS)
"""What a number may count since 1970."""
_INFINITIES = (inf, -inf)
_MOST = 10**21
"""Of whichever unit: beyond year 9999 in all."""
_DAY_DIGITS = 8
"""Those of a day, as in 20261129."""
_COUNT = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?", re.ASCII)


def to_datetime(value: Any, unit: str | None = None, zone: Zone = None) -> datetime | None:
    """A date and time, in UTC where its zone is known.

    Args:
        value: a timestamp, a date, an ISO 8601 text, or a number of `unit` since 1970.
        unit: of a number, and of a text that is one; by default a whole number counts milliseconds.
        zone: of a value that says none.

    Returns:
        None for an infinity.
    """
    moment = _moment(value, unit, "is no date and time")
    if moment is None:
        return None
    placed = moment if moment.tzinfo or zone is None else moment.replace(tzinfo=zone)
    return _in_utc(placed) if placed.tzinfo else placed


def to_date(value: Any, unit: str | None = None, zone: Zone = None) -> date | None:
    """A day: of a timestamp that of UTC, of a time without a zone the one that it names; None for an infinity.

    A number needs its `unit`: it may as well count days as milliseconds.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and (written := DAY.fullmatch(value.strip())):
        value = written[1]
    elif unit is None and isinstance(value, int | float | Decimal):
        raise InvalidValueError("is no date; a number needs its `unit`, such as days")
    moment = _moment(value, unit, "is no date")
    if moment is None:
        return None
    # What the route's zone was put to stands as it was read: its day is the one there.
    return moment.date() if moment.tzinfo in {None, zone} else _in_utc(moment).date()


def localised(value: Any, zone: ZoneInfo) -> Any:
    """The value with all that is in it, its local timestamps in the zone."""
    kind = type(value)
    if kind is datetime:
        return value.replace(tzinfo=zone) if value.tzinfo is None else value
    if kind is dict:
        return {name: localised(each, zone) for name, each in value.items()}
    return [localised(each, zone) for each in value] if kind is list else value


def _moment(value: Any, unit: str | None, rule: str) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, str):
        text = value.strip()
        if is_endless(text):
            return None
        return _counted(Decimal(text), unit) if unit and _COUNT.fullmatch(text) else _written(text, rule)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        readable(value)
        raise InvalidValueError(rule)
    if isnan(value):
        raise InvalidValueError(rule)
    if unit is None and value not in _INFINITIES and not isinstance(value, int):
        raise InvalidValueError(f"{rule}; a number with a fraction needs its `unit`, such as seconds")
    return _counted(value, unit or "milliseconds")


def _counted(count: float | Decimal, unit: str) -> datetime | None:
    if count in _INFINITIES or (unit in ENDLESS and count in ENDLESS[unit]):
        return None
    if not -_MOST < count < _MOST:
        raise InvalidValueError(OUT_OF_RANGE.rule)
    exact = Decimal(repr(count)) if isinstance(count, float) else count
    try:
        return _EPOCH + timedelta(microseconds=floor(exact * _NANOSECONDS[unit]) // 1000)
    except OverflowError:
        raise InvalidValueError(OUT_OF_RANGE.rule) from None


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise InvalidValueError(OUT_OF_RANGE.rule) from None


def _written(text: str, rule: str) -> datetime:
    # Of thirteen digits, ISO 8601 makes a day of another century here and there.
    if len(text) > _DAY_DIGITS and _COUNT.fullmatch(text):
        raise InvalidValueError(f"{rule}; a text that is a number needs its `unit`, such as milliseconds")
    try:
        return moment_of(text)
    except ValueError:
        raise InvalidValueError(rule) from None
