"""Decimals among JSON's other numbers: compared by value, added without loss.

A float that meets a decimal counts as the shortest decimal that names it, as JSON writes it: 0.1 is 0.1, not
0.1000000000000000055. Floats among themselves keep their own arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal, Inexact, InvalidOperation
from math import isfinite
from typing import Any

from consumer.mapping.errors import InvalidValueError
from consumer.mapping.values import plain

# More digits than `values` writes; a sum that needs more is refused rather than rounded.
_EXACT = Context(prec=300, traps=[Inexact, InvalidOperation])


def comparable(one: Any, other: Any) -> tuple[Any, Any]:
    """The two as a pair that Python compares by value: where one is a Decimal, no finite float is left."""
    if isinstance(one, Decimal) and isinstance(other, float):
        return (one, _to_decimal(other)) if isfinite(other) else (float(one), other)
    if isinstance(one, float) and isinstance(other, Decimal):
        return (_to_decimal(one), other) if isfinite(one) else (one, float(other))
    return one, other


def equal(one: Any, other: Any) -> bool:
    """JMESPath's `==`, for whatever a record has: a boolean is no number, and 1 is 1.0 is 1.00."""
    one, other = comparable(plain(one), plain(other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(value, other[name]) for name, value in one.items())
    return bool(one == other)


def exact_sum(numbers: Sequence[float | Decimal]) -> float | Decimal:
    """The sum: exact where a Decimal is among them, else as Python adds integers and floats.

    Raises:
        InvalidValueError: it has more than 300 digits, or no value.
    """
    if not any(isinstance(number, Decimal) for number in numbers):
        return sum(numbers)
    try:
        total = Decimal(0)
        for number in numbers:
            total = _EXACT.add(total, _to_decimal(number) if isinstance(number, float) else number)
    except ArithmeticError:
        raise InvalidValueError("has a sum that no number holds exactly") from None
    return total


def _to_decimal(number: float) -> Decimal:
    return Decimal(repr(number))
