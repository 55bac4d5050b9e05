"""Functions that read a value out of text, or look one up."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Final, NoReturn

from consumer.mapping.errors import InvalidValueError
from consumer.mapping.tables import Tables, as_key

_MOST_DIGITS: Final = 100
_POINT: Final = re.compile(r"([+-]?)(\d+|\d{1,3}(?:[, \u00a0\u2009\u202f'\u2019]\d{3})+)?(?:\.(\d*))?", re.ASCII)
_COMMA: Final = re.compile(r"([+-]?)(\d+|\d{1,3}(?:[. \u00a0\u2009\u202f'\u2019]\d{3})+)?(?:,(\d*))?", re.ASCII)
_NO_DIGIT: Final = re.compile(r"\D", re.ASCII)


def parse_json(text: str) -> Any:
    """The value of a JSON document, its fractions with all their digits; null for an empty text."""
    if not text or text.isspace():
        return None
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_json)
    except RecursionError:
        raise InvalidValueError("is given JSON that is nested too deeply") from None
    except (ValueError, ArithmeticError):
        # Their messages quote the text.
        raise InvalidValueError("is given text that is no JSON") from None


def parse_number(value: str | float | Decimal, decimal_comma: bool = False) -> Any:  # noqa: FBT001, FBT002 - a function of expressions
    """The number that a text is, digit by digit: `1,234.50`, or with a decimal comma `1.234,50`.

    An empty text gives null. Groups of three digits may be parted by the other mark, by blanks or by apostrophes.
    """
    if not isinstance(value, str):
        return value
    text = value.strip().replace("\u2212", "-")
    if not text:
        return None
    if len(text) > 2 * _MOST_DIGITS:
        raise InvalidValueError(f"is given a number of more than {_MOST_DIGITS} digits")
    written = (_COMMA if decimal_comma else _POINT).fullmatch(text)
    sign, whole, fraction = written.groups() if written else ("", None, None)
    if not whole and not fraction:
        mark = "comma" if decimal_comma else "point"
        raise InvalidValueError(f"is given text that is no number with a decimal {mark}")
    digits = _NO_DIGIT.sub("", whole or "0")
    return Decimal(f"{sign}{digits}.{fraction}") if fraction else int(f"{sign}{digits}")


def lookup(tables: Tables, table: str, key: Any) -> Any:
    """What the table has for the key; null where it has nothing."""
    return tables[table].get(as_key(key))


def _no_json(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")
