"""What type each of Bluecore's fields must have: as the mapping takes it, and as Bluecore documents it.

Sources of what Bluecore documents: Zeotap, Default Destination Fields and Commerce Events; Bluecore, Customer
Profiles and Customer Events.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from consumer.config.route import FieldConfig, RouteConfig
from consumer.mapping.contract import DEFAULT_ATTRIBUTES
from consumer.mapping.convert import converter
from consumer.mapping.emails import email
from consumer.mapping.errors import InvalidValueError
from consumer.mapping.fields import ACCEPT, identity_key, number, phone_of, text
from consumer.mapping.products import PREFIX
from consumer.mapping.rest_values import message_type, moment, phone_number
from consumer.mapping.values import field_value

_TEXT = frozenset(("string", "uuid", "duration", "integer"))
_NUMBERS = frozenset(("integer", "number"))
_LINKS = frozenset(("array", "record", "map", "string", "integer"))
SCALARS = _TEXT | _NUMBERS | {"boolean", "bytes", "date", "time", "datetime"}
_TAKEN: dict[Callable[[Any], Any], frozenset[str]] = {email: frozenset(("string",)), text: _TEXT, number: _NUMBERS}
CONVERTIBLE = {
    "string": SCALARS,
    "number": _NUMBERS | {"string"},
    "integer": _NUMBERS | {"string"},
    "boolean": frozenset(("boolean", "string", "integer")),
    "date": frozenset(("date", "datetime", "string")),
    "datetime": frozenset(("date", "datetime", "string", "integer")),
}
"""What each `as:` takes; a number becomes a date only by its unit."""
_DOCUMENTED = {
    **dict.fromkeys(DEFAULT_ATTRIBUTES, frozenset(("string",))),
    "birthday": frozenset(("string", "date", "datetime")),
}
_DOCUMENTED_OF_PRODUCTS = {"name": frozenset(("string",)), "price": _NUMBERS, "quantity": _NUMBERS}


@dataclass(frozen=True, slots=True)
class TypeRule:
    """What a value must be.

    Attributes:
        kinds: the kinds of `shapes` that are taken, the others refused; None: all are.
        documented: the kinds that Bluecore documents: others are sent, and may be ignored; None: it says nothing.
        convert: the route's `as:`, and `conversion` what it does.
        unit: what a number counts that becomes a date or a datetime.
        zone: of times that say none; None: they are sent without.
        accept: what the mapping does with a value.
        omitted: what is not taken is left out, and the record is sent without it; else the record is refused.
    """

    kinds: frozenset[str] | None = None
    documented: frozenset[str] | None = None
    convert: str | None = None
    conversion: Callable[[Any], Any] | None = None
    unit: str | None = None
    zone: str | None = None
    accept: Callable[[Any], Any] = field_value
    omitted: bool = False

    def takes(self, value: str) -> bool:
        """Whether the mapping takes this very text."""
        try:
            converted = value if self.conversion is None else self.conversion(value)
            if converted is not None:
                self.accept(converted)
        except InvalidValueError:
            return False
        return True


ANY = TypeRule()
AN_ID = TypeRule(_TEXT, accept=text)
PRODUCTS = TypeRule(frozenset(("array", "record", "map")))


def property_rule(name: str, route: RouteConfig) -> TypeRule:
    accept = ACCEPT.get(name, field_value)
    mapped = route.fields.get(identity_key(route, name))
    return _converted(TypeRule(_TAKEN.get(accept), accept=accept), mapped, route)


def attribute_rule(name: str, mapped: str | FieldConfig | None, route: RouteConfig) -> TypeRule:
    if name == "phone" and route.phone_region is not None:
        return _converted(TypeRule(_TEXT, accept=phone_of(route.phone_region)), mapped, route)
    return _converted(TypeRule(documented=_DOCUMENTED.get(name, SCALARS)), mapped, route)


def further_rule(mapped: str | FieldConfig, route: RouteConfig) -> TypeRule:
    """Of a property of which Bluecore documents nothing."""
    return _converted(TypeRule(), mapped, route)


def product_rule(name: str, route: RouteConfig) -> TypeRule:
    rule = AN_ID if name == "id" else TypeRule(documented=_DOCUMENTED_OF_PRODUCTS.get(name))
    return _converted(rule, route.fields.get(PREFIX + name), route)


def rest_rule(name: str, route: RouteConfig) -> TypeRule:
    """Of a field of Bluecore's REST APIs."""
    phones = _TAKEN[email] if route.phone_region is None else _TEXT  # a number has no plus
    accepts: dict[str, TypeRule] = {
        "email": TypeRule(_TAKEN[email], accept=email),
        "phone_number": TypeRule(phones, accept=phone_number(route.phone_region)),
        "message_type": TypeRule(_TEXT, accept=message_type),
        "channel_identifier": TypeRule(_TEXT, accept=text),
        "consented_at": TypeRule(CONVERTIBLE["datetime"], accept=moment(route.zone)),
    }
    rule = accepts.get(name, TypeRule(_LINKS))
    return _converted(rule, route.fields.get(name), route)


def time_rule(route: RouteConfig) -> TypeRule:
    """Of the record's own time: what is no time is told, and the record's timestamp stands in. UTC without a zone."""
    rule = _converted(TypeRule(omitted=route.invalid_optional == "omit"), route.own_time, route)
    return replace(rule, zone=rule.zone or "UTC")


def _converted(rule: TypeRule, mapped: str | FieldConfig | None, route: RouteConfig) -> TypeRule:
    placed = replace(rule, zone=route.timezone)
    if not isinstance(mapped, FieldConfig) or mapped.convert is None:
        return placed
    kinds = CONVERTIBLE[mapped.convert] | (_NUMBERS if mapped.unit else frozenset())
    conversion = converter(mapped, route.zone)
    return replace(placed, kinds=kinds, convert=mapped.convert, conversion=conversion, unit=mapped.unit)
