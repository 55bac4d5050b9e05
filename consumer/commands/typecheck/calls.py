"""Functions by their types: what each takes of its arguments, and what it makes of them.

What a function takes is read from the tables by which it refuses a record at run time: JMESPath's, and our own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from jmespath.functions import Functions

from consumer.commands.typecheck.comparisons import json_type, json_types
from consumer.commands.typecheck.findings import REFUSED, Finding, NotComputableError, Severity
from consumer.commands.typecheck.shapes import UNKNOWN, Shape, items, kind, list_of, shape_of, union_of, values
from consumer.config.expression_syntax import Node
from consumer.mapping.functions import NULL_GIVES_NULL, OWN_FUNCTIONS
from consumer.mapping.paths import FUNCTIONS

Named = Mapping[str, Any]
Result = Callable[[Sequence[Shape], Named], Shape]

_TEXT = Shape(("string",))
_INTEGER = Shape(("long",))
_BOOLEAN = Shape(("boolean",))
_SCALARS = {str: "string", bool: "boolean", int: "long", float: "double"}
_WORDS = {
    "number": "a number",
    "string": "a text",
    "integer": "a whole number",
    "boolean": "a boolean",
    "array": "a list",
    "object": "an object",
    "array-number": "a list of numbers",
    "array-string": "a list of texts",
}
_WITHOUT_A_UNIT = 2
_OPEN = frozenset(
    name for name, function in Functions.FUNCTION_TABLE.items() if function["signature"][-1].get("variadic")
)
"""Functions that take any number of arguments."""
SORTABLE = ("number", "string")
"""What `sort_by`, `max_by` and `min_by` take for a key."""


def arguments_of(function: str) -> list[tuple[str, ...]]:
    """The types that each argument may have, none for all; `expref` is an expression, such as `&price`."""
    own = OWN_FUNCTIONS.get(function)
    if own is not None:
        return [parameter.types for parameter in own.parameters]
    table: Mapping[str, Any] = Functions.FUNCTION_TABLE
    return [tuple(argument["types"]) for argument in table[function]["signature"]]


def call_errors(tree: Node) -> Iterator[str]:
    """Calls that fail on every record: with too few or too many arguments, or without the `&` of an expression."""
    if tree["type"] == "function_expression" and tree["value"] in FUNCTIONS:
        yield from _call_errors(tree["value"], tree["children"])
    for child in tree["children"]:
        if isinstance(child, dict):
            yield from call_errors(child)


def _call_errors(function: str, arguments: Sequence[Node]) -> Iterator[str]:
    wanted = arguments_of(function)
    own = OWN_FUNCTIONS.get(function)
    is_open = function in _OPEN if own is None else own.variadic
    least = len(wanted) if own is None else own.least
    if len(arguments) < least or (len(arguments) > len(wanted) and not is_open):
        or_more = " or more" if is_open else f" to {len(wanted)}" if least < len(wanted) else ""
        yield f"{function}() is given {len(arguments)} arguments, and takes {least}{or_more}"
        return
    for position, (types, argument) in enumerate(zip(wanted, arguments, strict=False), start=1):
        is_expression = argument["type"] == "expref"
        if ("expref" in types) and not is_expression:
            yield f"{function}() takes an expression as argument {position}: write & before it, as in &price"
        elif is_expression and "expref" not in types:
            yield f"{function}() takes a value as argument {position}: leave out the &"


def accepted_argument(
    function: str, types: Sequence[str], argument: Shape, named: Named
) -> tuple[Shape, list[Finding]]:
    """The argument, as far as the function takes it, and what it does not take.

    Raises:
        NotComputableError: it takes none of what the argument can be.
    """
    if not types or not argument.known:
        return argument, []
    if function in NULL_GIVES_NULL and argument.nullable:
        # A null gives null, and refuses nothing.
        taken, findings = accepted_argument(function, types, argument.not_null(), named)
        return taken.or_null(), findings
    verdicts = {index: _verdict(avro, types, named, function) for index, avro in enumerate(argument.types)}
    taken = Shape(tuple(avro for index, avro in enumerate(argument.types) if verdicts[index] is not False))
    wanted = " or ".join(_WORDS.get(each, each) for each in types)
    if not taken.types and not (function in NULL_GIVES_NULL and not argument.types):
        found = " or ".join(dict.fromkeys(_written(avro, named) for avro in argument.types)) or "null"
        raise NotComputableError(f"{function}() takes {wanted}, and is given {found}: such a record is refused")
    doubts = [_written(argument.types[index], named) for index, verdict in verdicts.items() if verdict is not True]
    if argument.nullable:
        doubts.append("null")
    if not doubts:
        return taken, []
    message = f"{function}() takes {wanted}, and may be given {' or '.join(doubts)}: such a record is refused"
    return taken, [Finding(Severity.WARNING, message)]


def accepted_operand(operator: str, operand: Shape, named: Named) -> tuple[Shape, list[Finding]]:
    """The operand of arithmetic, as far as it is a number; a null makes the result null.

    Raises:
        NotComputableError: it never is one.
    """
    taken = Shape(tuple(avro for avro in operand.types if json_type(kind(avro)) == "number"), operand.nullable)
    others = " or ".join(dict.fromkeys(_written(avro, named) for avro in operand.types if avro not in taken.types))
    hint = "; parse_number() reads one" if "string" in operand.kinds else ""
    if not taken.types:
        raise NotComputableError(f"{operator} takes numbers, and is given {others}: such a record is refused{hint}")
    if not others:
        return taken, []
    message = f"{operator} takes numbers, and may be given {others}: such a record is refused{hint}"
    return taken, [Finding(Severity.WARNING, message)]


def result_of(function: str, arguments: Sequence[Shape], named: Named) -> Shape:
    result = _RESULTS.get(function)
    found = UNKNOWN if result is None else result(arguments, named)
    if function in NULL_GIVES_NULL and any(argument.nullable for argument in arguments):
        return found.or_null()
    return found


def of_records(function: str, arguments: Sequence[Shape], named: Named) -> Iterator[Finding]:
    """What only the records can tell: values of the right type that it cannot read, or reads in its own way."""
    own, first = OWN_FUNCTIONS.get(function), arguments[0]
    if own is not None and own.refuses and "string" in first.kinds:
        yield Finding(Severity.INFO, f"{function}() cannot read {own.refuses}: {REFUSED}")
    is_count = not {"integer", "number"}.isdisjoint(first.kinds)
    if function == "format_date" and len(arguments) == _WITHOUT_A_UNIT and is_count:
        what = "format_date() takes a number as milliseconds since 1970"
        yield Finding(Severity.INFO, f"{what}, unless a third argument says what it counts, such as 'seconds'")
    if function == "join" and (parts := items(arguments[1], named)) is not None and parts.nullable:
        yield Finding(Severity.INFO, "join() leaves out what is null, and is null where all of it is")


def misread_keys(name: str, key: Shape, table: Mapping[str, Any]) -> Iterator[Finding]:
    """A text that is looked up among flags: what stands without quotes in YAML may be one."""
    flags = [flag for flag in ("true", "false") if flag in table]
    if flags and key.known and "string" in key.kinds and "boolean" not in key.kinds:
        which = " and ".join(flags)
        message = (
            f"looks up a text, and the table {name} has the key {which}: without quotes, YAML reads y, yes and on"
        )
        yield Finding(Severity.WARNING, f"{message} as true, n, no and off as false")


def looked_up(table: Mapping[str, Any]) -> Shape:
    """The value of a table, which need not have the key."""
    return Shape(tuple(dict.fromkeys(_SCALARS[type(value)] for value in table.values())), nullable=True)


def _verdict(avro: Any, types: Sequence[str], named: Named, function: str) -> bool | None:
    """Whether the function takes the type: always, never, or (None) some of its values."""
    written = json_type(kind(avro))
    if written in types:
        return True
    if written == "number" and "integer" in types:
        return True if kind(avro) == "integer" else None
    inner = [each.removeprefix("array-") for each in types if each.startswith("array-")]
    if written != "array" or not inner:
        return False
    elements = shape_of(avro["items"], named)
    if not elements.known:
        return None
    if function in NULL_GIVES_NULL:
        elements = elements.not_null()
    found = json_types(elements)
    if not found.intersection(inner) and (found or elements.nullable):
        return False
    return True if len(found) <= 1 and not elements.nullable else None


def _written(avro: Any, named: Named) -> str:
    if kind(avro) != "array":
        return kind(avro)
    elements = shape_of(avro["items"], named)
    kinds = [*elements.kinds, *(["null"] if elements.nullable else [])]
    return f"an array of {' or '.join(kinds) or 'nothing'}"


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
