"""What can be found held against what is wanted: what is refused, what may be ignored, what only records tell."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from consumer.commands.typecheck.comparisons import enumerated
from consumer.commands.typecheck.findings import OMITTED, REFUSED, Finding, Severity
from consumer.commands.typecheck.shapes import Shape, has_no_zone, kind, symbols_of
from consumer.commands.typecheck.type_rules import ANY, CONVERTIBLE, SCALARS, TypeRule

_WORDS = {
    "text": frozenset(("string",)),
    "a number": frozenset(("integer", "number")),
    "a whole number": frozenset(("integer",)),
    "a boolean": frozenset(("boolean",)),
    "a date": frozenset(("date",)),
    "a list of records": frozenset(("array",)),
    "a record": frozenset(("record",)),
}
_ARTICLES = {"integer": "an"}
_OF_SOME = {
    ("number", "integer"): ("a number", "has a fraction"),
    ("integer", "boolean"): ("a whole number", "is neither 0 nor 1"),
}
"""Kinds of which only some values make sense as what an `as:` says, beside text."""
_COUNTED = frozenset(("integer", "number"))
_UNIT = "; say what it counts with `unit`, such as `unit: days`"
_MILLISECONDS = (
    "a whole number without a unit: it is taken as milliseconds since 1970, and not seconds, unless `unit` says so"
)
_LOCAL = "is a local timestamp, and is sent without a zone: say with the route's `timezone` which it is in"


def check_type(rule: TypeRule, shape: Shape) -> Iterator[Finding]:
    """What is wrong with a shape that is known."""
    if not shape.types:
        yield Finding(Severity.ERROR, "is null in every record", ignored=True)
        return
    refused = [avro for avro in shape.types if not _is_taken(rule, avro)]
    if refused:
        severity = Severity.ERROR if len(refused) == len(shape.types) else Severity.WARNING
        # What is left out of every record has no effect on them: they are sent.
        ignored = rule.omitted and severity is Severity.ERROR
        yield Finding(severity, _refusal(rule, refused, shape), ignored=ignored)
        return
    for avro in shape.types:
        unfit = [symbol for symbol in symbols_of(avro) or () if not rule.takes(symbol)]
        if unfit:
            message = f"may be {enumerated(unfit)}: none of them {_can(rule)}, {_cost(rule)}"
            yield Finding(Severity.WARNING, message)
    if undocumented := _undocumented(rule, shape):
        yield undocumented
    elif rule.convert is not None:
        yield from _by_value(rule, rule.convert, shape)
    if rule.zone is None and rule.convert != "date" and rule is not ANY and any(map(has_no_zone, shape.types)):
        yield Finding(Severity.WARNING, _LOCAL)


def _is_taken(rule: TypeRule, avro: Any) -> bool:
    if rule.kinds is not None and kind(avro) not in rule.kinds:
        return False
    symbols = symbols_of(avro)
    return symbols is None or any(map(rule.takes, symbols))


def _refusal(rule: TypeRule, refused: list[Any], shape: Shape) -> str:
    kinds = tuple(dict.fromkeys(map(kind, refused)))
    is_or_may_be = "is" if len(refused) == len(shape.types) else "may be"
    symbols = [symbol for avro in refused for symbol in symbols_of(avro) or ()]
    if symbols and (rule.kinds is None or "string" in rule.kinds):
        return f"{is_or_may_be} {enumerated(symbols)}: none of them {_can(rule)}, {_cost(rule)}"
    wanted = in_words(rule.kinds or ())
    hint = "" if rule.convert or rule.kinds is None else _conversion(kinds, rule.kinds)
    if rule.convert in {"date", "datetime"} and _COUNTED.issuperset(kinds):
        hint = _UNIT
    becomes = f" for `as: {rule.convert}`" if rule.convert else ""
    return f"{is_or_may_be} {' or '.join(kinds)}, and must be {wanted}{becomes}: {_cost(rule)}{hint}"


def _cost(rule: TypeRule) -> str:
    return OMITTED if rule.omitted else REFUSED


def _can(rule: TypeRule) -> str:
    return (
        f"can become {_ARTICLES.get(rule.convert, 'a')} {rule.convert}" if rule.convert else "keeps the field's rule"
    )


def in_words(kinds: Collection[str]) -> str:
    """`text or a whole number`."""
    if SCALARS.issubset(kinds):
        return "a single value"
    left = set(kinds)
    words = []
    for word, meant in _WORDS.items():
        if meant <= left:
            words.append(word)
            left -= meant
    return " or ".join(words)


def _undocumented(rule: TypeRule, shape: Shape) -> Finding | None:
    if rule.documented is None:
        return None
    found = shape.kinds if rule.convert is None else (rule.convert,)
    strange = [each for each in found if each not in rule.documented]
    if not strange:
        return None
    becomes = "is" if rule.convert is None else "becomes"
    message = f"{becomes} {' or '.join(strange)}, and Bluecore documents {in_words(rule.documented)}"
    hint = _conversion(strange, rule.documented) if rule.convert is None else ""
    if "date" in rule.documented and _COUNTED.issuperset(strange):
        hint = "; `as: date` makes a date of it" + _UNIT
    return Finding(Severity.WARNING, f"{message}: it is sent, and may be ignored{hint}")


def _conversion(found: Collection[str], wanted: frozenset[str]) -> str:
    """The `as:` that makes all that is found into what is wanted."""
    possible = [name for name in CONVERTIBLE if name in wanted and CONVERTIBLE[name].issuperset(found)]
    return f"; `as: {possible[0]}` converts" if possible and "boolean" not in found else ""


def _by_value(rule: TypeRule, convert: str, shape: Shape) -> Iterator[Finding]:
    if rule.unit is not None and not {"integer", "number", "string"}.intersection(shape.kinds):
        yield Finding(Severity.WARNING, f"is {shape.described()}, which has no other unit: `unit` has no effect")
    for avro in shape.types:
        if kind(avro) == "string" and convert != "string" and symbols_of(avro) is None:
            yield Finding(Severity.INFO, f"is text: {_of_some(rule, 'text', f'is no {convert}')}")
        elif kind(avro) == "integer" and convert == "datetime" and rule.unit is None:
            yield Finding(Severity.INFO, f"is {_MILLISECONDS}")
        elif some := _OF_SOME.get((kind(avro), convert)):
            yield Finding(Severity.INFO, f"is {some[0]}: {_of_some(rule, 'value', some[1])}")


def _of_some(rule: TypeRule, what: str, unfit: str) -> str:
    return f"a {what} that {unfit} is left out" if rule.omitted else f"a record whose {what} {unfit} is refused"
