"""What is wrong with a route's `fields` and `attributes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from consumer.config import FieldConfig
from consumer.mapping.contract import contract_of, events_of
from consumer.mapping.customer import attribute_name
from consumer.mapping.fields import ACCEPT, CUSTOMER, IDENTITY, number
from consumer.mapping.names import did_you_mean, is_name
from consumer.mapping.paths import FUNCTIONS, compile_path, unknown_functions
from consumer.mapping.products import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from consumer.config import RouteConfig
    from consumer.mapping.contract import Contract

    Fault = tuple[str, str]

_OURS = {
    "token": "is the namespace, which `bluecore.namespace` sets",
    "customer": "is made of the e-mail and the attributes: map those",
    "customer.email": "is mapped as `email`",
}
_NOT_ATTRIBUTES = {
    "token": "is no attribute: it is the namespace, which `bluecore.namespace` sets",
    **dict.fromkeys(IDENTITY, "is no attribute: map it under `fields`"),
}


def field_faults(key: str, route: RouteConfig) -> Iterator[Fault]:
    """The faults of the route whose key is given, such as `routes[0]`."""
    contracts = [contract_of(event) for event in events_of(route)]
    for name, mapped in route.fields.items():
        yield from path_faults(f"{key}.fields.{name}", mapped)
        yield from _name_faults(f"{key}.fields.{name}", name, contracts)
        yield from _conversion_faults(f"{key}.fields.{name}", name, mapped)
    for name, mapped in route.attributes.items():
        yield from path_faults(f"{key}.attributes.{name}", mapped)
        yield from _attribute_faults(f"{key}.attributes.{name}", name)
    yield from _collisions(key, route)


def path_faults(key: str, mapped: str | FieldConfig) -> Iterator[Fault]:
    path = mapped.path if isinstance(mapped, FieldConfig) else mapped
    for function in unknown_functions(compile_path(path).tree):
        yield key, f"JMESPath has no function {function}(){did_you_mean(function, FUNCTIONS)}"


def _name_faults(key: str, name: str, contracts: list[Contract]) -> Iterator[Fault]:
    if name in _OURS:
        yield key, _OURS[name]
        return
    known = [*IDENTITY, *CUSTOMER, *(field for contract in contracts for field in contract.properties)]
    if name in known or attribute_name(name) in CUSTOMER:
        return
    events = ", ".join(dict.fromkeys(contract.event for contract in contracts))
    if name.startswith(PREFIX):
        if not any(contract.takes_products for contract in contracts):
            yield key, f"{events} takes no products"
        elif name == PREFIX:
            yield key, "names no field of the products"
    elif not any(contract.custom for contract in contracts):
        hint = did_you_mean(name, known) or "; a customer's attribute goes under `attributes`"
        yield key, f"{events} has no field {name}{hint}"
    elif not is_name(name):
        yield key, "is no field name: lower-case letters, digits, underscores"


def _conversion_faults(key: str, name: str, mapped: str | FieldConfig) -> Iterator[Fault]:
    if isinstance(mapped, str) or mapped.convert is None:
        return
    if name == "products":
        allowed: tuple[str, ...] = ()
    elif name not in ACCEPT:
        return
    elif ACCEPT[name] is number:
        allowed = ("number", "integer")
    else:
        allowed = ("string", "integer") if name != "email" else ("string",)
    if mapped.convert not in allowed:
        possible = f"; possible: {', '.join(allowed)}" if allowed else ""
        yield key, f"{name} cannot be sent as {mapped.convert}{possible}"


def _attribute_faults(key: str, name: str) -> Iterator[Fault]:
    written = attribute_name(name)
    if written in _NOT_ATTRIBUTES:
        yield key, f"{written} {_NOT_ATTRIBUTES[written]}"
    elif not is_name(written):
        yield key, f"becomes {written!r}, which Bluecore ignores: lower-case letters, digits, underscores"


def _collisions(key: str, route: RouteConfig) -> Iterator[Fault]:
    """Names that are one after normalising: the later would overwrite the earlier."""
    taken: dict[str, str] = {}
    mapped = [(f"{key}.fields.{name}", name) for name in route.fields if attribute_name(name) in CUSTOMER]
    mapped += [(f"{key}.attributes.{name}", name) for name in route.attributes]
    for place, name in mapped:
        written = attribute_name(name)
        if written in taken:
            yield place, f"is {written} for Bluecore, and so is {taken[written]}: remove one"
        taken.setdefault(written, place)
