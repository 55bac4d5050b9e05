"""The contract of Bluecore's Events API, as far as it is publicly known: a document in, its faults out.

Pure functions over the data of `rules`. The sandbox answers by them, and the tests of the mapping hold its
requests against them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from consumer.sandbox.rules import CONTRACTS, CUSTOM, MAX_BODY_BYTES, SILENT, Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

__all__ = [
    "CONTRACTS",
    "MAX_BODY_BYTES",
    "SILENT",
    "Rule",
    "Violation",
    "is_attribute",
    "is_email",
    "violations",
]

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_LONGEST_EMAIL = 254  # RFC 5321
_ATTRIBUTE = re.compile(r"[a-z0-9_]+")
_E164 = re.compile(r"\+[1-9]\d{6,14}")


def is_email(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_EMAIL and _EMAIL.fullmatch(value) is not None


def is_attribute(name: str) -> bool:
    """Whether Bluecore keeps an attribute of this name: lower case, digits and underscores."""
    return _ATTRIBUTE.fullmatch(name) is not None


def violations(document: object, *, strict: bool = False, linked: Container[str] = ()) -> list[Violation]:
    """Everything that is wrong with one event, in the order of its fields; empty when it is right.

    Args:
        document: the decoded JSON body, whatever it is.
        strict: also report the `SILENT` rules, which Bluecore accepts and then ignores.
        linked: the ids that an `identify` event has linked to an e-mail; only read when `strict`.
    """
    if not isinstance(document, dict):
        return [Violation("", Rule.ENVELOPE, "The body must be one JSON object with event and properties.")]
    found = list(_check(document))
    if strict:
        found += _silent(document, linked)
    return found


def _check(document: dict[str, Any]) -> Iterator[Violation]:
    event, properties = document.get("event"), document.get("properties")
    if not _text(event):
        yield Violation("event", Rule.ENVELOPE, "The name of the event is missing.")
    if not isinstance(properties, dict):
        yield Violation("properties", Rule.ENVELOPE, "properties is missing, or is no JSON object.")
        return
    if not _text(properties.get("token")):
        yield Violation("properties.token", Rule.TOKEN, "The namespace of the Bluecore account is missing.")
    if not _text(properties.get("distinct_id")):
        yield Violation("properties.distinct_id", Rule.DISTINCT_ID, "Nothing says which customer this is about.")
    contract = CONTRACTS.get(event, CUSTOM) if isinstance(event, str) else CUSTOM
    yield from _customer(properties, required=contract.customer)
    yield from _products(properties, event, contract.products)
    if contract.search_term and not _text(properties.get("search_term")):
        yield Violation("properties.search_term", Rule.SEARCH_TERM, "What was searched for is missing.")
    if contract.order:
        yield from _order(properties)


def _customer(properties: dict[str, Any], *, required: bool) -> Iterator[Violation]:
    customer = properties.get("customer")
    if customer is None and not required:
        return
    if not isinstance(customer, dict):
        yield Violation(
            "properties.customer", Rule.CUSTOMER, "The customer is missing: an object with at least email."
        )
        return
    email = customer.get("email")
    if email is None:
        if required:
            yield Violation("properties.customer.email", Rule.CUSTOMER, "The customer's e-mail is missing.")
    elif not is_email(email):
        yield Violation("properties.customer.email", Rule.EMAIL, "This is not an e-mail address.")


def _products(
    properties: dict[str, Any], event: object, bounds: tuple[int, int | None] | None
) -> Iterator[Violation]:
    if bounds is None:
        return
    products, field, (least, most) = properties.get("products"), "properties.products", bounds
    if not isinstance(products, list) or len(products) < least:
        yield Violation(field, Rule.PRODUCTS, "The products are missing: a list of objects, each with an id.")
        return
    for index, product in enumerate(products):
        if not isinstance(product, dict):
            yield Violation(f"{field}[{index}]", Rule.PRODUCTS, "A product must be an object with an id.")
        elif not _identifier(product.get("id")):
            yield Violation(f"{field}[{index}].id", Rule.PRODUCTS, "The product's id is missing.")
    if most is not None and len(products) > most:
        rule = Rule.ONE_PRODUCT if most == 1 else Rule.PURCHASE_PRODUCTS
        yield Violation(field, rule, f"{event} takes at most {most} product{'s' * (most > 1)}, not {len(products)}.")
    if event == "purchase":
        ids = [str(product.get("id")) for product in products if isinstance(product, dict)]
        if len(set(ids)) < len(ids):
            yield Violation(field, Rule.PURCHASE_PRODUCTS, "A purchase names each product once; one is repeated.")


def _order(properties: dict[str, Any]) -> Iterator[Violation]:
    if not _identifier(properties.get("order_id")):
        message = "The order's number is missing: Bluecore would invent one, and lose the attribution."
        yield Violation("properties.order_id", Rule.ORDER_ID, message)
    total = properties.get("total")
    if isinstance(total, bool) or not isinstance(total, int | float):
        yield Violation("properties.total", Rule.TOTAL, "The order's total is missing, or is not a number.")


def _silent(document: dict[str, Any], linked: Container[str]) -> Iterator[Violation]:
    properties = document.get("properties")
    if not isinstance(properties, dict):
        return
    identifier = properties.get("distinct_id")
    if document.get("event") == "identify":
        if is_email(identifier):
            message = "identify links another id to an e-mail; here it is given the e-mail itself."
            yield Violation("properties.distinct_id", Rule.IDENTIFY_ID, message)
    elif isinstance(identifier, str) and identifier and not is_email(identifier) and identifier not in linked:
        message = "No identify event has linked this id to an e-mail: the event reaches no customer's profile."
        yield Violation("properties.distinct_id", Rule.UNLINKED_ID, message)
    customer = properties.get("customer")
    if not isinstance(customer, dict):
        return
    for name, value in customer.items():
        field = f"properties.customer.{name}"
        if not is_attribute(name):
            message = "Bluecore ignores attributes whose names are not lower case with underscores."
            yield Violation(field, Rule.ATTRIBUTE_NAME, message)
        if isinstance(value, str) and value.lower() in {"true", "false"}:
            message = "A yes or no must be a JSON true or false: as text in quotes it is stored as a word."
            yield Violation(field, Rule.ATTRIBUTE_BOOLEAN, message)
    phone = customer.get("phone")
    if phone is not None and not (isinstance(phone, str) and _E164.fullmatch(phone)):
        message = "A phone number is written with its country: + and digits, as in +14155550100."
        yield Violation("properties.customer.phone", Rule.PHONE, message)


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _identifier(value: object) -> bool:
    return _text(value) or (isinstance(value, int) and not isinstance(value, bool))
