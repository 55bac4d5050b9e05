"""Names that are probably meant for a route, as people name topics, events, records and files."""

from __future__ import annotations

import pytest

from consumer.commands.check.likeness import resembles_event, resembles_topic, without_suffixes
from consumer.config.route import RouteConfig

ROUTE = RouteConfig.model_validate({"topic": "shop.cart-items", "event": "add_to_cart"})


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("shop.cart-items", True),
        ("com.acme.CartItem", True),
        ("cart_items", True),
        ("ShopCartItems", True),
        ("com.acme.Cart", False),
        ("com.acme.CartItemRemoved", False),
    ],
)
def test_a_name_is_like_the_topic_or_its_last_part(name: str, like: bool) -> None:  # noqa: FBT001 - a column of the table
    assert resembles_topic(name, ROUTE) is like


def test_no_name_is_like_a_pattern() -> None:
    route = RouteConfig.model_validate({"topic_pattern": "^orders", "event": "purchase"})
    assert not resembles_topic("orders", route)


@pytest.mark.parametrize(("name", "like"), [("com.acme.AddToCart", True), ("add-to-cart", True), ("Cart", False)])
def test_a_name_is_like_an_event_of_the_route(name: str, like: bool) -> None:  # noqa: FBT001 - a column of the table
    assert resembles_event(name, ROUTE) is like


@pytest.mark.parametrize("stem", ["orders", "orders-value", "orders-v2", "orders_2", "orders-value-v12", "orders.v1"])
def test_a_file_may_bear_a_subjects_name_or_a_version(stem: str) -> None:
    assert without_suffixes(stem) == "orders"
