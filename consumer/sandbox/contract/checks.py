"""What Bluecore refuses: every event by its envelope, each event type by what it needs."""

from __future__ import annotations

from collections.abc import Container, Iterator
from itertools import chain, islice
from typing import Any

from consumer.sandbox.contract.rules import CONTRACTS, CUSTOM, Finding, Rule
from consumer.sandbox.contract.silent import silent_findings
from consumer.sandbox.contract.values import is_email, is_identifier, is_text

_MOST_FINDINGS = 100


def check_event(document: object, *, strict: bool = False, linked: Container[str] = ()) -> list[Finding]:
    """Everything that is wrong with one event, in the order of its fields; empty when it is right.

    What Bluecore refuses comes first. Of a hopeless document the first 100 findings are told.

    Args:
        document: the decoded JSON body, whatever it is.
        strict: also report the `SILENT` rules, which Bluecore accepts and then ignores.
        linked: the ids that an `identify` event has linked to an e-mail; only read when `strict`.
    """
    if not isinstance(document, dict):
        return [Finding("", Rule.ENVELOPE, "The body must be one JSON object with event and properties.")]
    found = chain(_refused(document), silent_findings(document, linked) if strict else ())
    return list(islice(found, _MOST_FINDINGS))


def _refused(document: dict[str, Any]) -> Iterator[Finding]:
    event, properties = document.get("event"), document.get("properties")
    if not is_text(event):
        yield Finding("event", Rule.ENVELOPE, "The name of the event is missing.")
    if not isinstance(properties, dict):
        yield Finding("properties", Rule.ENVELOPE, "What the event is about is missing: properties, a JSON object.")
        return
    if not is_text(properties.get("token")):
        yield Finding("properties.token", Rule.TOKEN, "The namespace of the Bluecore account is missing.")
    if not is_text(properties.get("distinct_id")):
        yield Finding("properties.distinct_id", Rule.DISTINCT_ID, "Nothing says which customer this is about.")
    contract = CONTRACTS.get(event, CUSTOM) if isinstance(event, str) else CUSTOM
    yield from _customer(properties, required=contract.customer)
    yield from _products(properties, event, contract.products)
    if contract.search_term and not is_text(properties.get("search_term")):
        yield Finding("properties.search_term", Rule.SEARCH_TERM, "What was searched for is missing.")
    if contract.order:
        yield from _order(properties)


def _customer(properties: dict[str, Any], *, required: bool) -> Iterator[Finding]:
    customer = properties.get("customer")
    if customer is None and not required:
        return
    if not isinstance(customer, dict):
        yield Finding("properties.customer", Rule.CUSTOMER, "The customer is missing: an object with at least email.")
        return
    email = customer.get("email")
    if email is None:
        if required:
            yield Finding("properties.customer.email", Rule.CUSTOMER, "The customer's e-mail is missing.")
    elif not is_email(email):
        yield Finding("properties.customer.email", Rule.EMAIL, "This is not an e-mail address.")


def _products(properties: dict[str, Any], event: object, bounds: tuple[int, int | None] | None) -> Iterator[Finding]:
    if bounds is None:
        return
    products, field, (least, most) = properties.get("products"), "properties.products", bounds
    if not isinstance(products, list) or len(products) < least:
        yield Finding(field, Rule.PRODUCTS, "The products are missing: a list of objects, each with an id.")
        return
    for index, product in enumerate(products):
        if not isinstance(product, dict):
            yield Finding(f"{field}[{index}]", Rule.PRODUCTS, "A product must be an object with an id.")
        elif not is_identifier(product.get("id")):
            yield Finding(f"{field}[{index}].id", Rule.PRODUCTS, "The product's id is missing.")
    if most is not None and len(products) > most:
        rule = Rule.ONE_PRODUCT if most == 1 else Rule.PURCHASE_PRODUCTS
        yield Finding(field, rule, f"{event} takes at most {most} product{'s' * (most > 1)}, not {len(products)}.")
    if event == "purchase":
        ids = [
            str(product["id"])
            for product in products
            if isinstance(product, dict) and is_identifier(product.get("id"))
        ]
        if len(set(ids)) < len(ids):
            yield Finding(field, Rule.PURCHASE_PRODUCTS, "A purchase names each product once; one is repeated.")


def _order(properties: dict[str, Any]) -> Iterator[Finding]:
    if not is_identifier(properties.get("order_id")):
        message = "The order's number is missing: Bluecore would invent one, and lose the attribution."
        yield Finding("properties.order_id", Rule.ORDER_ID, message)
    total = properties.get("total")
    if isinstance(total, bool) or not isinstance(total, int | float):
        yield Finding("properties.total", Rule.TOTAL, "The order's total is missing, or is not a number.")
