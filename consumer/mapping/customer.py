"""The `customer` of an event: the e-mail, Bluecore's default attributes, and those that the route maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from consumer.config.route import FieldConfig, RouteConfig
from consumer.mapping.contract import Contract
from consumer.mapping.fields import CUSTOMER, own_names, phone_of
from consumer.mapping.names import normalised
from consumer.mapping.readers import Reader, read_into, reader
from consumer.mapping.shared import NOTHING_SHARED, Shared
from consumer.mapping.values import jsonable


@dataclass(frozen=True, slots=True)
class Customer:
    """Reads the attributes; one without a value is left out, so that it overwrites nothing."""

    attributes: tuple[Reader, ...]

    def read(self, record: Any, email: str) -> dict[str, Any]:
        """The whole section.

        Raises:
            RefusedError: an attribute cannot become what the route says.
        """
        customer = {"email": email}
        read_into(customer, self.attributes, record)
        return customer


def attribute_name(key: str) -> str:
    """The attribute that a key of `fields` or `attributes` stands for: `customer.First-Name` is `first_name`."""
    return normalised(key.removeprefix("customer."))


def customer_of(route: RouteConfig, contract: Contract, shared: Shared = NOTHING_SHARED) -> Customer | None:
    """How one event type of a route finds its attributes; None when it sends no customer.

    Events about a profile send all default attributes. The others say nothing of the profile unless the route
    maps attributes for them, and then send just those, of customers whose e-mail is known.
    """
    mapped: dict[str, str | FieldConfig] = {
        name: path for key, path in route.fields.items() if (name := attribute_name(key)) in CUSTOMER
    }
    mapped |= {attribute_name(key): path for key, path in route.attributes.items()}
    if not contract.customer and not mapped:
        return None
    names = dict.fromkeys((*CUSTOMER, *mapped) if contract.customer else mapped)
    phone = phone_of(route.phone_region) if route.phone_region else jsonable
    return Customer(
        tuple(
            reader(name, mapped.get(name), own_names(route, name), phone if name == "phone" else jsonable, shared)
            for name in names
        )
    )
