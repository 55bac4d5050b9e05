"""Segment's and RudderStack's e-commerce events, as their specification writes them, by one line."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.config.route import RouteConfig
from consumer.mapping.router import compile_routes
from consumer.records import Reason, Reject, Skip
from tests.mapping.support import EMAIL, TOKEN, documents, map_one

GAME = {
    "product_id": "507f1f77bcf86cd799439011",
    "sku": "45790-32",
    "name": "Monopoly: 3rd Edition",
    "price": 19,
    "quantity": 1,
    "category": "Games",
    "brand": "Hasbro",
    "variant": "200 pieces",
    "coupon": "MAYDEALS",
    "position": 3,
    "url": "https://www.example.com/product/path",
    "image_url": "https:///www.example.com/product/path.jpg",
}
SENT = {
    "id": "507f1f77bcf86cd799439011",
    "name": "Monopoly: 3rd Edition",
    "price": 19,
    "quantity": 1,
    "category": "Games",
    "brand": "Hasbro",
    "variant": "200 pieces",
    "url": "https://www.example.com/product/path",
    "image_url": "https:///www.example.com/product/path.jpg",
}
ORDER = {
    "checkout_id": "fksdjfsdjfisjf9sdfjsd9f",
    "order_id": "50314b8e9bcf000000000000",
    "affiliation": "Google Store",
    "total": 27.50,
    "subtotal": 22.50,
    "revenue": 25.00,
    "currency": "USD",
    "products": [
        GAME,
        {"product_id": "505bd76785ebb509fc183733", "name": "Uno Card Game", "price": 3, "quantity": 2},
    ],
}
TRAITS = {
    "email": EMAIL,
    "firstName": "Jane",
    "lastName": "Doe",
    "address": {"city": "Boston", "postalCode": "02101"},
}


def track(event: object, properties: dict[str, Any], **others: Any) -> dict[str, Any]:
    call = {"type": "track", "event": event, "userId": "u-7", "anonymousId": "a-1", "properties": properties}
    return call | {"context": {"ip": "8.8.8.8", "traits": TRAITS}} | others


def sent(record: dict[str, Any], preset: str = "segment", **keys: Any) -> list[dict[str, Any]]:
    config = {"topic": "shop.events", "preset": preset, **keys}
    return documents(map_one(RouteConfig.model_validate(config), record))


@pytest.mark.parametrize("preset", ["segment", "rudderstack"])
def test_an_order_is_a_purchase_with_what_bluecore_asks_of_one(preset: str) -> None:
    (document,) = sent(track("Order Completed", ORDER), preset)
    assert document == {
        "event": "purchase",
        "properties": {
            "token": TOKEN,
            "distinct_id": EMAIL,
            "customer": {
                "email": EMAIL,
                "first_name": "Jane",
                "last_name": "Doe",
                "city": "Boston",
                "zip": "02101",
            },
            "order_id": "50314b8e9bcf000000000000",
            "total": 27.5,
            "products": [
                SENT,
                {"id": "505bd76785ebb509fc183733", "name": "Uno Card Game", "price": 3, "quantity": 2},
            ],
        },
    }


@pytest.mark.parametrize(
    ("event", "becomes"),
    [
        ("Product Added", "add_to_cart"),
        ("Product Removed", "remove_from_cart"),
        ("Product Viewed", "viewed_product"),
        ("Product Added to Wishlist", "wishlist"),
        ("product added", "add_to_cart"),
    ],
)
def test_an_event_of_one_product_has_it_among_its_properties(event: str, becomes: str) -> None:
    (document,) = sent(track(event, {**GAME, "cart_id": "skdjsidjsdkdj29j"}))
    assert document["event"] == becomes
    assert document["properties"] == {"token": TOKEN, "distinct_id": EMAIL, "products": [SENT]}


def test_a_search_has_its_phrase_as_the_query() -> None:
    (document,) = sent(track("Products Searched", {"query": "blue hotpants"}))
    assert document["properties"]["search_term"] == "blue hotpants"


@pytest.mark.parametrize("event", ["Product List Viewed", "Cart Viewed", "Checkout Started", "Order Refunded", None])
def test_other_events_are_skipped(event: object) -> None:
    record = track(event, {})
    assert map_one(RouteConfig.model_validate({"topic": "shop.events", "preset": "segment"}), record) == Skip("event")


def test_a_visitor_without_an_email_goes_by_the_id_of_the_user_then_by_the_anonymous_one() -> None:
    anonymous: dict[str, Any] = {"context": {}, "userId": None}
    assert sent(track("Product Viewed", GAME, context={}))[0]["properties"]["distinct_id"] == "u-7"
    assert sent(track("Product Viewed", GAME, **anonymous))[0]["properties"]["distinct_id"] == "a-1"


def test_an_order_without_an_email_is_refused_and_says_where_it_was_looked_for() -> None:
    config = RouteConfig.model_validate({"topic": "shop.events", "preset": "segment"})
    outcome = map_one(config, track("Order Completed", ORDER, context={}))
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (Reason.MISSING_FIELD, "email")
    assert "looked for context.traits.email, traits.email, properties.email" in outcome.message


def test_an_identify_takes_its_own_event_and_the_names_of_the_preset() -> None:
    call = {"type": "identify", "userId": "u-7", "traits": {"email": EMAIL, "first_name": "Jane", "plan": "gold"}}
    (document,) = sent(call, event="customer_patch", attributes={"plan": "traits.plan"})
    assert document["properties"]["customer"] == {"email": EMAIL, "first_name": "Jane", "plan": "gold"}


def test_what_the_route_maps_itself_goes_before_the_preset() -> None:
    fields = {"total": "properties.revenue", "products.id": "sku"}
    record = track("Order Completed", {**ORDER, "products": [GAME]})
    (document,) = sent(record, fields=fields)
    assert document["properties"]["total"] == 25
    assert document["properties"]["products"][0]["id"] == "45790-32"


def test_bluecores_own_names_still_count() -> None:
    (document,) = sent({"event": "Product Viewed", "email": EMAIL, "properties": GAME})
    assert document["properties"]["distinct_id"] == EMAIL


def test_its_fields_are_read_of_a_wide_record() -> None:
    config = RouteConfig.model_validate({"topic": "shop.events", "preset": "segment"})
    names = compile_routes([config], token=TOKEN).reads("shop.events")
    assert names is not None
    assert {"event", "properties", "context", "traits", "userId", "anonymousId"} <= names
