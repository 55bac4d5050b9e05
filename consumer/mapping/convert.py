"""What a route's `as:` does: a value made into the type that the route names, or refused; never guessed.

Values go in and come out as Python's own; `values` writes them as JSON afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import Any

from consumer.mapping.errors import InvalidValueError
from consumer.mapping.values import TOO_LARGE_AN_INTEGER, WRITABLE_INTEGERS, plain

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_BOOLEANS = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0"), False),
}


def to_string(value: Any) -> str:
    """Scalars only: a boolean as `true`, a date or a number as it stands in JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        number = to_number(value)
        return format(number, "f") if isinstance(number, Decimal) else repr(number)
    text = plain(value)
    if not isinstance(text, str):
        raise InvalidValueError("cannot become a string")
    return text


def to_number(value: Any) -> int | float | Decimal:
    """A number, or text that is one and nothing else; its digits are kept."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and isfinite(value):
        return value
    raise InvalidValueError("is no number")


def to_integer(value: Any) -> int:
    """A number without a fraction: 3, 3.0, "3", but not 3.5, nor one that JSON's writer cannot hold in 64 bits."""
    number = to_number(value)
    whole = number.to_integral_value() if isinstance(number, Decimal) else number // 1
    if number != whole:
        raise InvalidValueError("is no whole number")
    if not WRITABLE_INTEGERS[0] <= number <= WRITABLE_INTEGERS[-1]:
        raise InvalidValueError(f"{TOO_LARGE_AN_INTEGER}; `as: number` and `as: string` keep its digits")
    return int(number)


def to_boolean(value: Any) -> bool:
    """A boolean, 0 or 1, or one of the words true/false, yes/no, on/off, t/f, y/n in any case."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str | int):
        known = _BOOLEANS.get(str(value).strip().lower())
        if known is not None:
            return known
    raise InvalidValueError("is no boolean")


def to_datetime(value: Any) -> datetime:
    """A timestamp, an ISO 8601 text, or a whole number of milliseconds since the epoch; no zone means UTC."""
    try:
        if isinstance(value, datetime):
            moment = value
        elif isinstance(value, date):
            moment = datetime.combine(value, time())
        elif isinstance(value, str):
            moment = datetime.fromisoformat(value.strip())
        elif isinstance(value, int) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(value / 1000, UTC)
        else:
            raise InvalidValueError("is no date and time")
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidValueError("is no date and time") from None


def to_date(value: Any) -> date:
    """A date, the UTC day of a timestamp, or the ISO 8601 text of either."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, datetime | str):
        try:
            return to_datetime(value).date()
        except InvalidValueError:
            raise InvalidValueError("is no date") from None
    raise InvalidValueError("is no date")


CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "string": to_string,
    "number": to_number,
    "integer": to_integer,
    "boolean": to_boolean,
    "date": to_date,
    "datetime": to_datetime,
}
