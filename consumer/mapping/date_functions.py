"""Functions of dates, by forms such as `%d-%m-%Y`: those of C's strftime, the same in every place and language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from consumer.mapping.errors import InvalidValueError
from consumer.mapping.moments import UNITS, to_date, to_datetime
from consumer.mapping.values import rfc3339
from consumer.suggestions import did_you_mean

_LONGEST: Final = 100
_DIRECTIVE: Final = re.compile(r"%(.?)", re.DOTALL)
_MONTHS: Final = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905 - a list of twelve
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WRITTEN: Final[Mapping[str, Callable[[datetime], str]]] = {
    "Y": lambda moment: f"{moment.year:04}",
    "y": lambda moment: f"{moment.year % 100:02}",
    "m": lambda moment: f"{moment.month:02}",
    "B": lambda moment: _MONTHS[moment.month - 1],
    "b": lambda moment: _MONTHS[moment.month - 1][:3],
    "d": lambda moment: f"{moment.day:02}",
    "j": lambda moment: f"{moment.timetuple().tm_yday:03}",
    "A": lambda moment: _DAYS[moment.weekday()],
    "a": lambda moment: _DAYS[moment.weekday()][:3],
    "H": lambda moment: f"{moment.hour:02}",
    "I": lambda moment: f"{moment.hour % 12 or 12:02}",
    "p": lambda moment: "AM" if moment.hour < 12 else "PM",  # noqa: PLR2004 - noon
    "M": lambda moment: f"{moment.minute:02}",
    "S": lambda moment: f"{moment.second:02}",
    "f": lambda moment: f"{moment.microsecond:06}",
    "z": lambda moment: moment.strftime("%z"),
    "%": lambda _moment: "%",
}
_OF_TIMES: Final = frozenset("HIpMSfz")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def parse_date(text: str, form: str) -> str | None:
    """The date or time that a text is, in ISO 8601; null for an empty text.

    A form with a time gives a time, in UTC where the form has its offset (`%z`), else without a zone.
    """
    written = text.strip()
    if not written:
        return None
    try:
        moment = datetime.strptime(written[: _LONGEST + 1], form)  # noqa: DTZ007 - the form says whether it has a zone
    except (ValueError, OverflowError):
        # Its message quotes the text.
        raise InvalidValueError(f"is given text that is no date of the form {form}") from None
    return rfc3339(moment) if _OF_TIMES.intersection(_directives(form)) else moment.date().isoformat()


def format_date(value: str | float | Decimal, form: str, unit: str | None = None) -> str | None:
    """A date or time in that form: of ISO 8601, or a number of `unit` since 1970; null for an empty text.

    Without a unit a whole number counts milliseconds.
    """
    if unit is not None and (fault := unit_fault(unit)) is not None:
        raise InvalidValueError(f"is given a unit that {fault}")
    if isinstance(value, str):
        if not value or value.isspace():
            return None
        day: date | None = to_date(value) if _DAY.fullmatch(value.strip()) else None
        moment = to_datetime(value, unit) if day is None else datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a day has no zone
    else:
        moment = to_datetime(int(value) if value == value // 1 else value, unit)
    if moment is None:
        return None
    placed = moment
    return _DIRECTIVE.sub(lambda match: _WRITTEN[match[1]](placed), form)


def unit_fault(unit: str) -> str | None:
    """What is wrong with what a number is said to count."""
    if unit in UNITS:
        return None
    return f"is {unit}, and must be one of {', '.join(UNITS)}{did_you_mean(unit, UNITS)}"


def written_form_fault(form: str) -> str | None:
    """What is wrong with a form that dates are written in."""
    unknown = [each for each in _directives(form) if each not in _WRITTEN]
    if unknown:
        known = ", ".join(f"%{each}" for each in _WRITTEN)
        return f"has %{unknown[0]}, which is none of {known}"
    if len(form) > _LONGEST:
        return f"has more than {_LONGEST} characters"
    return None if _directives(form) else "says no part of a date: write it as %d-%m-%Y, and times as %H:%M:%S"


def read_form_fault(form: str) -> str | None:
    """What is wrong with a form that dates are read by."""
    fault = written_form_fault(form)
    if fault is None and len(set(_directives(form)) - {"%"}) < len(
        [each for each in _directives(form) if each != "%"]
    ):
        return "has a part twice"
    return fault


def _directives(form: str) -> list[Any]:
    return _DIRECTIVE.findall(form)
