"""Bluecore's fields: where each is looked for when the route does not say, and what each must be.

`fields` of a route overrides name by name; what it does not name is still found under Bluecore's own name.
Customer attributes beyond the default ones are sent only when the route maps them: Bluecore creates each new
attribute for good (Bluecore, Customer Profiles).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final

import phonenumbers

from consumer.config.presets import PRESETS
from consumer.config.route import RouteConfig
from consumer.mapping.contract import DEFAULT_ATTRIBUTES
from consumer.mapping.emails import email, is_email, normalised_email
from consumer.mapping.errors import InvalidValueError
from consumer.mapping.values import exact, field_value, is_blank, jsonable, readable

Accept = Callable[[Any], Any]

_DIGITS: Final = re.compile(r"(?:\D*\d){3}")
"""Of a phone number: shorter are only those of emergency services."""
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")

IDENTITY = {
    "email": ("email", "customer.email"),
    "distinct_id": ("distinct_id",),
    "customer_id": ("customer_id", "user_id"),
    "device_id": ("device_id", "anonymous_id"),
}
"""Who it is, and where that is looked for; `customer_id` and `device_id` only stand in for the `distinct_id`."""

SYNONYMS = {"user_id": "customer_id", "anonymous_id": "device_id"}
"""What a route may call these ids under `fields`, as a record may."""

CUSTOMER = {name: (f"customer.{name}", name) for name in DEFAULT_ATTRIBUTES}
PRODUCT_ID = ("product_id", "sku", "id")
"""By preference; sent as `id` (RudderStack; Bluecore's examples)."""
FLAT_PRODUCT_ID = ("product_id", "sku")
"""Of a single product at the top of a record, where a bare `id` is the record's own."""
PRODUCT = ("name", "price", "quantity")
"""Zeotap, Commerce Events: with the id, the fields of a product."""


_OWN_NAMES = IDENTITY | CUSTOMER


def own_names(route: RouteConfig, name: str) -> tuple[str, ...]:
    """Where a field is looked for when the route does not say: under the names of its preset, then Bluecore's own."""
    preset = () if route.preset is None else PRESETS[route.preset].names.get(name, ())
    return (*preset, *_OWN_NAMES.get(name, (name,)))


def identity_key(route: RouteConfig, name: str) -> str:
    """The key of `fields` under which the route maps one of `IDENTITY`; its own name where it does not."""
    if name in route.fields:
        return name
    return next((key for key, meant in SYNONYMS.items() if meant == name and key in route.fields), name)


def product_fields(route: RouteConfig) -> tuple[str, ...]:
    """What of a product is sent beside its id, where not all of it is."""
    return PRODUCT if route.preset is None else (*PRODUCT, *PRESETS[route.preset].product_fields)


def text(value: Any) -> str | None:
    """An id or a phrase; whole numbers are written out, and a blank one counts as missing."""
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    readable(value)
    raise InvalidValueError("must be text or a whole number")


def number(value: Any) -> Any:
    if type(value) is Decimal:
        return exact(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return jsonable(value)
    if is_blank(value):
        return None
    readable(value)
    raise InvalidValueError("must be a number; `as: number` converts text")


def _normalised_id(value: Any) -> str | None:
    """An id; one that is an e-mail, as that is written, and any other as it is, whatever it looks like."""
    found = text(value)
    if found is None or not is_email(found):
        return found
    try:
        return normalised_email(found)
    except InvalidValueError:
        return found


def plain_phone(value: Any) -> Any:
    """A phone of a route without a `phone_region`: as it is written, if there is a number in it at all."""
    found = field_value(value)
    if type(found) is str and _DIGITS.match(found) is None:
        raise InvalidValueError("is no phone number")
    return found


def birthday(value: Any) -> Any:
    """As it is, but for a day that no calendar has, such as `0000-00-00`."""
    found = field_value(value)
    if type(value) is str and found is not None and (day := _ISO_DAY.match(value)) is not None:
        try:
            date.fromisoformat(day[0])
        except ValueError:
            raise InvalidValueError("is no day of the calendar") from None
    return found


def phone_of(region: str) -> Accept:
    """Phones as E.164 (survey: Bluecore's form); one without a country code is read as one of the region."""

    def phone(value: Any) -> str | None:
        written = text(value)
        if written is None:
            return None
        try:
            parsed = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            raise InvalidValueError("is no phone number") from None
        if not phonenumbers.is_possible_number(parsed):
            raise InvalidValueError("is no phone number")
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)

    return phone


ACCEPT: dict[str, Accept] = {
    "email": email,
    "distinct_id": text,
    "customer_id": text,
    "device_id": text,
    "search_term": text,
    "order_id": text,
    "client": text,
    "device": text,
    "total": number,
}
"""What must be of one form; everything else is sent in whatever form it has."""

TAKE_TEXT: Final[frozenset[Accept]] = frozenset((text, field_value))
"""Those that take a text as it is, if there is more in it than spaces."""

NORMALISED: dict[str, Accept] = {
    "email": normalised_email,
    **dict.fromkeys(("distinct_id", "customer_id", "device_id"), _normalised_id),
}
"""What `normalise_email` puts in the place of those."""
