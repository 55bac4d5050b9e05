"""What is asked of each event type, and what a route can make."""

from __future__ import annotations

import pytest

from consumer.mapping.contract import CONTRACTS, contract_of, decides_consent, events_of
from tests.mapping.support import route

BY_VALUE = {"path": "kind", "values": {"a": "optin", "b": "unsubscribe", "c": "optin"}}


def test_a_route_makes_its_event_or_each_that_a_value_chooses_once() -> None:
    assert events_of(route("search")) == ("search",)
    assert events_of(route(BY_VALUE)) == ("optin", "unsubscribe")


@pytest.mark.parametrize(
    ("event", "decides"),
    [("optin", True), ("unsubscribe", True), ("customer_patch", False), ("search", False), (BY_VALUE, False)],
)
def test_a_condition_decides_a_consent_where_the_route_makes_one(event: object, *, decides: bool) -> None:
    """Where a value chooses, the value decides."""
    assert decides_consent(route(event)) is decides


def test_the_event_types_that_are_about_a_profile_send_a_customer() -> None:
    about = {name for name, contract in CONTRACTS.items() if contract.customer}

    assert about == {"customer_patch", "identify", "optin", "unsubscribe", "purchase"}
    assert [name for name, contract in CONTRACTS.items() if contract.links] == ["identify"]


def test_products_are_where_an_event_is_about_some() -> None:
    needed = {name for name, contract in CONTRACTS.items() if contract.takes_products}

    assert needed == {"viewed_product", "add_to_cart", "remove_from_cart", "wishlist", "purchase"}
    assert {name for name, contract in CONTRACTS.items() if contract.splittable} == needed - {"purchase"}


@pytest.mark.parametrize(
    ("event", "most", "distinct"), [("add_to_cart", 1, False), ("purchase", 30, True), ("wishlist", None, False)]
)
def test_bluecore_bounds_the_products_of_an_event(event: str, most: int | None, *, distinct: bool) -> None:
    contract = contract_of(event)

    assert (contract.max_products, contract.distinct_products) == (most, distinct)


def test_a_custom_event_may_have_all_and_must_have_nothing() -> None:
    custom = contract_of("loyalty_joined")

    assert (custom.event, custom.custom, custom.required, custom.customer) == ("loyalty_joined", True, (), False)
    assert custom.takes_products
    assert not any(contract.custom for contract in CONTRACTS.values())
    assert contract_of("search") is CONTRACTS["search"]
