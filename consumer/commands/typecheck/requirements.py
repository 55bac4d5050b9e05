"""What a route requires of a record: each value that it reads, and the type that it must have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from consumer.commands.typecheck.type_rules import (
    ANY,
    TypeRule,
    attribute_rule,
    further_rule,
    property_rule,
    time_rule,
)
from consumer.config.route import FieldConfig, RouteConfig
from consumer.mapping.contract import Contract, contract_of, events_of
from consumer.mapping.customer import attribute_name
from consumer.mapping.fields import CUSTOMER, IDENTITY, identity_key, own_names
from consumer.mapping.plan import property_names

TIME = "event_time"
Mapped = str | FieldConfig | None


@dataclass(frozen=True, slots=True)
class Requirement:
    """One value that is read.

    Attributes:
        key: where the configuration says so, below the route: `fields.email`.
        paths: where it is looked for: one that the route maps, or Bluecore's own names for it.
        rule: what it must be.
        required: without it the record is refused.
        mapped: the route names the path itself, so that it must exist.
        certain: it is read of every record; else only of some, by their event or by what else they have.
    """

    key: str
    paths: tuple[str, ...]
    rule: TypeRule = ANY
    required: bool = False
    mapped: bool = True
    certain: bool = True


def requirements_of(route: RouteConfig) -> list[Requirement]:
    """All that the route reads of the record, but for the event's choice and the products."""
    contracts = [contract_of(event) for event in events_of(route)]
    found = [each for contract in contracts for each in _requirements(route, contract)]
    return [omittable(each, route) for each in every_of(found, len(contracts))]


def every_of(found: Iterable[Requirement], contracts: int) -> list[Requirement]:
    """What several event types require, each value once; `contracts`: how many those are."""
    by_value: dict[tuple[str, tuple[str, ...]], list[Requirement]] = {}
    for each in found:
        by_value.setdefault((each.key, each.paths), []).append(each)
    return [_of_all(requirements, contracts) for requirements in by_value.values()]


def omittable(requirement: Requirement, route: RouteConfig) -> Requirement:
    """The same, if what of an optional field cannot be read is left out."""
    # An e-mail that is none, and an id that the route maps, are not stood in for by another.
    by_itself = requirement.key == "fields.email" or (requirement.mapped and requirement.key == "fields.distinct_id")
    required = requirement.required or by_itself
    if required or requirement.rule is ANY or route.invalid_optional == "refuse":
        return requirement
    return replace(requirement, rule=replace(requirement.rule, omitted=True))


def _of_all(requirements: list[Requirement], contracts: int) -> Requirement:
    """One requirement of those that several event types have of one value."""
    required = {each.required for each in requirements}
    certain = len(requirements) == contracts and len(required) == 1 and all(each.certain for each in requirements)
    return replace(requirements[0], required=True in required, certain=certain)


def _requirements(route: RouteConfig, contract: Contract) -> Iterator[Requirement]:
    yield from _identity(route, contract)
    yield from attribute_requirements(route, contract)
    for name in property_names(route, contract):
        rule, required = property_rule(name, route), name in contract.required
        yield requirement(f"fields.{name}", route.fields.get(name), own_names(route, name), rule, required=required)
    for name, source in route.properties.items():
        yield requirement(f"properties.{name}", source, (), further_rule(source, route))


def _identity(route: RouteConfig, contract: Contract) -> Iterator[Requirement]:
    """Who it is. The ids that only stand in for others are read where an id is still wanted, or is to be linked."""
    stand_in = {"customer_id", "device_id", "distinct_id"} - ({"distinct_id"} & route.fields.keys())
    certain = contract.links or (contract.customer and route.link_identities)
    read = certain or route.link_identities or not contract.customer
    for name in IDENTITY:
        key = identity_key(route, name)
        each = requirement(f"fields.{key}", route.fields.get(key), own_names(route, name), property_rule(name, route))
        if name == "email":
            yield replace(each, required=contract.customer)
        elif name not in stand_in or read:
            yield replace(each, certain=name not in stand_in or certain)
        else:
            yield replace(each, rule=ANY)
    standing_in = [name for name in IDENTITY if not (contract.links and name == "email")]
    if contract.links or not contract.customer:
        paths = [
            path
            for name in standing_in
            for path in _paths(route.fields.get(identity_key(route, name)), own_names(route, name))
        ]
        yield Requirement("fields.distinct_id", tuple(paths), required=True, mapped=False)


def attribute_requirements(route: RouteConfig, contract: Contract) -> Iterator[Requirement]:
    """The customer's attributes, as one event type sends them."""
    mapped = {attribute_name(key): f"fields.{key}" for key in route.fields if attribute_name(key) in CUSTOMER}
    mapped |= {attribute_name(key): f"attributes.{key}" for key in route.attributes}
    sources = {f"fields.{key}": path for key, path in route.fields.items()}
    sources |= {f"attributes.{key}": path for key, path in route.attributes.items()}
    for name in dict.fromkeys((*CUSTOMER, *mapped) if contract.customer else mapped):
        key = mapped.get(name, f"fields.{name}")
        rule = attribute_rule(name, sources.get(key), route)
        yield requirement(key, sources.get(key), own_names(route, name), rule)


def time_requirements(route: RouteConfig) -> list[Requirement]:
    """Of the time that a record says of itself, where the route reads one."""
    return [] if route.own_time is None else [requirement(TIME, route.own_time, (), time_rule(route))]


def requirement(
    key: str, mapped: Mapped, names: tuple[str, ...], rule: TypeRule, *, required: bool = False
) -> Requirement:
    return Requirement(key, _paths(mapped, names), rule, required, mapped is not None)


def _paths(mapped: Mapped, names: tuple[str, ...]) -> tuple[str, ...]:
    if mapped is None:
        return names
    return (mapped.path if isinstance(mapped, FieldConfig) else mapped,)
