"""What is wrong with a route's `fields` and `attributes`."""

from __future__ import annotations

from collections.abc import Iterator

from consumer.commands.validation.expressions import path_findings
from consumer.commands.validation.rest_routes import is_of_another_api, rest_field_findings
from consumer.config.endpoints import EVENTS
from consumer.config.findings import Finding
from consumer.config.route import FieldConfig, RouteConfig
from consumer.mapping.contract import Contract
from consumer.mapping.customer import attribute_name
from consumer.mapping.fields import ACCEPT, CUSTOMER, IDENTITY, PRODUCT, PRODUCT_ID, SYNONYMS, number
from consumer.mapping.names import as_name, is_name
from consumer.mapping.products import PREFIX
from consumer.mapping.tables import NO_TABLES, Tables
from consumer.suggestions import did_you_mean

_OF_TEXT = ("string", "integer")
_OF_REST: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("phone_number", "message_type", "channel_identifier"), _OF_TEXT),
    "consented_at": ("datetime",),
    "link_ids": (),
}
_SET_ELSEWHERE = {
    "token": "is the namespace, which `bluecore.namespace` sets",
    "customer": "is made of the e-mail and the attributes: map those",
    "customer.email": "is mapped as `email`",
}
_NO_PROPERTIES = {
    "token": "is no further property: it is the namespace, which `bluecore.namespace` sets",
    "customer": "is no further property: it is made of the e-mail and the attributes",
    "products": "is no further property: map the products under `fields`",
    "distinct_id": "is no further property: map it under `fields`",
}
_NOT_ATTRIBUTES = {
    "token": "is no attribute: it is the namespace, which `bluecore.namespace` sets",
    **dict.fromkeys(IDENTITY, "is no attribute: map it under `fields`"),
}


def field_findings(
    key: str, route: RouteConfig, contracts: list[Contract], tables: Tables = NO_TABLES
) -> Iterator[Finding]:
    """What is wrong with the fields.

    Args:
        key: the route's, such as `routes[0]`.
        route: the route.
        contracts: of its events; where an event's name is misspelt, of the event that it was meant to be.
        tables: those of the configuration.
    """
    for name, mapped in route.fields.items():
        yield from path_findings(f"{key}.fields.{name}", mapped, tables)
        if is_of_another_api(name, route):
            yield from rest_field_findings(f"{key}.fields.{name}", name, route)
        else:
            yield from _name_findings(f"{key}.fields.{name}", name, contracts)
        yield from _conversion_findings(f"{key}.fields.{name}", mapped, name, _possible(name, route))
    for name, mapped in route.attributes.items():
        yield from path_findings(f"{key}.attributes.{name}", mapped, tables)
        yield from _attribute_findings(f"{key}.attributes.{name}", name)
        yield from _conversion_findings(f"{key}.attributes.{name}", mapped, name, _possible_of_attribute(name, route))
    for name, mapped in route.properties.items():
        yield from path_findings(f"{key}.properties.{name}", mapped, tables)
        yield from _property_findings(f"{key}.properties.{name}", name, route, contracts)
    yield from _collision_findings(key, route)


def _name_findings(key: str, name: str, contracts: list[Contract]) -> Iterator[Finding]:
    if name in _SET_ELSEWHERE:
        yield Finding(key, _SET_ELSEWHERE[name])
        return
    known = [*IDENTITY, *SYNONYMS, *CUSTOMER, *(field for contract in contracts for field in contract.properties)]
    if name in known or attribute_name(name) in CUSTOMER:
        return
    events = ", ".join(dict.fromkeys(contract.event for contract in contracts))
    if name.startswith(PREFIX):
        if not any(contract.takes_products for contract in contracts):
            yield Finding(key, f"{events} takes no products")
        elif name == PREFIX:
            yield Finding(key, "names no field of the products")
    elif not any(contract.custom for contract in contracts):
        takes_products = any(contract.takes_products for contract in contracts)
        if name in (*PRODUCT_ID, *PRODUCT) and takes_products:
            of_products = PREFIX + ("id" if name in PRODUCT_ID else name)
            yield Finding(
                key, f"is a product's: map it as {of_products}, also where the record is one product without a list"
            )
            return
        product_fields = [PREFIX + each for each in ("id", *PRODUCT)] if takes_products else []
        hint = (
            did_you_mean(name, [*known, *product_fields])
            or "; a customer's attribute goes under `attributes`, another property under `properties`"
        )
        yield Finding(key, f"{events} has no field {name}{hint}")
    elif not is_name(name):
        likely = as_name(name)
        hint = f"; did you mean {likely}?" if likely else ""
        yield Finding(key, f"is no field name: lower-case letters, digits, underscores{hint}")


def _conversion_findings(
    key: str, mapped: str | FieldConfig, name: str, allowed: tuple[str, ...] | None
) -> Iterator[Finding]:
    if isinstance(mapped, str) or mapped.convert is None or allowed is None or mapped.convert in allowed:
        return
    possible = f"; possible: {', '.join(allowed)}" if allowed else ""
    yield Finding(key, f"{name} cannot be sent as {mapped.convert}{possible}")


def _possible(name: str, route: RouteConfig) -> tuple[str, ...] | None:
    """The `as:` that a field may have, None for any."""
    if route.api != EVENTS and name in _OF_REST:
        return _OF_REST[name]
    if name == "products":
        return ()
    if name == "email":
        return ("string",)
    if name in {*ACCEPT, *SYNONYMS, f"{PREFIX}id"}:
        return ("number", "integer") if ACCEPT.get(name) is number else _OF_TEXT
    return _possible_of_attribute(name, route)


def _possible_of_attribute(name: str, route: RouteConfig) -> tuple[str, ...] | None:
    return _OF_TEXT if attribute_name(name) == "phone" and route.phone_region is not None else None


def _attribute_findings(key: str, name: str) -> Iterator[Finding]:
    written = attribute_name(name)
    if written in _NOT_ATTRIBUTES:
        yield Finding(key, f"{written} {_NOT_ATTRIBUTES[written]}")
    elif not is_name(written):
        yield Finding(key, f"becomes {written!r}, which Bluecore ignores: lower-case letters, digits, underscores")


def _property_findings(key: str, name: str, route: RouteConfig, contracts: list[Contract]) -> Iterator[Finding]:
    """Further properties stand beside Bluecore's own, and replace none of them."""
    if name in _NO_PROPERTIES:
        yield Finding(key, _NO_PROPERTIES[name])
    elif any(name in contract.properties for contract in contracts):
        yield Finding(key, "is a field of the event: map it under `fields`")
    elif name in route.fields:
        yield Finding(key, "is mapped under `fields`, too: remove one")
    elif not is_name(name):
        likely = as_name(name)
        hint = f"; did you mean {likely}?" if likely else ""
        yield Finding(key, f"is no name of a property: lower-case letters, digits, underscores{hint}")


def _collision_findings(key: str, route: RouteConfig) -> Iterator[Finding]:
    """Names that are one after normalising: the later would overwrite the earlier."""
    for name, meant in SYNONYMS.items():
        if name in route.fields and meant in route.fields:
            yield Finding(f"{key}.fields.{name}", f"is another name of {meant}, which is mapped, too: remove one")
    removed: dict[str, str] = {}
    mapped = [(f"{key}.fields.{name}", name) for name in route.fields if attribute_name(name) in CUSTOMER]
    mapped += [(f"{key}.attributes.{name}", name) for name in route.attributes]
    for place, name in mapped:
        written = attribute_name(name)
        if written in removed:
            yield Finding(place, f"is {written} for Bluecore, and so is {removed[written]}: remove one")
        removed.setdefault(written, place)
