"""Dates and times that are numbers: what Python's types hold as they are, infinities as missing, the rest unreadable.

Rules: the Avro 1.12 specification, "Logical Types"; for what stands for an infinity, PostgreSQL's driver for Java
(`PGStatement.DATE_POSITIVE_INFINITY`) and Debezium, which hands it on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from consumer.avro.unreadable import NO_TIME_OF_DAY, OUT_OF_RANGE, Unreadable

Read = Callable[..., Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a local timestamp has no zone by definition
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_LIMITS = frozenset((2**63 - 1, -(2**63), 9223372036825200000, -9223372036832400000))
"""Those of 64 bits, and the driver's infinities."""
ENDLESS: Mapping[str, frozenset[int]] = MappingProxyType(
    {
        "milliseconds": _LIMITS.union(*((limit // 1000, -(-limit // 1000)) for limit in _LIMITS)),
        "microseconds": _LIMITS,
        "nanoseconds": _LIMITS,
    }
)
"""By unit, the numbers since 1970 that stand for an infinity: a limit in microseconds is also cut to milliseconds."""
_ENDLESS_DAYS = 2_146_000_000
"""Beyond these, PostgreSQL's infinite dates: the limits of 32 bits since 1970, or since its own epoch of 2000."""


def _timestamp(epoch: datetime, micros: int, endless: frozenset[int]) -> Read:
    """A time since the epoch, counted in so many microseconds."""

    def read(data: int, _writer: Any = None, _reader: Any = None) -> datetime | Unreadable | None:
        try:
            return epoch + timedelta(0, 0, data * micros)
        except OverflowError:
            return None if data in endless else OUT_OF_RANGE

    return read


def _timestamp_nanos(epoch: datetime) -> Read:
    """The same in nanoseconds, to the microsecond: Python's finest."""

    def read(data: int, _writer: Any = None, _reader: Any = None) -> datetime | None:
        return None if data in ENDLESS["nanoseconds"] else epoch + timedelta(0, 0, data // 1000)

    return read


def _date(data: int, _writer: Any = None, _reader: Any = None) -> date | Unreadable | None:
    try:
        return date.fromordinal(data + _EPOCH_DAY)
    except (OverflowError, ValueError):
        return None if abs(data) > _ENDLESS_DAYS else OUT_OF_RANGE


def _time_of_day(units: int) -> Read:
    """Of so many units a second."""
    end, micros = 86_400 * units, 10**6

    def read(data: int, _writer: Any = None, _reader: Any = None) -> time | Unreadable:
        if not 0 <= data < end:
            return NO_TIME_OF_DAY
        seconds, rest = divmod(data, units)
        minutes, second = divmod(seconds, 60)
        return time(minutes // 60, minutes % 60, second, rest * micros // units)

    return read


READERS: Mapping[str, Read] = MappingProxyType(
    {
        "int-date": _date,
        "int-time-millis": _time_of_day(10**3),
        "long-time-micros": _time_of_day(10**6),
        "long-io.debezium.time.NanoTime": _time_of_day(10**9),
        "long-timestamp-millis": _timestamp(_EPOCH, 1000, ENDLESS["milliseconds"]),
        "long-timestamp-micros": _timestamp(_EPOCH, 1, ENDLESS["microseconds"]),
        "long-timestamp-nanos": _timestamp_nanos(_EPOCH),
        "long-local-timestamp-millis": _timestamp(_LOCAL_EPOCH, 1000, ENDLESS["milliseconds"]),
        "long-local-timestamp-micros": _timestamp(_LOCAL_EPOCH, 1, ENDLESS["microseconds"]),
        "long-local-timestamp-nanos": _timestamp_nanos(_LOCAL_EPOCH),
    }
)
"""By base type and logical type, as fastavro calls them: with the value, the writer's type and the reader's."""
