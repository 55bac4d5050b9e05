"""The `customer` of an event: the e-mail, Bluecore's default attributes, and those that the route maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from consumer.config.route import FieldConfig, RouteConfig
from consumer.mapping.contract import Contract
from consumer.mapping.errors import InvalidValueError, LeftOut, leave_out
from consumer.mapping.fields import CUSTOMER, birthday, own_names, phone_of, plain_phone
from consumer.mapping.names import normalised
from consumer.mapping.readers import Reader, read_into, reader
from consumer.mapping.shared import NOTHING_SHARED, Shared
from consumer.mapping.values import field_value


@dataclass(frozen=True, slots=True)
class Customer:
    """Reads the attributes; one without a value is left out, so that it overwrites nothing.

    Attributes:
        own: those that are looked for under Bluecore's own names: in `customer`, then at the top of the record.
        mapped: those that the route maps, or its preset.
    """

    own: tuple[Reader, ...]
    mapped: tuple[Reader, ...]

    def read(self, record: Any, email: str, left_out: LeftOut = None) -> dict[str, Any]:
        """The whole section.

        Raises:
            RefusedError: an attribute cannot become what the route says, and nothing may be left out.
        """
        customer = {"email": email}
        section = record.get("customer")
        inside = section if isinstance(section, dict) else record
        # Nearly every event has these nine to look for: in one loop they cost half of what nine readers do.
        for each in self.own:
            found = inside.get(each.field)
            if found is None or found == "":
                found = record.get(each.field)
                if found is None:
                    continue
            try:
                value = each.accept(found)
            except InvalidValueError as rule:
                leave_out(left_out, each.field, rule, each.hint)
            else:
                if value is not None:
                    customer[each.field] = value
        read_into(customer, self.mapped, record, left_out)
        return customer

    @property
    def names(self) -> list[str]:
        """Of all attributes that there may be."""
        return [each.field for each in (*self.own, *self.mapped)]


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
    phone = phone_of(route.phone_region) if route.phone_region else plain_phone
    accepts = {"phone": phone, "birthday": birthday}

    def attribute(name: str) -> Reader:
        return reader(name, mapped.get(name), own_names(route, name), accepts.get(name, field_value), shared)

    unmapped = [name for name in CUSTOMER if name not in mapped] if contract.customer else []
    own = [name for name in unmapped if own_names(route, name) == CUSTOMER[name]]
    others = [name for name in unmapped if name not in own]
    return Customer(tuple(map(attribute, own)), tuple(map(attribute, (*others, *mapped))))
