"""A route that sends every record as an opt-in or a withdrawal, where the schema has a value that decides which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from consumer.commands.counts.consents import names_a_consent, names_a_state, speak_of_consent
from consumer.commands.typecheck.comparisons import enumerated
from consumer.commands.typecheck.findings import Finding, Severity
from consumer.commands.typecheck.routes import SchemaVersion
from consumer.commands.typecheck.shapes import items, kind, shape_of, symbols_of, values
from consumer.config.expression_syntax import walked
from consumer.config.route import EventByValue, RouteConfig
from consumer.mapping.contract import events_of
from consumer.mapping.paths import compile_path
from consumer.records import CONSENTS

_DEEPEST: Final = 4
_CODE: Final = 2
"""Letters of a state of the USA, which `state` may be, too."""


@dataclass(frozen=True, slots=True)
class _Decider:
    name: str
    symbols: tuple[str, ...]
    of_consent: bool


def unread_consents(key: str, route: RouteConfig, versions: Sequence[SchemaVersion]) -> Iterator[Finding]:
    """The first value that looks as if it decided the consent, where neither `event` nor `when` reads any of them.

    Args:
        key: the route's, such as `routes[1]`.
        route: one in which nothing is wrong by itself.
        versions: what its records may be of.
    """
    sent = [event for event in events_of(route) if event in CONSENTS]
    if not sent:
        return
    for version in versions:
        for record in version.schema.records:
            found = list(_deciders((record.parsed,), version.schema.named, _DEEPEST))
            yield from _told(key, version.label, sent, found, _read(route))


def _told(key: str, label: str, sent: Sequence[str], found: Sequence[_Decider], read: set[str]) -> Iterator[Finding]:
    # Where a consent is, a status is probably that of something else.
    leading = [each for each in found if each.of_consent] or found
    if not leading or {each.name for each in leading} & read:
        return
    first = leading[0]
    what = f"may be {enumerated(first.symbols)}" if first.symbols else "may be true or false"
    message = f"every record becomes {' or '.join(sent)} whatever {first.name} says, which {what}"
    advice = "choose the event by it, or name it in `when`"
    yield Finding(Severity.WARNING, f"{message}: {advice}", key=f"{key}.event", path=first.name, schema=label)


def _read(route: RouteConfig) -> set[str]:
    expressions = [route.when, route.event.path if isinstance(route.event, EventByValue) else None]
    trees = [compile_path(each).tree for each in expressions if each is not None]
    return {part["value"] for tree in trees for part in walked(tree) if part["type"] == "field"}


def _deciders(types: tuple[Any, ...], named: Mapping[str, Any], depth: int) -> Iterator[_Decider]:
    for avro in types:
        if kind(avro) != "record" or depth == 0:
            continue
        for each in avro["fields"]:
            inner = shape_of(each["type"], named)
            held = items(inner, named) or (values(inner, named) if "map" in inner.kinds else None) or inner
            yield from (found for one in held.types if (found := _decider(each["name"], one)) is not None)
            yield from _deciders(held.types, named, depth - 1)


def _decider(name: str, avro: Any) -> _Decider | None:
    symbols = symbols_of(avro)
    if kind(avro) != "boolean" and (symbols is None or len(symbols) == 1):
        return None
    if symbols and all(len(each) <= _CODE and each.isalpha() for each in symbols) and not names_a_consent(name):
        return None
    of_consent = names_a_consent(name) or (names_a_state(name) and speak_of_consent(symbols or ()))
    return _Decider(name, symbols or (), of_consent) if of_consent or names_a_state(name) else None
