"""What a route sends that Bluecore's documentation does not have, and what under another name than it says."""

from __future__ import annotations

from collections.abc import Iterator

from consumer.commands.typecheck.findings import Finding, Severity
from consumer.config.route import FieldConfig, RouteConfig
from consumer.mapping.contract import CONTRACTS, events_of
from consumer.mapping.customer import attribute_name
from consumer.mapping.fields import CUSTOMER
from consumer.suggestions import misspelt

_DOCUMENTED = {
    name: [each.event for each in CONTRACTS.values() if name in each.properties]
    for name in sorted({name for contract in CONTRACTS.values() for name in contract.properties})
}


def changed_names(key: str, route: RouteConfig) -> Iterator[Finding]:
    """One finding for each attribute that is sent under another name than the route gives it.

    Args:
        key: the route's, such as `routes[1]`.
        route: one in which nothing is wrong by itself.
    """
    named = [("fields", name, source) for name, source in route.fields.items() if attribute_name(name) in CUSTOMER]
    named += [("attributes", name, source) for name, source in route.attributes.items()]
    for section, name, source in named:
        sent = attribute_name(name)
        if sent != name.removeprefix("customer."):
            path = source.path if isinstance(source, FieldConfig) else source
            message = f"is sent as {sent}: Bluecore ignores names with capitals, blanks or dashes"
            yield Finding(Severity.INFO, message, key=f"{key}.{section}.{name}", path=path)


def undocumented_properties(key: str, route: RouteConfig) -> Iterator[Finding]:
    """One finding for each of a route's further properties: none of them is of the event type.

    Args:
        key: the route's, such as `routes[1]`.
        route: one in which nothing is wrong by itself.
    """
    events = ", ".join(events_of(route))
    for name, source in route.properties.items():
        path = source.path if isinstance(source, FieldConfig) else source
        if documented := _DOCUMENTED.get(name):
            message = f"is a property of {', '.join(documented)} in Bluecore's documentation, and not of {events}"
        else:
            message = "is no property in Bluecore's documentation"
        yield Finding(
            Severity.INFO,
            f"{message}: it is sent, and is of use where Bluecore has agreed to it",
            misspelt(name, _DOCUMENTED),
            key=f"{key}.properties.{name}",
            path=path,
        )
