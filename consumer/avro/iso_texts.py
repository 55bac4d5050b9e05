"""Dates and times that are ISO 8601 text, as Debezium writes them: with a zone, or with a Z that says nothing.

Text of another form stays as it is.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from consumer.avro.unreadable import NO_TIME_OF_DAY, OUT_OF_RANGE, Unreadable
from consumer.iso8601 import moment_of, time_of

DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
"""A day, with the zone that some write behind it."""
_ENDLESS = re.compile(r"[+-]?infinity|[+-]\d{6,}-\d.*", re.IGNORECASE | re.ASCII)
"""An infinity by name, or by the year that PostgreSQL's driver for Java gives it, such as +294247."""
_FAR = re.compile(r"([+-]\d{4,5}|0000)-\d\d-\d\d.*", re.ASCII)
_FAR_TIME = re.compile(r"(-\d+|2[4-9]|[3-9]\d|\d{3,}):\d\d.*", re.ASCII)


def is_endless(text: str) -> bool:
    """Whether it stands for an infinity."""
    return _ENDLESS.fullmatch(text.strip()) is not None


def timestamp(data: str, _writer: Any = None, _reader: Any = None) -> datetime | Unreadable | str | None:
    try:
        return moment_of(data)
    except ValueError:
        return _other(data)


def day(data: str, _writer: Any = None, _reader: Any = None) -> date | Unreadable | str | None:
    written = DAY.fullmatch(data)
    try:
        return date.fromisoformat(written[1]) if written else _other(data)
    except ValueError:
        return _other(data)


def time_of_day(data: str, _writer: Any = None, _reader: Any = None) -> time | Unreadable | str:
    """Of a column without a zone: the Z is the same in all."""
    try:
        return time_of(data.removesuffix("Z"))
    except ValueError:
        return NO_TIME_OF_DAY if _FAR_TIME.fullmatch(data) else data


def _other(data: str) -> Unreadable | str | None:
    if is_endless(data):
        return None
    return OUT_OF_RANGE if _FAR.fullmatch(data) else data
