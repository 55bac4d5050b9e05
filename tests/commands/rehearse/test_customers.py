"""What requests would do to profiles."""

from __future__ import annotations

import orjson

from consumer.commands.rehearse.customers import Customers
from consumer.records import EventRequest


def request(event: str, distinct_id: str, **customer: object) -> EventRequest:
    properties = {"distinct_id": distinct_id} | ({"customer": customer} if customer else {})
    return EventRequest(event, orjson.dumps({"event": event, "properties": properties}), distinct_id)


def test_an_attribute_beyond_the_default_ones_is_new() -> None:
    """With the types that it comes in: Bluecore keeps the first for good."""
    customers = Customers()
    customers.add(request("customer_patch", "a@example.com", email="a@example.com", first_name="A", tier="gold"))
    customers.add(request("customer_patch", "b@example.com", email="b@example.com", tier=3, vip=True))
    customers.add(request("search", "c@example.com"))

    assert customers.with_customer == 2
    assert {name: (each.filled, each.types) for name, each in customers.attributes.items()} == {
        "tier": (2, {"text", "number"}),
        "vip": (1, {"boolean"}),
    }


def test_an_id_that_no_identify_links_is_told_once() -> None:
    customers = Customers()
    for distinct_id in ("visitor-1", "visitor-1", "visitor-2", "jane@example.com"):
        customers.add(request("search", distinct_id))
    assert customers.unlinked == 2

    customers.add(request("identify", "visitor-2", email="jane@example.com"))
    assert customers.unlinked == 1
