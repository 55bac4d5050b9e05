"""What requests would do to profiles."""

from __future__ import annotations

import orjson

from consumer.commands.rehearse.customers import Customers
from consumer.commands.rehearse.tally import Row
from consumer.records import EventRequest


def request(event: str, distinct_id: str, **customer: object) -> EventRequest:
    properties = {"distinct_id": distinct_id} | ({"customer": customer} if customer else {})
    return EventRequest(event, orjson.dumps({"event": event, "properties": properties}), distinct_id)


def test_an_attribute_beyond_the_default_ones_is_new() -> None:
    """With the types that it comes in: Bluecore keeps the first for good."""
    customers, profiles, searches = Customers(), Row(), Row()
    tiered = request("customer_patch", "a@example.com", email="a@example.com", first_name="A", tier="gold")
    customers.add(tiered, profiles)
    customers.add(request("customer_patch", "b@example.com", email="b@example.com", tier=3, vip=True), profiles)
    customers.add(request("search", "c@example.com"), searches)

    assert (profiles.profiles, searches.profiles) == (2, 0)
    assert {name: (each.filled, each.types) for name, each in customers.attributes.items()} == {
        "tier": (2, {"text", "number"}),
        "vip": (1, {"boolean"}),
    }


def test_how_often_it_is_filled_is_told_of_the_events_that_may_have_it() -> None:
    """Orders that map no tier do not make it rarer."""
    customers, profiles, orders = Customers(), Row(), Row()
    for number in range(4):
        tier = {"tier": "gold"} if number else {}
        customers.add(request("customer_patch", "a@example.com", email="a@example.com", **tier), profiles)
        customers.add(request("purchase", "a@example.com", email="a@example.com"), orders)
    assert customers.attributes["tier"].share == 0.75


def test_an_id_that_no_identify_links_is_told_once() -> None:
    customers = Customers()
    for distinct_id in ("visitor-1", "visitor-1", "visitor-2", "jane@example.com"):
        customers.add(request("search", distinct_id), Row())
    assert customers.unlinked == 2

    customers.add(request("identify", "visitor-2", email="jane@example.com"), Row())
    assert customers.unlinked == 1


def test_an_id_that_is_linked_in_one_namespace_is_not_in_another() -> None:
    customers = Customers()
    customers.add(request("identify", "visitor-1", email="jane@example.com")._replace(destination="acme"), Row())
    customers.add(request("search", "visitor-1")._replace(destination="zeta"), Row())
    assert customers.unlinked == 1


def test_a_profile_by_the_rest_api_counts_as_one_by_the_events_api() -> None:
    """Its attributes are created for good as well; a customer known by a phone number is no id without a profile."""
    customers, row = Customers(), Row()
    body = b'{"id":{"phone_number":"+15556667777"},"attributes":{"first_name":"Jane","loyalty_tier":"gold"}}'
    customers.add(EventRequest("customer_patch", body, "+15556667777", api="customers"), row)
    assert (list(customers.attributes), row.profiles, customers.unlinked) == (["loyalty_tier"], 1, 0)
