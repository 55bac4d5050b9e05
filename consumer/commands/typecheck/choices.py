"""The value that chooses the event or the destination, held against the values that the route names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from consumer.commands.typecheck.comparisons import enumerated
from consumer.commands.typecheck.findings import Finding, Severity
from consumer.commands.typecheck.fitting import in_words
from consumer.commands.typecheck.lookups import MAY_BE_NULL, Scope, look_up, value_findings
from consumer.commands.typecheck.requirements import Requirement
from consumer.commands.typecheck.shapes import Shape, kind, symbols_of
from consumer.config.route import DestinationByValue, EventByValue
from consumer.mapping.choices import Value, chosen, meanings
from consumer.mapping.names import as_yaml
from consumer.records import CONSENTS
from consumer.suggestions import nearest

_NULL = "null"
_WORD = {True: "yes, on or y", False: "no, off or n"}
_KINDS = {bool: "boolean", int: "integer", str: "string", type(None): _NULL}


Choice = EventByValue | DestinationByValue


def choice_findings(event: Choice, record: Scope, place: str = "event") -> Iterator[Finding]:
    """What is wrong with the path, and with each value: one that no record has, one that the route does not name.

    Args:
        event: the choice, of an event or of a destination.
        record: in which its value is.
        place: the key of the choice in its route.
    """
    kinds = _named_kinds(event.values)
    required = event.default is None and _NULL not in kinds
    chooser = Requirement(f"{place}.path", (event.path,), required=required)
    yield from value_findings(chooser, record)
    shape, _ = look_up(chooser, record)
    if shape is None or not shape.known or not shape.types:
        return
    others = [each for each in shape.kinds if each not in kinds]
    if others and event.default is None:
        severity = Severity.ERROR if len(others) == len(shape.kinds) else Severity.WARNING
        message = f"is {' or '.join(others)}, and the values are named as {in_words(kinds)}: such a record is refused"
        yield Finding(severity, message + _hint(event, shape)).with_path(f"{place}.path", event.path)
    yield from _keys(event, shape, place)
    yield from _values(event, shape, place)


def _keys(event: Choice, shape: Shape, place: str) -> Iterator[Finding]:
    texts = _texts(shape)
    known = {text.casefold() if event.ignore_case else text for text in texts or ()}
    for value in event.values:
        key = f"{place}.values.{as_yaml(value)}"
        fitting = _kinds(value) & {*shape.kinds, _NULL}
        if not fitting:
            if any(_kinds(other).intersection(shape.kinds) for other in event.values):
                message = f"is {_KINDS[type(value)]}, and the value is {shape.described()}: no record has it"
                if isinstance(value, bool) and "string" in shape.kinds:
                    message += f"; a word that YAML reads as {as_yaml(value)}, such as {_WORD[value]}, goes in quotes"
                yield Finding(Severity.ERROR, message, ignored=True).with_path(key, event.path)
        elif fitting == {"string"} and texts is not None and _written(value, event) not in known:
            message = f"no record has it: the symbols are {enumerated(texts)}"
            near = nearest(as_yaml(value), texts)
            yield Finding(Severity.ERROR, message, near, ignored=True).with_path(key, event.path)


def _values(event: Choice, shape: Shape, place: str) -> Iterator[Finding]:
    if event.default is not None:
        yield from _default(event, shape, place)
        return
    named = _named_kinds(event.values)
    keys = {meant for value in event.values for meant in meanings(value, ignore_case=event.ignore_case)}
    possible: list[bool | str] = list(_texts(shape) or ()) if "string" in named else []
    if "boolean" in shape.kinds and "boolean" in named:
        possible += [True, False]
    open_kinds = {kind(avro) for avro in shape.types if symbols_of(avro) is None} & {"string", "integer"}
    for each in sorted(open_kinds & named):
        message = f"is {each}: a record whose value is none of those named is refused"
        yield Finding(Severity.INFO, message).with_path(f"{place}.path", event.path)
    left = [as_yaml(each) for each in possible if chosen(each, ignore_case=event.ignore_case) not in keys]
    if left:
        message = f"may be {enumerated(left)}, of which no {place} is named: such a record is refused"
        yield Finding(Severity.WARNING, f"{message}, unless `when` leaves it out").with_path(
            f"{place}.path", event.path
        )


def _default(event: Choice, shape: Shape, place: str) -> Iterator[Finding]:
    if event.default in CONSENTS:
        message = (
            f"every value that is not named becomes {event.default}: name the values that mean it, and skip others"
        )
        yield Finding(Severity.WARNING, message).with_path(f"{place}.default", event.path)
        if shape.nullable:
            yield Finding(Severity.WARNING, MAY_BE_NULL).with_path(f"{place}.path", event.path)


def _written(value: Any, event: Choice) -> Any:
    return value.casefold() if event.ignore_case and isinstance(value, str) else value


def _kinds(value: Value) -> frozenset[str]:
    """Of all that a value stands for: `"true"` is the text, and the flag."""
    return frozenset(_KINDS[meant] for meant, _ in meanings(value, ignore_case=False))


def _named_kinds(values: Iterable[Value]) -> frozenset[str]:
    return frozenset().union(*map(_kinds, values))


def _texts(shape: Shape) -> tuple[str, ...] | None:
    """All texts that it can be, where the schema lists them."""
    found = [symbols_of(avro) for avro in shape.types if kind(avro) == "string"]
    if not found or None in found:
        return None
    return tuple(symbol for symbols in found for symbol in symbols or ())


def _hint(event: Choice, shape: Shape) -> str:
    """YAML's `true` is a boolean and `"true"` a text, which is easily overlooked."""
    if "string" in shape.kinds and not any(isinstance(value, str) for value in event.values):
        return "; write the values in quotes, as the records have them"
    return ""
