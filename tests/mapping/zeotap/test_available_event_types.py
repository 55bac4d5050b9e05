"""Zeotap, Available Event Types: what each of the ten does to the customer whom Bluecore knows."""

from __future__ import annotations

from tests.mapping.support import EMAIL, route
from tests.mapping.zeotap.account import DEVICE, PRODUCT, ROWS, Account
from tests.mapping.zeotap.promises import shows

LINE = {"id": "SKU-1", "name": "Scarf", "price": 19.9, "quantity": 1}


@shows("Customer Patch: Create or update customer profile attributes (first name, last name, phone, etc.)")
def test_customer_patch(account: Account) -> None:
    """The second row updates what it has, and leaves the rest."""
    account.sync(
        route("customer_patch"),
        {"email": EMAIL, "first_name": "Jane", "last_name": "Doe", "phone": "+14155550100"},
        {"email": EMAIL, "first_name": None, "last_name": "Roe"},
    )
    assert account.profile()["attributes"] == {
        "email": EMAIL,
        "first_name": "Jane",
        "last_name": "Roe",
        "phone": "+14155550100",
    }


@shows("Purchase: Record purchase transactions with order ID, total, and product details")
def test_purchase(account: Account) -> None:
    (document,) = account.sync(route("purchase"), ROWS["purchase"])
    assert account.profile()["orders"] == [{"order_id": "O-1", "total": 19.9, "products": 1}]
    assert document["properties"]["products"] == [LINE]


@shows("Viewed Product: Track product view events with product IDs")
def test_viewed_product(account: Account) -> None:
    (document,) = account.sync(route("viewed_product"), ROWS["viewed_product"])
    assert [product["id"] for product in document["properties"]["products"]] == ["SKU-1"]
    assert [event["event"] for event in account.profile()["last_events"]] == ["viewed_product"]


@shows("Add to Cart: Track items added to shopping cart")
def test_add_to_cart(account: Account) -> None:
    account.sync(route("add_to_cart"), ROWS["add_to_cart"])
    assert account.profile()["cart"] == [LINE]


@shows("Remove from Cart: Track items removed from shopping cart")
def test_remove_from_cart(account: Account) -> None:
    account.sync(route("add_to_cart"), ROWS["add_to_cart"], {"email": EMAIL, **PRODUCT, "product_id": "SKU-2"})
    account.sync(route("remove_from_cart"), ROWS["remove_from_cart"])
    assert [line["id"] for line in account.profile()["cart"]] == ["SKU-2"]


@shows("Search: Track search queries with search terms")
def test_search(account: Account) -> None:
    (document,) = account.sync(route("search"), ROWS["search"])
    assert document["properties"]["search_term"] == "scarves"
    assert [event["event"] for event in account.profile()["last_events"]] == ["search"]


@shows("Wishlist: Track items added to wishlists")
def test_wishlist(account: Account) -> None:
    account.sync(route("wishlist"), ROWS["wishlist"])
    assert account.profile()["wishlist"] == [LINE]


@shows("Identify: Link a device or anonymous ID to a customer email address")
def test_identify(account: Account) -> None:
    account.sync(route("identify"), ROWS["identify"], {"email": EMAIL, "anonymous_id": "anonymous-3"})
    assert account.profile()["linked_ids"] == [DEVICE, "anonymous-3"]
    assert account.profile(DEVICE)["id"] == EMAIL


@shows("Opt-in: Record customer opt-in to marketing communications")
def test_optin(account: Account) -> None:
    account.sync(route("optin"), ROWS["optin"])
    assert account.profile()["consent"] == "opted_in"


@shows("Unsubscribe: Record customer unsubscribe from marketing communications")
def test_unsubscribe(account: Account) -> None:
    account.sync(route("optin"), ROWS["optin"])
    account.sync(route("unsubscribe"), ROWS["unsubscribe"])
    assert account.profile()["consent"] == "unsubscribed"
