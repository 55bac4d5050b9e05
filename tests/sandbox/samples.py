"""Events as an honest sender writes them, and a few that break the contract."""

from __future__ import annotations

from typing import Any

NAMESPACE = "acme-shop"
JANE = "jane.doe@example.com"
VISITOR = "device-7f3a"
MUG = {"id": "MUG-01", "name": "Blue enamel mug", "price": 14.5, "quantity": 2}
LAMP = {"id": "LAMP-7", "name": "Reading lamp", "price": 59, "quantity": 1}


def event(name: str, distinct_id: str = JANE, **properties: Any) -> dict[str, Any]:
    """One event of the account, right as long as `properties` are."""
    return {"event": name, "properties": {"token": NAMESPACE, "distinct_id": distinct_id, **properties}}


def profile(email: str = JANE, **attributes: Any) -> dict[str, Any]:
    return {"email": email, **attributes}


def one_of_each(email: str = JANE) -> list[dict[str, Any]]:
    """All ten event types of one customer, in an order in which a person shops."""
    customer = profile(email)
    return [
        event("viewed_product", VISITOR, products=[LAMP], device="mobile/iPad"),
        event("identify", VISITOR, customer=customer),
        event(
            "customer_patch",
            email,
            customer=profile(email, first_name="Jane", last_name="Doe", city="Portland", vip=True),
        ),
        event("optin", email, customer=customer),
        event("search", email, search_term="enamel mugs"),
        event("wishlist", email, products=[LAMP]),
        event("add_to_cart", email, products=[LAMP]),
        event("add_to_cart", email, products=[MUG]),
        event("remove_from_cart", email, products=[LAMP]),
        event("purchase", email, customer=customer, products=[MUG], order_id="A-1001", total=29.0),
        event("unsubscribe", email, customer=customer),
    ]
