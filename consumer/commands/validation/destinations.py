"""What is wrong between the destinations and the routes that name them, and which of them are of no use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from consumer.bluecore.client import request_template
from consumer.commands.validation.expressions import path_findings
from consumer.config.destinations import UNNAMED, BluecoreConfig, resolved
from consumer.config.endpoints import EVENTS, section_of
from consumer.config.findings import Finding
from consumer.config.model import Config
from consumer.config.route import SKIP, DestinationByValue, RouteConfig
from consumer.config.validation import PartialConfig
from consumer.errors import UnusableSetting
from consumer.mapping.choices import chosen
from consumer.mapping.names import as_yaml
from consumer.mapping.tables import Tables
from consumer.suggestions import did_you_mean


def destination_findings(partial: PartialConfig, tables: Tables) -> Iterator[Finding]:
    """Names that are none, what no request can carry, and two destinations that are one."""
    for index, route in partial.routes.items():
        yield from _of_route(f"routes[{index}].destination", route, partial, tables)
        yield from _of_api(f"routes[{index}].api", route, partial)
    places = _places(partial)
    yield from _unsendable(places)
    yield from _alike(places)


def unused(config: Config) -> list[str]:
    """The destinations that no route names."""
    named = {name for route in config.routes for name in route.destinations}
    return [name for name in config.destinations if name not in named]


def _of_route(key: str, route: RouteConfig, partial: PartialConfig, tables: Tables) -> Iterator[Finding]:
    chosen_by = route.destination
    if chosen_by is None:
        if not partial.has_bluecore:
            yield Finding(key, "is required: there is no section bluecore, so each route names one of destinations")
        return
    if not isinstance(chosen_by, DestinationByValue):
        yield from _of_name(key, chosen_by, partial)
        return
    yield from path_findings(f"{key}.path", chosen_by.path, tables)
    if not chosen_by.values:
        yield Finding(f"{key}.values", "is empty: name the destination of each value")
    elif not route.destinations:
        yield Finding(key, "skips every record: name a destination of at least one value")
    known: dict[object, str] = {}
    for value, name in chosen_by.values.items():
        place = f"{key}.values.{as_yaml(value)}"
        if name != SKIP:
            yield from _of_name(place, name, partial)
        first = known.setdefault(chosen(value, ignore_case=chosen_by.ignore_case), as_yaml(value))
        if first != as_yaml(value):
            yield Finding(place, f"is {first} for `ignore_case`: remove one")
    if chosen_by.default not in {None, SKIP}:
        yield from _of_name(f"{key}.default", chosen_by.default or "", partial)


def _of_api(key: str, route: RouteConfig, partial: PartialConfig) -> Iterator[Finding]:
    """A REST API needs a client; what is wrong with a section that is there is told by itself."""
    if route.api == EVENTS:
        return
    base = partial.bluecore
    for name in route.destinations:
        own = partial.destinations.get(name)
        if (name != UNNAMED and own is None) or (base is None and partial.has_bluecore):
            continue
        given = (own is not None and own.rest_api is not None) or (base is not None and base.rest_api is not None)
        if not given:
            where = f"{section_of(name)}.rest_api"
            what = f"{route.api} is one of Bluecore's REST APIs, which takes a client of your own"
            yield Finding(key, f"{what}: give {where} its client_id and client_secret, or leave `api` out")


def _of_name(key: str, name: str, partial: PartialConfig) -> Iterator[Finding]:
    if name not in partial.destinations:
        hint = did_you_mean(name, partial.destinations)
        yield Finding(key, f"{name!r} is none of destinations{hint}")


def _places(partial: PartialConfig) -> dict[str, BluecoreConfig]:
    """The settings of each destination, by the section that they are in."""
    places: dict[str, BluecoreConfig] = {} if partial.bluecore is None else {"bluecore": partial.bluecore}
    for name, each in partial.destinations.items():
        if each is not None:
            places[section_of(name)] = resolved(each, partial.bluecore, 0).bluecore
    return places


def _unsendable(places: Mapping[str, BluecoreConfig]) -> Iterator[Finding]:
    for section, each in places.items():
        try:
            request_template(each, section)
        except UnusableSetting as error:
            key, _, message = str(error).partition(": ")
            yield Finding(key, message)


def _alike(places: Mapping[str, BluecoreConfig]) -> Iterator[Finding]:
    """One brand's events in another's namespace, or each event twice: two of one address and namespace are a slip."""
    for (first, one), (second, other) in combinations(places.items(), 2):
        if (one.url, one.namespace) == (other.url, other.namespace):
            yield Finding(f"{second}.namespace", f"is the namespace of {first}: give each destination its own")
