"""`+ - * / // %` of an expression: exact, as amounts are no floats.

A float counts as the shortest decimal that names it, so that 0.1 + 0.2 is 0.3. A quotient that never ends is rounded
to 28 digits. What an operand lacks, the result lacks: null gives null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from typing import Any, Final

from consumer.config.expression_syntax import ARITHMETIC
from consumer.mapping.errors import InvalidValueError
from consumer.mapping.json_types import json_type

_DIGITS: Final = 300
"""More than `values` writes; a result that needs more is refused rather than rounded."""
_EXACT: Final = Context(prec=_DIGITS, Emax=999, Emin=-999, traps=[Inexact, InvalidOperation, DivisionByZero])
_ROUNDED: Final = Context(prec=28, Emax=999, Emin=-999, traps=[InvalidOperation, DivisionByZero, Overflow])
_MOST_BITS: Final = 1_000
"""Of a whole number: about 300 digits."""

Number = int | Decimal


def operate(operator: str, left: Any, right: Any) -> Number | None:
    """The result of one operator, by its name in the syntax tree: a whole number of two whole ones is an int.

    Raises:
        InvalidValueError: an operand is no number, or the result none that can be told exactly.
    """
    if left is None or right is None:
        return None
    one, other = _number(operator, left), _number(operator, right)
    try:
        result = _OPERATIONS[operator](_decimal(one), _decimal(other))
    except (DivisionByZero, ZeroDivisionError):
        raise InvalidValueError(f"{ARITHMETIC[operator]} divides by zero") from None
    except InvalidOperation:
        zero = operator in _DIVISIONS and other == 0
        rule = "divides by zero" if zero else f"has a result of more than {_DIGITS} digits"
        raise InvalidValueError(f"{ARITHMETIC[operator]} {rule}") from None
    except ArithmeticError:
        raise InvalidValueError(f"{ARITHMETIC[operator]} has a result of more than {_DIGITS} digits") from None
    whole = isinstance(one, int) and isinstance(other, int) and (operator != "divide" or result == int(result))
    return int(result) if whole else result


def signed(operator: str, value: Any) -> Number | None:
    """The number behind a sign: `plus` or `minus`.

    Raises:
        InvalidValueError: it is none.
    """
    if value is None:
        return None
    number = _number(operator, value)
    if operator == "plus":
        return number
    return -number if isinstance(number, int) else number.copy_negate()


def _number(operator: str, value: Any) -> Number:
    kind = type(value)
    if kind is int:
        if value.bit_length() > _MOST_BITS:
            raise InvalidValueError(f"{ARITHMETIC[operator]} is given a number of more than {_DIGITS} digits")
        return int(value)
    if kind is float:
        value = Decimal(repr(value))
    if not isinstance(value, Decimal):
        hint = "; parse_number() reads one" if kind is str else ""
        raise InvalidValueError(f"{ARITHMETIC[operator]} takes numbers, and was given {json_type(value)}{hint}")
    if not value.is_finite():
        raise InvalidValueError(f"{ARITHMETIC[operator]} is given what is not a finite number")
    return value


def _decimal(number: Number) -> Decimal:
    return Decimal(number) if isinstance(number, int) else number


def _quotient(one: Decimal, other: Decimal) -> Decimal:
    try:
        return _EXACT.divide(one, other)
    except Inexact:
        return _ROUNDED.divide(one, other)


def _floored(one: Decimal, other: Decimal) -> Decimal:
    """`//` of negative numbers too goes down, and `%` has the sign of the divisor."""
    whole = _EXACT.divide_int(one, other)
    remainder = _EXACT.subtract(one, _EXACT.multiply(whole, other))
    return _EXACT.subtract(whole, Decimal(1)) if remainder and (remainder < 0) != (other < 0) else whole


def _remainder(one: Decimal, other: Decimal) -> Decimal:
    return _EXACT.subtract(one, _EXACT.multiply(_floored(one, other), other))


_DIVISIONS: Final = frozenset(("divide", "div", "modulo"))
_OPERATIONS: Final[Mapping[str, Callable[[Decimal, Decimal], Decimal]]] = {
    "plus": _EXACT.add,
    "minus": _EXACT.subtract,
    "multiply": _EXACT.multiply,
    "divide": _quotient,
    "div": _floored,
    "modulo": _remainder,
}
