"""What type each of Bluecore's fields must have: as the mapping takes it, and as Bluecore documents it.

Sources of what Bluecore documents: Zeotap, Default Destination Fields and Commerce Events; Bluecore, Customer
Profiles and Customer Events.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from consumer.config.route import FieldConfig
from consumer.mapping.contract import DEFAULT_ATTRIBUTES
from consumer.mapping.convert import CONVERTERS
from consumer.mapping.errors import InvalidValueError
from consumer.mapping.fields import ACCEPT, email, number, phone_of, text
from consumer.mapping.values import jsonable

_TEXT = frozenset(("string", "uuid", "integer"))
_NUMBERS = frozenset(("integer", "number"))
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
"""What each `as:` takes."""
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
        convert: the route's `as:`.
        accept: what the mapping does with a value.
    """

    kinds: frozenset[str] | None = None
    documented: frozenset[str] | None = None
    convert: str | None = None
    accept: Callable[[Any], Any] = jsonable

    def takes(self, value: str) -> bool:
        """Whether the mapping takes this very text."""
        try:
            self.accept(value if self.convert is None else CONVERTERS[self.convert](value))
        except InvalidValueError:
            return False
        return True


ANY = TypeRule()
AN_ID = TypeRule(_TEXT, accept=text)
PRODUCTS = TypeRule(frozenset(("array", "record", "map")))


def property_rule(name: str, mapped: str | FieldConfig | None) -> TypeRule:
    accept = ACCEPT.get(name, jsonable)
    return _converted(TypeRule(_TAKEN.get(accept), accept=accept), mapped)


def attribute_rule(name: str, mapped: str | FieldConfig | None, phone_region: str | None) -> TypeRule:
    if name == "phone" and phone_region is not None:
        return _converted(TypeRule(_TEXT, accept=phone_of(phone_region)), mapped)
    return _converted(TypeRule(documented=_DOCUMENTED.get(name, SCALARS)), mapped)


def product_rule(name: str, mapped: str | FieldConfig | None) -> TypeRule:
    return _converted(AN_ID if name == "id" else TypeRule(documented=_DOCUMENTED_OF_PRODUCTS.get(name)), mapped)


def _converted(rule: TypeRule, mapped: str | FieldConfig | None) -> TypeRule:
    if isinstance(mapped, FieldConfig) and mapped.convert is not None:
        return TypeRule(CONVERTIBLE[mapped.convert], rule.documented, mapped.convert, rule.accept)
    return rule
