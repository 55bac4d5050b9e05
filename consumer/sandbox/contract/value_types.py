"""Of what kind Bluecore documents the values of its own fields; another kind it takes, and may ignore.

Sources: Zeotap, Default Destination Fields and Commerce Events; Bluecore, Customer Profiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from consumer.sandbox.contract.rules import Finding, Rule
from consumer.sandbox.contract.values import within

_TEXTS = frozenset({"first_name", "last_name", "city", "state", "zip", "country", "gender", "birthday"})
_OWN_RULES = frozenset({"email", "phone"})
_NUMBERS = ("price", "quantity")
_NO_TEXT = "Bluecore documents text here, and may ignore anything else."
_NO_NUMBER = "Bluecore documents a number here, and may ignore anything else, such as a number in quotes."
_NO_SINGLE = "Bluecore documents single values here, and may ignore a list or an object."


def type_findings(properties: dict[str, Any]) -> Iterator[Finding]:
    """The breaches of `Rule.FIELD_TYPE` in the customer and the products; null is no value, and so of no kind."""
    customer = properties.get("customer")
    if isinstance(customer, dict):
        for name, value in customer.items():
            if name in _TEXTS:
                if value is not None and not isinstance(value, str):
                    yield Finding(f"properties.customer.{name}", Rule.FIELD_TYPE, _NO_TEXT)
            elif isinstance(value, dict | list) and name not in _OWN_RULES:
                yield Finding(within("properties.customer", name), Rule.FIELD_TYPE, _NO_SINGLE)
    products = properties.get("products")
    if isinstance(products, list):
        for index, product in enumerate(products):
            if isinstance(product, dict):
                yield from _product_types(product, f"properties.products[{index}]")


def _product_types(product: dict[str, Any], place: str) -> Iterator[Finding]:
    name = product.get("name")
    if name is not None and not isinstance(name, str):
        yield Finding(f"{place}.name", Rule.FIELD_TYPE, _NO_TEXT)
    for field in _NUMBERS:
        value = product.get(field)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            yield Finding(f"{place}.{field}", Rule.FIELD_TYPE, _NO_NUMBER)
