"""What a route's `as:` does: a value made into the type that the route names, or refused; never guessed.

Values go in and come out as Python's own; `values` writes them as JSON afterwards. Dates and times: `moments`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from math import isfinite
from typing import Any

from consumer.config.route import FieldConfig
from consumer.mapping.errors import InvalidValueError
from consumer.mapping.moments import Zone, to_date, to_datetime
from consumer.mapping.values import TOO_LARGE_AN_INTEGER, WRITABLE_INTEGERS, plain, readable

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
    readable(value)
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
    readable(value)
    raise InvalidValueError("is no boolean")


CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "string": to_string,
    "number": to_number,
    "integer": to_integer,
    "boolean": to_boolean,
    "date": to_date,
    "datetime": to_datetime,
}


def converter(mapped: FieldConfig, zone: Zone = None) -> Callable[[Any], Any] | None:
    """What the field's `as:` does, None where it has none.

    Args:
        mapped: the field's settings.
        zone: the route's, of times that say none.
    """
    if mapped.convert == "date":
        return lambda value: to_date(value, mapped.unit, zone)
    if mapped.convert == "datetime":
        return lambda value: to_datetime(value, mapped.unit, zone)
    return None if mapped.convert is None else CONVERTERS[mapped.convert]
