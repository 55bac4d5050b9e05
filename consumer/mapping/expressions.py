"""JMESPath over Avro's values: its interpreter and its functions, for which a record is as it is in JSON.

JMESPath knows JSON only. Dates and bytes are therefore the text that they become in the request, so that
`created_at > '2026-01-01'` compares; decimals are numbers that keep their digits, and so is `19.99` in an
expression. What `decimals` says of them holds for `==`, `<`, `contains` and `sum`; `avg` of decimals is rounded to
28 digits.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

import orjson
from jmespath import ast
from jmespath.exceptions import JMESPathError, JMESPathTypeError
from jmespath.functions import TYPES_MAP, Functions, signature
from jmespath.parser import Parser
from jmespath.visitor import Options, TreeInterpreter

from consumer.mapping.decimals import comparable, equal, exact_sum
from consumer.mapping.errors import InvalidValueError
from consumer.mapping.values import jsonable, plain


def compile_expression(expression: str) -> Callable[[Any], Any]:
    """Make what finds the expression's value in a record; the expression is known to be JMESPath.

    Returns:
        A function of the record, which raises InvalidValueError when the expression cannot be computed, such as the
        sum of texts.
    """
    tree = _Parser(expression).parse(expression).parsed
    visit = _Interpreter(Options(custom_functions=_Functions())).visit

    def get(value: Any) -> Any:
        try:
            return visit(tree, value)
        except JMESPathTypeError as error:
            given, taken = _type(error.actual_type), " or ".join(error.expected_types)
            raise InvalidValueError(f"{error.function_name}() was given {given}; it takes {taken}") from None
        except (JMESPathError, TypeError, ValueError, ArithmeticError):
            # Their messages quote the values.
            raise InvalidValueError("the expression cannot be computed on this record") from None

    return get


class _Parser(Parser):
    """Reads the numbers of an expression with all their digits; JMESPath's own makes floats of them."""

    # Its own, as the base's holds trees with floats.
    _CACHE: ClassVar[dict[str, Any]] = {}

    def __init__(self, expression: str) -> None:
        super().__init__()
        self._expression_text = expression

    def _token_nud_literal(self, token: Any) -> Any:
        # A literal's `end` is its length.
        text = self._expression_text[token["start"] : token["start"] + token["end"]]
        if isinstance(token["value"], float | list | dict):
            return ast.literal(json.loads(text.strip("`").replace("\\`", "`"), parse_float=Decimal))
        return ast.literal(token["value"])


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def put_in_order(one: Any, other: Any) -> bool:
        try:
            return compare(*comparable(one, other))
        except TypeError:
            sides = " and ".join(_type(type(each).__name__) for each in (one, other))
            raise InvalidValueError(f"puts {sides} in order: only two numbers or two texts have one") from None

    return put_in_order


class _Interpreter(TreeInterpreter):
    COMPARATOR_FUNC: ClassVar[dict[str, Any]] = {
        "eq": equal,
        "ne": lambda one, other: not equal(one, other),
        "lt": _ordered(operator.lt),
        "gt": _ordered(operator.gt),
        "lte": _ordered(operator.le),
        "gte": _ordered(operator.ge),
    }

    def visit_field(self, node: Any, value: Any) -> Any:
        return plain(value.get(node["value"])) if isinstance(value, dict) else None

    def visit_index(self, node: Any, value: Any) -> Any:
        return plain(super().visit_index(node, value))

    def visit_current(self, _node: Any, value: Any) -> Any:
        return plain(value)

    def visit_identity(self, _node: Any, value: Any) -> Any:
        return plain(value)


class _Functions(Functions):
    """JMESPath's functions, for which a Decimal is a number too."""

    def _get_allowed_pytypes(self, types: list[str]) -> tuple[list[str], list[tuple[str, ...]]]:
        allowed, inner = super()._get_allowed_pytypes(types)  # type: ignore[misc]  # not in the stubs
        return (
            [*allowed, "Decimal"] if "float" in allowed else allowed,
            [(*names, "Decimal") if "float" in names else names for names in inner],
        )

    def _convert_to_jmespath_type(self, name: str) -> str:
        return _type(name)

    @signature({"types": ["number"]})
    def _func_abs(self, number: Any) -> Any:
        # The built-in rounds a Decimal to 28 digits.
        return number.copy_abs() if isinstance(number, Decimal) else abs(number)

    @signature({"types": ["array-number"]})
    def _func_sum(self, numbers: Any) -> Any:
        return exact_sum(numbers)

    @signature({"types": ["array-number"]})
    def _func_avg(self, numbers: Any) -> Any:
        return exact_sum(numbers) / len(numbers) if numbers else None

    @signature({"types": ["array", "string"]}, {"types": []})
    def _func_contains(self, subject: Any, search: Any) -> bool:
        if not isinstance(subject, str):
            return any(equal(each, search) for each in subject)
        if not isinstance(search, str):
            given = _type(type(search).__name__)
            raise InvalidValueError(f"contains() searches a text for a text, and was given {given}")
        return search in subject

    @signature({"types": []})
    def _func_type(self, value: Any) -> str:
        return _type(type(plain(value)).__name__)

    @signature({"types": []})
    def _func_to_number(self, value: Any) -> Any:
        return value if isinstance(value, Decimal) else super()._func_to_number(value)  # type: ignore[misc]  # not in the stubs

    @signature({"types": []})
    def _func_to_string(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, Decimal):
            return format(value, "f")
        return orjson.dumps(jsonable(value)).decode()


def _type(name: str) -> str:
    return "number" if name == "Decimal" else TYPES_MAP.get(name, name)
