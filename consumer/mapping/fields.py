"""Bluecore's fields: where each is looked for when the route does not say, and what each must be.

`fields` of a route overrides name by name; what it does not name is still found under Bluecore's own name.
Customer attributes beyond the default ones are sent only when the route maps them: Bluecore creates each new
attribute for good (Bluecore, Customer Profiles).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import phonenumbers

from consumer.config import FieldConfig
from consumer.mapping.contract import DEFAULT_ATTRIBUTES
from consumer.mapping.convert import CONVERTERS
from consumer.mapping.errors import InvalidValueError, RefusedError
from consumer.mapping.paths import compile_path
from consumer.mapping.values import jsonable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from consumer.mapping.paths import Get

    Accept = Callable[[Any], Any]

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_MAX_EMAIL = 254

IDENTITY = {
    "email": ("email", "customer.email"),
    "distinct_id": ("distinct_id",),
    "customer_id": ("customer_id", "user_id"),
    "device_id": ("device_id", "anonymous_id"),
}
"""Who it is, and where that is looked for; `customer_id` and `device_id` only stand in for the `distinct_id`."""

CUSTOMER = {name: (f"customer.{name}", name) for name in DEFAULT_ATTRIBUTES}
PRODUCT_ID = ("product_id", "sku", "id")
"""By preference; sent as `id` (RudderStack; Bluecore's examples)."""
PRODUCT = ("name", "price", "quantity")
"""Zeotap, Commerce Events: with the id, the fields of a product."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One field of Bluecore's, as a record gives it: found, converted, and held against its rule."""

    field: str
    get: Get
    accept: Accept
    hint: str

    def read(self, record: Any) -> Any:
        """The value as JSON, or None when there is none.

        Raises:
            RefusedError: there is one that breaks the field's rule.
        """
        try:
            found = self.get(record)
            return None if found is None else self.accept(found)
        except InvalidValueError as rule:
            raise RefusedError.invalid(self.field, rule, self.hint) from None

    def require(self, record: Any) -> Any:
        """The same, for a field that must be there.

        Raises:
            RefusedError: it is not, or breaks its rule.
        """
        value = self.read(record)
        if value is None:
            raise RefusedError.missing(self.field, self.hint)
        return value


def read_into(target: dict[str, Any], readers: Sequence[Reader], record: Any) -> None:
    """Adds the fields that have a value, in the order of the readers.

    Raises:
        RefusedError: one breaks its field's rule.
    """
    for each in readers:
        try:
            found = each.get(record)
            if found is not None and (value := each.accept(found)) is not None:
                target[each.field] = value
        except InvalidValueError as rule:
            raise RefusedError.invalid(each.field, rule, each.hint) from None


def reader(
    field: str, mapped: str | FieldConfig | None, own_names: Sequence[str] = (), accept: Accept = jsonable
) -> Reader:
    """The reader of a field: by the path that the route maps, else under the first of its own names with a value."""
    if mapped is None:
        return Reader(field, _first(own_names), accept, f"looked for {', '.join(own_names)}")
    if isinstance(mapped, str):
        return Reader(field, compile_path(mapped).get, accept, f"path {mapped}")
    if mapped.convert is not None:
        accept = _then(CONVERTERS[mapped.convert], accept)
    return Reader(field, compile_path(mapped.path).get, accept, f"path {mapped.path}")


def text(value: Any) -> str | None:
    """An id or a phrase; whole numbers and UUIDs are written out, and a blank one counts as missing."""
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    if isinstance(value, UUID) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    raise InvalidValueError("must be text or a whole number")


def number(value: Any) -> Any:
    if isinstance(value, bool | str) or isinstance(form := jsonable(value), str | list | dict):
        raise InvalidValueError("must be a number; `as: number` converts text")
    return form


def email(value: Any) -> str | None:
    """An e-mail address (survey: Bluecore validates them); a blank one counts as missing."""
    if not isinstance(value, str):
        raise InvalidValueError("must be text")
    if not value or value.isspace():
        return None
    if len(value) > _MAX_EMAIL or _EMAIL.fullmatch(value) is None:
        raise InvalidValueError("is no e-mail address")
    return value


def normalised_email(value: Any) -> str | None:
    return email(value.strip().lower() if isinstance(value, str) else value)


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


def _first(names: Sequence[str]) -> Get:
    """The first of a field's own names with a value; every field that a route does not map goes through here."""
    if not any("." in name for name in names):

        def get_key(record: Any) -> Any:
            for name in names:
                found = record.get(name)
                if found is not None and found != "":
                    return found
            return None

        return get_key
    gets = [compile_path(name).get for name in names]

    def get(record: Any) -> Any:
        for each in gets:
            found = each(record)
            if found is not None and found != "":
                return found
        return None

    return get


def _then(convert: Accept, accept: Accept) -> Accept:
    return lambda value: accept(convert(value))
