"""What is wrong with the routes, beyond what their types tell: names, events, routes that exclude each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import phonenumbers

from consumer.commands.validation.expressions import path_findings
from consumer.commands.validation.fields import field_findings
from consumer.commands.validation.rest_routes import api_findings
from consumer.config.endpoints import EVENTS
from consumer.config.findings import Finding
from consumer.config.route import SKIP, EventByValue, RouteConfig, paths_of
from consumer.mapping.choices import MISSING, chosen, meanings
from consumer.mapping.contract import CONTRACTS, Contract, contract_of, events_of
from consumer.mapping.names import as_name, as_yaml, is_name
from consumer.mapping.tables import NO_TABLES, Tables
from consumer.records import CONSENTS
from consumer.suggestions import misspelt


def route_findings(routes: Sequence[RouteConfig], tables: Tables = NO_TABLES) -> list[Finding]:
    """Everything that is wrong, under its key, such as `routes[1].fields.order_id`, with what to do.

    Args:
        routes: the configuration's.
        tables: those that `lookup` looks into.
    """
    found: list[Finding] = []
    for index, route in enumerate(routes):
        key = f"routes[{index}]"
        found += _topic_findings(key, route)
        found += _record_findings(key, route)
        found += _told_once(_event_findings(key, route, tables), api_findings(key, route))
        contracts = [contract_of(_meant(event) or event) for event in events_of(route)]
        found += _option_findings(key, route, contracts)
        if route.own_time is not None:
            found += path_findings(f"{key}.event_time", route.own_time, tables)
        found += field_findings(key, route, contracts, tables)
    for (first, one), (second, other) in combinations(enumerate(routes), 2):
        found += _pair_findings(f"routes[{first}]", one, f"routes[{second}]", other)
    found += _format_findings(routes)
    return found


def _told_once(first: Iterable[Finding], second: Iterable[Finding]) -> Iterator[Finding]:
    """Of an event that is none at all, not that its API has none of the name, too."""
    told = {finding.key: finding for finding in first}
    yield from told.values()
    yield from (finding for finding in second if finding.key not in told)


def _topic_findings(key: str, route: RouteConfig) -> Iterator[Finding]:
    if route.wire_format != "confluent" and not route.schema_files:
        yield Finding(
            f"{key}.schema", f"is missing: `format: {route.wire_format}` needs the .avsc file of its values"
        )
    if route.wire_format == "confluent" and route.schema_files:
        own = "to resolve them to a schema of your own, give it as reader_schema"
        yield Finding(
            f"{key}.schema", f"is of no use: what `format: confluent` is written with is in the registry; {own}"
        )


def _record_findings(key: str, route: RouteConfig) -> Iterator[Finding]:
    """A tombstone has a key, headers and a place, and nothing else."""
    if route.records == "tombstones" and route.record is not None:
        yield Finding(f"{key}.record", "has no effect: a tombstone is a record of no type")
    if route.key_format != "text" and not any("_kafka.key" in path for path in paths_of(route)):
        yield Finding(f"{key}.key_format", "has no effect: no expression of the route reads _kafka.key")


def _event_findings(key: str, route: RouteConfig, tables: Tables) -> Iterator[Finding]:
    if route.when is not None:
        yield from path_findings(f"{key}.when", route.when, tables)
    if not isinstance(route.event, EventByValue):
        if route.event == SKIP:
            yield Finding(f"{key}.event", "skips every record: leave the route out, or name its event")
        yield from _name_findings(f"{key}.event", route.event)
        return
    yield from path_findings(f"{key}.event.path", route.event.path, tables)
    if not route.event.values:
        yield Finding(f"{key}.event.values", "is empty: name the event of each value")
    for value, event in route.event.values.items():
        if event != SKIP:
            yield from _name_findings(f"{key}.event.values.{as_yaml(value)}", event)
        if event in CONSENTS and MISSING in meanings(value, ignore_case=False):
            what = "a missing value decides no consent: skip it, or leave it out, and such a record is refused"
            yield Finding(f"{key}.event.values.{as_yaml(value)}", what)
    if route.event.default not in {None, SKIP}:
        yield from _name_findings(f"{key}.event.default", route.event.default or "")
    if route.event.values and not events_of(route):
        yield Finding(f"{key}.event", "skips every record: name an event of at least one value")
    yield from _case_findings(key, route.event)


def _case_findings(key: str, event: EventByValue) -> Iterator[Finding]:
    """Values that are one where the case of their letters does not count."""
    if not event.ignore_case:
        return
    known: dict[object, str] = {}
    for value in event.values:
        first = known.setdefault(chosen(value, ignore_case=True), as_yaml(value))
        if first != as_yaml(value):
            place = f"{key}.event.values.{as_yaml(value)}"
            yield Finding(place, f"is {first} for `ignore_case`: remove one")


def _name_findings(key: str, event: str) -> Iterator[Finding]:
    """Custom names are legal, so only what is surely a slip is refused."""
    meant = _meant(event)
    hint = f"; did you mean {meant}?" if meant else ""
    if not is_name(event):
        yield Finding(key, f"{event!r} is no event name: lower-case letters, digits, underscores{hint}")
    elif meant:
        yield Finding(key, f"unknown event type {event!r}{hint}")


def _meant(event: str) -> str | None:
    """The event that a name which is none was meant to be: one of the ten, or a custom one in Bluecore's spelling."""
    if event in CONTRACTS:
        return None
    likely = as_name(event)
    known = misspelt(likely, CONTRACTS) if likely else None
    return known or (None if likely == event else likely)


def _option_findings(key: str, route: RouteConfig, contracts: list[Contract]) -> Iterator[Finding]:
    if route.split_products and not any(contract.splittable for contract in contracts):
        splittable = ", ".join(contract.event for contract in CONTRACTS.values() if contract.splittable)
        yield Finding(f"{key}.split_products", f"has no effect here: it is for {splittable}")
    if not any(contract.distinct_products for contract in contracts):
        for option in ("repeated_products", "surplus_products"):
            if getattr(route, option) != "refuse":
                yield Finding(f"{key}.{option}", "has no effect here: it is for purchase")
    if route.phone_region is not None and route.phone_region not in phonenumbers.SUPPORTED_REGIONS:
        yield Finding(f"{key}.phone_region", f"{route.phone_region} is no region of ISO 3166, such as US or DE")


def _pair_findings(first: str, one: RouteConfig, second: str, other: RouteConfig) -> Iterator[Finding]:
    if overlap(one, other):
        if one.paused != other.paused:
            paused, goes_on = (first, second) if one.paused else (second, first)
            what = f"{goes_on} reads the same topic, which is read for all its routes or for none"
            yield Finding(f"{paused}.paused", f"{what}: pause both, or take this route out and lose its events")
        if _identity(one) == _identity(other):
            what = "same topic, record, when and event" + (", and destination" if one.destination else "")
            yield Finding(second, f"repeats {first} ({what}): each record would be sent twice; remove one")
        elif (
            _conditions(one) == _conditions(other)
            and {
                str(one.event),
                str(other.event),
            }
            == {"optin", "unsubscribe"}
            and _identifies(one) == _identifies(other)
        ):
            yield Finding(
                second, f"unsubscribes those whom {first} opts in, or the reverse: tell them apart with `when`"
            )
        if one.wire_format == other.wire_format == "raw" and one.schema_files != other.schema_files:
            yield Finding(f"{second}.schema", f"is not that of {first}, which reads the same topic")


def _format_findings(routes: Sequence[RouteConfig]) -> Iterator[Finding]:
    """One topic has one format: told once a topic, with all its routes."""
    found_keys: set[int] = set()
    for index, route in enumerate(routes):
        sharing = [other for other in range(index, len(routes)) if overlap(route, routes[other])]
        formats: dict[str, list[int]] = {}
        for each in sharing:
            formats.setdefault(routes[each].wire_format, []).append(each)
        if len(formats) > 1 and not found_keys.issuperset(sharing):
            found_keys.update(sharing)
            read = "; ".join(f"{name} by {_enumerated(each)}" for name, each in formats.items())
            second = next(each for each in sharing if routes[each].wire_format != route.wire_format)
            yield Finding(
                f"routes[{second}].format", f"the same topic is read as {read}: give these routes one format"
            )


def _enumerated(routes: list[int]) -> str:
    return ", ".join(f"routes[{each}]" for each in routes)


def _conditions(route: RouteConfig) -> tuple[object, ...]:
    return route.record, route.records, route.when, repr(route.destination)


def _identity(route: RouteConfig) -> tuple[object, ...]:
    return *_conditions(route), repr(route.event), _identifies(route)


def _identifies(route: RouteConfig) -> tuple[object, ...]:
    """By which API it goes, and of the REST APIs whom it is about: a consent by e-mail is none by SMS."""
    return route.api, *((route.fields.get("email"), route.fields.get("phone_number")) if route.api != EVENTS else ())


def overlap(one: RouteConfig, other: RouteConfig) -> bool:
    """Whether the two surely read one topic; what two patterns have in common only the brokers' topics tell."""
    if (one.topic, one.topic_pattern) == (other.topic, other.topic_pattern):
        return True
    pattern, topic = one.topic_pattern or other.topic_pattern, one.topic or other.topic
    try:
        return pattern is not None and topic is not None and re.match(pattern, topic) is not None
    except re.error:
        return False
