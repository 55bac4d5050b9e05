"""A purchase whose total may be below 0, as that of a return is: Bluecore would count it as revenue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from consumer.commands.counts.words import set_of, words_of
from consumer.commands.typecheck.findings import Finding, Severity
from consumer.commands.typecheck.lookups import Scope, look_up
from consumer.commands.typecheck.requirements import Requirement, requirement
from consumer.commands.typecheck.shapes import kind, shape_of, symbols_of
from consumer.commands.typecheck.type_rules import property_rule
from consumer.config.expression_syntax import Node, walked
from consumer.config.route import RouteConfig
from consumer.mapping.contract import events_of
from consumer.mapping.fields import own_names
from consumer.mapping.paths import compile_path

_KEY: Final = "fields.total"
_RETURNS: Final = set_of(
    "refund refunds refunded return returns returned chargeback creditnote retour retouren geretourneerd "
    "terugbetaling terugbetaald creditnota retoure retourniert storno storniert gutschrift rueckgabe "
    "rueckerstattung erstattung remboursement rembourse avoir devolucion reembolso reso rimborso iade zwrot retur"
)
_OF_A_SALE: Final = set_of(
    "address adres adresse anschrift url uri link policy rate days period window deadline until allowed eligible "
    "label instructions recht frist termijn percentage pct ratio"
)
"""What a sale says of returns: `return_address`, `returns_allowed`, `return_rate`."""
BELOW_ZERO: Final = "the total may be below 0"
_NEVER_BELOW: Final = frozenset(("abs", "length"))
_DEEPEST: Final = 4


def negative_totals(route: RouteConfig, record: Scope) -> Iterator[Finding]:
    """What in the schema says that totals below 0 reach the route, where nothing in it keeps them away."""
    total = _total(route)
    if not takes_negative_totals(route) or look_up(total, record)[0] is None:
        return
    path = total.paths[0]
    why = "it is a difference" if _subtracts(compile_path(path).tree) else _return_in(record, _names(route.when))
    if why:
        message = f"{BELOW_ZERO}, as {why}: a return is no purchase, and {path} >= `0` leaves it out"
        yield Finding(Severity.WARNING, message).with_path("when", path)


def unguarded_total(key: str, route: RouteConfig) -> Iterator[Finding]:
    """The same where no schema says more than that a total is a number.

    Args:
        key: the route's, such as `routes[1]`.
        route: one in which nothing is wrong by itself.
    """
    if takes_negative_totals(route):
        path = _total(route).paths[0]
        message = f"{BELOW_ZERO}, and would be sent so: where the topic has returns, {path} >= `0` leaves them out"
        yield Finding(Severity.INFO, message, key=f"{key}.when", path=path)


def takes_negative_totals(route: RouteConfig) -> bool:
    """Whether it is one of purchases, whose `when` does not look at the total, and whose total may be negative."""
    if "purchase" not in events_of(route):
        return False
    path = _total(route).paths[0]
    if _names(path) & _names(route.when):
        return False
    return all(part.get("value") not in _NEVER_BELOW for part in walked(compile_path(path).tree))


def _total(route: RouteConfig) -> Requirement:
    return requirement(_KEY, route.fields.get("total"), own_names(route, "total"), property_rule("total", route))


def _names(expression: str | None) -> set[str]:
    tree = None if expression is None else compile_path(expression).tree
    return set() if tree is None else {part["value"] for part in walked(tree) if part["type"] == "field"}


def _subtracts(tree: Node) -> bool:
    return any(
        (part["type"] == "arithmetic" and part["value"] == "minus")
        or (part["type"] == "arithmetic_unary" and part["value"] == "minus")
        for part in walked(tree)
    )


def _return_in(record: Scope, condition: set[str]) -> str:
    """The first thing in the schema that speaks of returns and that no condition looks at."""
    for name, avro in _fields(record.shape.types, record.named, _DEEPEST):
        if name in condition:
            continue
        words = words_of(name)
        if not _RETURNS.isdisjoint(words) and _OF_A_SALE.isdisjoint(words):
            return f"the schema has a field {name}"
        for symbol in symbols_of(avro) or ():
            if not _RETURNS.isdisjoint(words_of(symbol)):
                return f"{name} may be {symbol}"
    return ""


def _fields(types: tuple[Any, ...], named: Mapping[str, Any], depth: int) -> Iterator[tuple[str, Any]]:
    for avro in types:
        if kind(avro) != "record" or depth == 0:
            continue
        for each in avro["fields"]:
            inner = shape_of(each["type"], named).types
            yield from ((each["name"], one) for one in inner)
            yield from _fields(inner, named, depth - 1)
