"""What is wrong with the routes, beyond what their types tell: names, events, routes that exclude each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

import phonenumbers

from consumer.commands.validation.fields import field_findings, path_findings
from consumer.config.findings import Finding
from consumer.config.route import EventByValue, RouteConfig
from consumer.mapping.contract import CONTRACTS, Contract, contract_of, events_of
from consumer.mapping.names import as_name, as_yaml, is_name
from consumer.records import CONSENTS
from consumer.suggestions import misspelt


def route_findings(routes: Sequence[RouteConfig]) -> list[Finding]:
    """Everything that is wrong, under its key, such as `routes[1].fields.order_id`, with what to do."""
    found: list[Finding] = []
    for index, route in enumerate(routes):
        key = f"routes[{index}]"
        found += _topic_findings(key, route)
        found += _event_findings(key, route)
        contracts = [contract_of(_meant(event) or event) for event in events_of(route)]
        found += _option_findings(key, route, contracts)
        found += field_findings(key, route, contracts)
    for (first, one), (second, other) in combinations(enumerate(routes), 2):
        found += _pair_findings(f"routes[{first}]", one, f"routes[{second}]", other)
    found += _format_findings(routes)
    return found


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


def _event_findings(key: str, route: RouteConfig) -> Iterator[Finding]:
    if route.when is not None:
        yield from path_findings(f"{key}.when", route.when)
    if not isinstance(route.event, EventByValue):
        yield from _name_findings(f"{key}.event", route.event)
        return
    yield from path_findings(f"{key}.event.path", route.event.path)
    if not route.event.values:
        yield Finding(f"{key}.event.values", "is empty: name the event of each value")
    for value, event in route.event.values.items():
        yield from _name_findings(f"{key}.event.values.{as_yaml(value)}", event)


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
            what = "same topic, record, when and event"
            yield Finding(second, f"repeats {first} ({what}): each record would be sent twice; remove one")
        elif (one.record, one.when) == (other.record, other.when) and {str(one.event), str(other.event)} == CONSENTS:
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


def _identity(route: RouteConfig) -> tuple[object, ...]:
    return route.record, route.when, repr(route.event)


def overlap(one: RouteConfig, other: RouteConfig) -> bool:
    """Whether the two surely read one topic; what two patterns have in common only the brokers' topics tell."""
    if (one.topic, one.topic_pattern) == (other.topic, other.topic_pattern):
        return True
    pattern, topic = one.topic_pattern or other.topic_pattern, one.topic or other.topic
    try:
        return pattern is not None and topic is not None and re.match(pattern, topic) is not None
    except re.error:
        return False
