"""Decoded Avro values as JSON: every logical type has exactly one form.

| decoded | JSON |
|---|---|
| datetime | RFC 3339 in UTC; a local timestamp, which has no zone, the same without one |
| date, time | ISO 8601 |
| Decimal | a number with exactly its digits |
| bytes, fixed | base64 |
| NaN, Infinity | refused: JSON has no form for them |
| an integer beyond 64 bits | refused when the event is written: orjson has no form for it |
| Unreadable | refused, by its own rule |
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Context, Decimal
from math import isfinite
from typing import Any, NoReturn

import orjson

from consumer.avro.errors import KeyPending
from consumer.avro.unreadable import OUT_OF_RANGE, Unreadable
from consumer.mapping.errors import EncryptedValueError, InvalidValueError

Form = Callable[[Any], Any]

WRITABLE_INTEGERS = range(-(2**63), 2**64)
"""Those of 64 bits: what orjson writes."""
TOO_LARGE_AN_INTEGER = "is an integer beyond 64 bits"
_NAME = re.compile(r"[A-Za-z_]\w{0,63}", re.ASCII)
_WIDE = Context(prec=300)
_MAX_DIGITS = 100
"""Before or after the point: more than any amount has."""


def rfc3339(moment: datetime) -> str:
    """`2026-01-31T12:00:00Z`, with the fraction only where there is one, and no Z where no zone is known.

    Raises:
        InvalidValueError: in UTC it is before the year 1, or after 9999.
    """
    if moment.tzinfo is None:
        return moment.isoformat()
    try:
        return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
    except OverflowError:
        raise InvalidValueError(OUT_OF_RANGE.rule) from None


def exact(number: Decimal) -> orjson.Fragment:
    """The decimal as a JSON number, digit by digit.

    Raises:
        InvalidValueError: it is NaN, infinite, or longer than any amount.
    """
    if not number.is_finite():
        raise InvalidValueError("is not a finite number")
    # Nearly every amount is already written so; the other form takes twice as long.
    digits = str(number)
    if len(digits) <= _MAX_DIGITS and "E" not in digits:
        return orjson.Fragment(digits)
    # The magnitude first: written out, a huge exponent would be as many zeros.
    if abs(number.adjusted()) <= _MAX_DIGITS or not number:
        # Oracle's NUMBER comes with 127 digits after the point, nearly all of them zeros.
        many = abs(int(number.as_tuple().exponent)) > _MAX_DIGITS
        digits = format(number.normalize(_WIDE) if many else number, "f")
        if len(digits) <= 2 * _MAX_DIGITS:
            return orjson.Fragment(digits)
    raise InvalidValueError(f"has more than {_MAX_DIGITS} digits")


def plain(value: Any) -> Any:
    """A single value as JMESPath knows values: dates and bytes are text; numbers, lists and objects stay.

    Raises:
        InvalidValueError: it is one that could not be read.
    """
    text = _TEXTS.get(type(value))
    return value if text is None else text(value)


def is_blank(value: Any) -> bool:
    """Whether it is a text without a letter, which counts as no value."""
    return isinstance(value, str) and (not value or value.isspace())


def field_value(value: Any) -> Any:
    """What `jsonable` makes of the value of a field; None of a blank text, which is a missing value.

    Raises:
        InvalidValueError: some part of it has no JSON form.
    """
    kind = type(value)
    if kind is str:
        return value if value and not value.isspace() else None
    form = FORMS.get(kind, other_form)
    return value if form is None else form(value)


def jsonable(value: Any) -> Any:
    """The value with all that is in it, ready for orjson.

    Raises:
        InvalidValueError: some part of it has no JSON form.
    """
    form = FORMS.get(type(value), other_form)
    return value if form is None else form(value)


def other_form(value: Any) -> Any:
    """The form of a value whose type has no entry in `FORMS`.

    Raises:
        InvalidValueError: it has none.
    """
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, Sequence):
        return _array(value)
    raise InvalidValueError(f"a {type(value).__name__} has no JSON form")


def unwritable(value: Any, place: str) -> tuple[str, str]:
    """Which part of a value orjson cannot write, such as `products[0].stock`, and the rule that it breaks.

    The keys of a map are data, which may be a customer's address: what cannot be a field's name is shown as `*`.
    """
    parts: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        named = ((name if _NAME.fullmatch(name) else "*", part) for name, part in value.items())
        parts = [(f"{place}.{name}" if place else name, part) for name, part in named]
    elif isinstance(value, list):
        parts = [(f"{place}[{index}]", part) for index, part in enumerate(value)]
    for inner, part in parts:
        try:
            orjson.dumps(part)
        except orjson.JSONEncodeError:
            return unwritable(part, inner)
    if isinstance(value, int):
        return place, TOO_LARGE_AN_INTEGER
    return place, "is no valid Unicode text" if isinstance(value, str) else "cannot be written as JSON"


def readable(value: Any) -> Any:
    """The value as it is.

    Raises:
        InvalidValueError: it could not be read.
    """
    return refuse(value) if isinstance(value, Unreadable) else value


def refuse(value: Unreadable) -> NoReturn:
    """Raises what is to be said of it.

    Raises:
        InvalidValueError: it could not be read.
        KeyPending: it may be readable soon.
    """
    if value.pending is not None:
        raise KeyPending(value.pending)
    raise (EncryptedValueError if value.encrypted else InvalidValueError)(value.rule)


def _finite(value: float) -> float:
    if not isfinite(value):
        raise InvalidValueError("is not a finite number")
    return value


def _object(value: Mapping[Any, Any]) -> dict[str, Any]:
    try:
        return {str(name): jsonable(inner) for name, inner in value.items()}
    except RecursionError:
        raise InvalidValueError(_TOO_DEEP) from None


def _array(value: Sequence[Any]) -> list[Any]:
    try:
        return [jsonable(inner) for inner in value]
    except RecursionError:
        raise InvalidValueError(_TOO_DEEP) from None


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


_TOO_DEEP = "is nested too deeply"
_TEXTS: dict[type, Callable[[Any], str]] = {
    datetime: rfc3339,
    date: date.isoformat,
    time: time.isoformat,
    bytes: _base64,
    Unreadable: refuse,
}
FORMS: dict[type, Form | None] = {
    **dict.fromkeys((str, int, bool, type(None), orjson.Fragment)),
    **_TEXTS,
    float: _finite,
    Decimal: exact,
    dict: _object,
    list: _array,
}
"""What makes a value of each type JSON, None where it is already: the hot path looks here, which spares it a call."""
