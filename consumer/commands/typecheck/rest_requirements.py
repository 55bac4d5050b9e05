"""What a route that sends by a REST API of Bluecore's requires of a record."""

from __future__ import annotations

from collections.abc import Iterator

from consumer.commands.typecheck.requirements import (
    Requirement,
    attribute_requirements,
    every_of,
    omittable,
    requirement,
)
from consumer.commands.typecheck.type_rules import rest_rule
from consumer.config.endpoints import CUSTOMERS
from consumer.config.route import RouteConfig
from consumer.mapping.contract import Contract, events_of
from consumer.mapping.fields import own_names
from consumer.mapping.rest_contract import REST_CONTRACTS, is_of_phones
from consumer.mapping.rest_parts import OWN_NAMES


def rest_requirements_of(route: RouteConfig) -> list[Requirement]:
    """All that the route reads of the record, but for the event's choice; what a consent says may not be left out."""
    events = events_of(route)
    found = [list(_requirements(route, event)) for event in events]
    every = every_of([each for of_event in found for each in of_event], len(events))
    return every if route.api != CUSTOMERS else [*every, *_attributes(route)]


def _attributes(route: RouteConfig) -> list[Requirement]:
    attributes = attribute_requirements(route, Contract("", customer=True))
    return [omittable(each, route) for each in attributes]


def _requirements(route: RouteConfig, event: str) -> Iterator[Requirement]:
    email, phone = (_of(name, route) for name in ("email", "phone_number"))
    by_phone = is_of_phones(route, event)
    by_email = not by_phone and "email" in route.fields and "phone_number" not in route.fields
    if by_phone:
        yield _of("phone_number", route, required=True)
    elif by_email:
        yield _of("email", route, required=True)
    else:
        yield from (email, phone)
        yield Requirement("fields.email", (*email.paths, *phone.paths), required=True, mapped=False)
    for name in REST_CONTRACTS[route.api].fields:
        if name not in {"email", "phone_number"}:
            yield _of(name, route)


def _of(name: str, route: RouteConfig, *, required: bool = False) -> Requirement:
    names = own_names(route, "email") if name == "email" else OWN_NAMES[name]
    return requirement(f"fields.{name}", route.fields.get(name), names, rest_rule(name, route), required=required)
