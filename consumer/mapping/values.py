"""Decoded Avro values as JSON: every logical type has exactly one form.

| decoded | JSON |
|---|---|
| datetime | RFC 3339 in UTC; a local timestamp, which has no zone, is read as UTC |
| date, time | ISO 8601 |
| Decimal | a number with exactly its digits |
| UUID | its canonical text |
| bytes, fixed | base64 |
| NaN, Infinity | refused: JSON has no form for them |
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from consumer.mapping.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable

AS_THEY_ARE = frozenset((str, int, bool, type(None), orjson.Fragment))
"""Types that `jsonable` hands back unchanged: the hot path asks here first, which spares it the call."""
_MAX_DIGITS = 100
"""Before or after the point: more than any amount has."""


def rfc3339(moment: datetime) -> str:
    """`2026-01-31T12:00:00Z`, with the fraction only where there is one."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def exact(number: Decimal) -> orjson.Fragment:
    """The decimal as a JSON number, digit by digit.

    Raises:
        InvalidValueError: it is NaN, infinite, or longer than any amount.
    """
    if not number.is_finite():
        raise InvalidValueError("is not a finite number")
    # The magnitude first: written out, a huge exponent would be as many zeros.
    if abs(number.adjusted()) <= _MAX_DIGITS:
        digits = format(number, "f")
        if len(digits) <= 2 * _MAX_DIGITS:
            return orjson.Fragment(digits)
    raise InvalidValueError(f"has more than {_MAX_DIGITS} digits")


def plain(value: Any) -> Any:
    """A single value as JMESPath knows values: dates, UUIDs and bytes are text; numbers, lists and objects stay."""
    text = _TEXTS.get(type(value))
    return value if text is None else text(value)


def jsonable(value: Any) -> Any:
    """The value with all that is in it, ready for orjson.

    Raises:
        InvalidValueError: some part of it has no JSON form.
    """
    kind = type(value)
    if kind in AS_THEY_ARE:
        return value
    if kind is float:
        if not isfinite(value):
            raise InvalidValueError("is not a finite number")
        return value
    known = _FORMS.get(kind)
    if known is not None:
        return known(value)
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, Sequence):
        return _array(value)
    raise InvalidValueError(f"a {kind.__name__} has no JSON form")


def _object(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): jsonable(inner) for name, inner in value.items()}


def _array(value: Sequence[Any]) -> list[Any]:
    return [jsonable(inner) for inner in value]


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


_TEXTS: dict[type, Callable[[Any], str]] = {
    datetime: rfc3339,
    date: date.isoformat,
    time: time.isoformat,
    UUID: str,
    bytes: _base64,
}
_FORMS: dict[type, Callable[[Any], Any]] = {**_TEXTS, Decimal: exact, dict: _object, list: _array}
