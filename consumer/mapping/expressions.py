"""JMESPath over Avro's values: its interpreter and its functions, for which a record is as it is in JSON.

JMESPath knows JSON only. Dates and bytes are therefore the text that they become in the request, so that
`created_at > '2026-01-01'` compares; decimals are numbers that keep their digits, and so is `19.99` in an
expression. What `decimals` says of them holds for `==`, `<`, `contains` and `sum`; `avg` of decimals is rounded to
28 digits.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

import orjson
from jmespath.exceptions import JMESPathError, JMESPathTypeError
from jmespath.functions import Functions, signature
from jmespath.visitor import Options, TreeInterpreter

from consumer.config.expression_syntax import Node, walked
from consumer.mapping.arithmetic import operate, signed
from consumer.mapping.decimals import comparable, equal, exact_sum
from consumer.mapping.errors import InvalidValueError
from consumer.mapping.functions import LAZY, OWN_FUNCTIONS, Work, called, is_present, own_functions
from consumer.mapping.json_types import json_type, named_type
from consumer.mapping.shared import NOTHING_SHARED, Shared
from consumer.mapping.values import jsonable, plain


def compile_expression(tree: Any, shared: Shared = NOTHING_SHARED) -> Callable[[Any], Any]:
    """Make what finds the expression's value in a record.

    Args:
        tree: the expression.
        shared: what it can look at beside the record.

    Returns:
        A function of the record, which raises InvalidValueError when the expression cannot be computed, such as the
        sum of texts.
    """
    interpreter = _Interpreter(shared)
    visit, begin = interpreter.visit, interpreter.begin
    has_state = any(_has_state(part) for part in walked(tree))

    def get(value: Any) -> Any:
        try:
            if has_state:
                begin()
            return visit(tree, value)
        except JMESPathTypeError as error:
            given, taken = named_type(error.actual_type), " or ".join(error.expected_types)
            raise InvalidValueError(f"{error.function_name}() was given {given}; it takes {taken}") from None
        except (JMESPathError, TypeError, ValueError, ArithmeticError, RecursionError):
            # Their messages quote the values.
            raise InvalidValueError("the expression cannot be computed on this record") from None

    return get


def _has_state(part: Node) -> bool:
    is_own = part["type"] == "function_expression" and part["value"] in OWN_FUNCTIONS
    return is_own or part["type"] == "let_expression"


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def put_in_order(one: Any, other: Any) -> bool:
        try:
            return compare(*comparable(one, other))
        except TypeError:
            sides = " and ".join(json_type(each) for each in (one, other))
            raise InvalidValueError(f"puts {sides} in order: only two numbers or two texts have one") from None

    return put_in_order


class _Interpreter(TreeInterpreter):
    """Computes one expression. Its state is of the record at hand: what `let` binds, and how much is done."""

    COMPARATOR_FUNC: ClassVar[dict[str, Any]] = {
        "eq": equal,
        "ne": lambda one, other: not equal(one, other),
        "lt": _ordered(operator.lt),
        "gt": _ordered(operator.gt),
        "lte": _ordered(operator.le),
        "gte": _ordered(operator.ge),
    }

    def __init__(self, shared: Shared) -> None:
        super().__init__(Options(custom_functions=_Functions()))
        self._own = own_functions(shared.tables)
        self._around = shared.around
        self._work = Work()
        self._bound: list[dict[str, Any]] = []

    def begin(self) -> None:
        """Forget the last record."""
        self._bound.clear()
        self._work.begin()

    def visit_function_expression(self, node: Any, value: Any) -> Any:
        function = self._own.get(node["value"])
        if function is None:
            return super().visit_function_expression(node, value)
        if node["value"] == LAZY:
            return self._first_present(node["children"], value)
        arguments = [self.visit(child, value) for child in node["children"]]
        return called(node["value"], function, arguments, self._work)

    def _first_present(self, children: Any, value: Any) -> Any:
        return next(filter(is_present, (self.visit(child, value) for child in children)), None)

    def visit_arithmetic(self, node: Any, value: Any) -> Any:
        left, right = node["children"]
        return operate(node["value"], self.visit(left, value), self.visit(right, value))

    def visit_arithmetic_unary(self, node: Any, value: Any) -> Any:
        return signed(node["value"], self.visit(node["children"][0], value))

    def visit_let_expression(self, node: Any, value: Any) -> Any:
        *bindings, inner = node["children"]
        self._bound.append({each["value"]: self.visit(each["children"][0], value) for each in bindings})
        found = self.visit(inner, value)
        self._bound.pop()
        return found

    def visit_variable_ref(self, node: Any, _value: Any) -> Any:
        return next((scope[node["value"]] for scope in reversed(self._bound) if node["value"] in scope), None)

    def visit_surroundings(self, node: Any, _value: Any) -> Any:
        return plain(self._around.value(node["value"]))

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
        return named_type(name)

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
            given = json_type(search)
            raise InvalidValueError(f"contains() searches a text for a text, and was given {given}")
        return search in subject

    @signature({"types": []})
    def _func_type(self, value: Any) -> str:
        return json_type(plain(value))

    @signature({"types": []})
    def _func_to_number(self, value: Any) -> Any:
        return value if isinstance(value, Decimal) else super()._func_to_number(value)  # type: ignore[misc]  # not in the stubs

    @signature({"types": ["string"]}, {"types": ["array", "null"]})
    def _func_join(self, glue: str, parts: list[Any] | None) -> str | None:
        """What is null is left out, as in SQL's `concat_ws`; of nothing but nulls it is null."""
        texts = [each for each in parts or () if each is not None]
        for each in texts:
            if not isinstance(each, str):
                raise InvalidValueError(f"join() takes a list of texts, and was given one with {json_type(each)}")
        return glue.join(texts) if texts or parts == [] else None

    @signature({"types": []})
    def _func_to_string(self, value: Any) -> str | None:
        """Of null it is null, and not the text `null`: what is missing stays missing."""
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, Decimal):
            return format(value, "f")
        return orjson.dumps(jsonable(value)).decode()
