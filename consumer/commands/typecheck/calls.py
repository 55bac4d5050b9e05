"""Functions by their types: what each takes of its arguments, and what only the records tell of it.

What a function takes is read from the tables by which it refuses a record at run time: JMESPath's, and our own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jmespath.functions import Functions

from consumer.commands.typecheck.comparisons import json_type, json_types
from consumer.commands.typecheck.findings import REFUSED, Finding, NotComputableError, Severity
from consumer.commands.typecheck.shapes import Shape, items, kind, shape_of
from consumer.config.expression_syntax import Node
from consumer.mapping.functions import NULL_GIVES_NULL, OWN_FUNCTIONS
from consumer.mapping.paths import FUNCTIONS

Named = Mapping[str, Any]

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
