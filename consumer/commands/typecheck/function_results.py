"""What functions make of their arguments, by type."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from consumer.commands.typecheck.comparisons import json_type
from consumer.commands.typecheck.shapes import UNKNOWN, Shape, items, kind, list_of, union_of, values
from consumer.mapping.functions import NULL_GIVES_NULL

Named = Mapping[str, Any]
Result = Callable[[Sequence[Shape], Named], Shape]

_TEXT = Shape(("string",))
_INTEGER = Shape(("long",))
_BOOLEAN = Shape(("boolean",))
_SCALARS = {str: "string", bool: "boolean", int: "long", float: "double"}


def result_of(function: str, arguments: Sequence[Shape], named: Named) -> Shape:
    result = _RESULTS.get(function)
    found = UNKNOWN if result is None else result(arguments, named)
    if function in NULL_GIVES_NULL and any(argument.nullable for argument in arguments):
        return found.or_null()
    return found


def looked_up(table: Mapping[str, Any]) -> Shape:
    """The value of a table, which need not have the key."""
    return Shape(tuple(dict.fromkeys(_SCALARS[type(value)] for value in table.values())), nullable=True)


def _elements(arguments: Sequence[Shape], named: Named) -> Shape:
    return items(arguments[0], named) or UNKNOWN


def _one_of(arguments: Sequence[Shape], named: Named) -> Shape:
    """One of the list's elements; null when it is empty."""
    return _elements(arguments, named).or_null()


def _to_number(arguments: Sequence[Shape], _named: Named) -> Shape:
    (argument,) = arguments
    numbers = [avro for avro in argument.types if json_type(kind(avro)) == "number"]
    others = len(numbers) < len(argument.types)
    texts = ("long", "double") if "string" in argument.kinds else ()
    return Shape((*numbers, *texts), nullable=others or argument.nullable)


def _reverse(arguments: Sequence[Shape], _named: Named) -> Shape:
    return Shape(tuple(avro if kind(avro) == "array" else "string" for avro in arguments[0].types))


def _to_array(arguments: Sequence[Shape], _named: Named) -> Shape:
    (argument,) = arguments
    lists = tuple(avro for avro in argument.types if kind(avro) == "array")
    others = Shape(tuple(avro for avro in argument.types if kind(avro) != "array"), argument.nullable)
    return Shape((*lists, *(list_of(others).types if others.types or others.nullable else ())), known=argument.known)


def _values(arguments: Sequence[Shape], named: Named) -> Shape:
    return list_of(values(arguments[0], named) or UNKNOWN)


def _parse_number(arguments: Sequence[Shape], _named: Named) -> Shape:
    numbers = tuple(avro for avro in arguments[0].types if json_type(kind(avro)) == "number")
    texts = ("long", "double") if "string" in arguments[0].kinds else ()
    return Shape((*numbers, *texts), nullable=bool(texts))


def _same(arguments: Sequence[Shape], _named: Named) -> Shape:
    return arguments[0]


def _always(shape: Shape) -> Result:
    return lambda _arguments, _named: shape


_RESULTS: dict[str, Result] = {
    **dict.fromkeys(("abs", "sort", "sort_by"), _same),
    **dict.fromkeys(("ceil", "floor", "length"), _always(_INTEGER)),
    **dict.fromkeys(("join", "to_string", "type"), _always(_TEXT)),
    **dict.fromkeys(("contains", "ends_with", "starts_with"), _always(_BOOLEAN)),
    **dict.fromkeys(("max", "min", "max_by", "min_by"), _one_of),
    # The sum of an empty list is the integer 0.
    "sum": lambda arguments, named: union_of([_elements(arguments, named).not_null(), _INTEGER]),
    "avg": _always(Shape(("double",), nullable=True)),
    "to_number": _to_number,
    "reverse": _reverse,
    "to_array": _to_array,
    "keys": _always(list_of(_TEXT)),
    "values": _values,
    **dict.fromkeys(("lower", "upper", "trim", "trim_left", "trim_right", "replace"), _always(_TEXT)),
    **dict.fromkeys(("pad_left", "pad_right", "substring", "sha256"), _always(_TEXT)),
    **dict.fromkeys(("parse_date", "format_date"), _always(_TEXT.or_null())),
    **dict.fromkeys(("find_first", "find_last"), _always(_INTEGER.or_null())),
    "split": _always(list_of(_TEXT)),
    "matches": _always(_BOOLEAN),
    "parse_number": _parse_number,
}
