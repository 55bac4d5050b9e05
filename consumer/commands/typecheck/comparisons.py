"""What two sides of a comparison can have in common, by their types alone.

Rules: JMESPath's specification; only numbers with numbers and texts with texts are in an order, and values of
different types are never equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from consumer.commands.typecheck.findings import Finding, NotComputableError, Severity
from consumer.commands.typecheck.shapes import Shape, is_literal, items, kind, symbols_of
from consumer.commands.typecheck.shapes import texts as texts_of
from consumer.suggestions import nearest

_NUMBERS = frozenset(("integer", "number"))
_CLASSES = {
    **dict.fromkeys(_NUMBERS, "number"),
    **dict.fromkeys(("map", "record"), "object"),
    # The decoder gives them as text.
    **dict.fromkeys(("uuid", "duration"), "string"),
}
_MANY = 6
_ORDERED = frozenset(("number", "string"))


def json_type(kind_of: str) -> str:
    """JMESPath's type for a kind: number, string, boolean, array, object; dates and the like are their own."""
    return _CLASSES.get(kind_of, kind_of)


def json_types(shape: Shape) -> frozenset[str]:
    return frozenset(json_type(each) for each in shape.kinds)


def check_equality(left: Shape, right: Shape) -> Iterator[Finding]:
    """Why the two are never equal."""
    if not _are_known(left, right) or (left.nullable and right.nullable):
        return
    common = json_types(left) & json_types(right)
    if not common:
        message = f"compares {left.described()} with {right.described()}, which are never equal"
        yield Finding(Severity.ERROR, message, ignored=True)
    texts, others = _symbols(left), _symbols(right)
    if common == {"string"} and texts is not None and others is not None and not texts & others:
        literals, symbols = (texts, others) if _are_literals(left) else (others, texts)
        yield _no_symbol(literals, symbols, Severity.ERROR)


def check_order(left: Shape, right: Shape) -> Iterator[Finding]:
    """What stands against putting the two in order.

    Raises:
        NotComputableError: one is text and the other a number, always.
    """
    if not _are_known(left, right):
        return
    pairs = set(product(json_types(left), json_types(right)))
    mixed = [pair for pair in pairs if set(pair) == _ORDERED]
    message = "puts a text and a number in order: such a record is refused"
    if len(mixed) == len(pairs) and not (left.nullable or right.nullable):
        raise NotComputableError(message)
    if mixed:
        yield Finding(Severity.WARNING, message)
    elif not any(one == other and one in _ORDERED for one, other in pairs):
        what = f"puts {left.described()} and {right.described()} in order, which have none: it is never true"
        yield Finding(Severity.ERROR, what, ignored=True)


def check_contains(subject: Shape, search: Shape, named: Mapping[str, Any]) -> Iterator[Finding]:
    """Why `contains(subject, search)` is never true, or not for each text that the expression lists.

    Raises:
        NotComputableError: a text is searched for something else than a text.
    """
    if not _are_known(subject, search):
        return
    listed = items(subject, named)
    if "string" in subject.kinds and ("string" not in search.kinds or len(json_types(search)) > 1 or search.nullable):
        message = f"contains() searches a text for a text, and not for {search.described()}"
        if "string" not in search.kinds and listed is None:
            raise NotComputableError(message)
        yield Finding(Severity.WARNING, f"{message}: such a record is refused")
    elif listed is None:
        texts, parts = _symbols(subject), _symbols(search)
        if texts is not None and parts is not None and not any(part in text for part in parts for text in texts):
            yield _no_symbol(parts, texts, Severity.ERROR, "stands in none of")
    elif "string" not in subject.kinds:
        yield from _listed(texts_of(listed), search)


def _listed(listed: Shape, search: Shape) -> Iterator[Finding]:
    texts, searched = _symbols(listed), _symbols(search)
    if texts is None or searched is None or not _are_literals(listed):
        yield from check_equality(listed, search)
    elif unknown := texts - searched:
        yield _no_symbol(unknown, searched, Severity.ERROR if unknown == texts else Severity.WARNING)


def _are_known(*shapes: Shape) -> bool:
    return all(shape.known and shape.types for shape in shapes)


def _symbols(shape: Shape) -> frozenset[str] | None:
    """All its texts, where each of its texts is one of a list."""
    found = [symbols_of(avro) for avro in shape.types if kind(avro) == "string"]
    lists = [symbols for symbols in found if symbols is not None]
    return frozenset(text for symbols in lists for text in symbols) if found and len(lists) == len(found) else None


def _are_literals(shape: Shape) -> bool:
    return all(is_literal(avro) for avro in shape.types)


def _no_symbol(texts: Iterable[str], symbols: Iterable[str], severity: Severity, says: str = "is none of") -> Finding:
    written, known = ", ".join(sorted(texts)), sorted(symbols)
    nearest_name = nearest(min(texts), known)
    return Finding(
        severity, f"{written} {says} the symbols {enumerated(known)}: no record has it", nearest_name, ignored=True
    )


def enumerated(names: Iterable[str]) -> str:
    """The names in a row, so many as one reads."""
    each = list(names)
    return ", ".join(each[:_MANY]) + (f" and {len(each) - _MANY} more" if len(each) > _MANY else "")
