"""What the events about products on a list have in common: the cart's and the wish list's."""

from __future__ import annotations

from consumer.records import Reason
from tests.mapping.support import EMAIL, refuses, sends

MISSING, INVALID = Reason.MISSING_FIELD, Reason.INVALID_FIELD

TWO = {"email": EMAIL, "products": [{"sku": "p1", "quantity": 1}, {"sku": "p2", "quantity": 3}]}
P1, P2 = {"id": "p1", "quantity": 1}, {"id": "p2", "quantity": 3}

ON_A_LIST = [
    sends(
        "one product",
        {"email": EMAIL, "products": [{"product_id": "p1", "name": "Shoe", "price": 9.5}]},
        {"distinct_id": EMAIL, "products": [{"id": "p1", "name": "Shoe", "price": 9.5}]},
    ),
    sends(
        "RudderStack: the product of a flat record",
        {"email": EMAIL, "sku": "p1", "quantity": 1, "id": "row-3"},
        {"distinct_id": EMAIL, "products": [P1]},
    ),
    sends(
        "several are one event each, where the route splits them",
        TWO,
        {"distinct_id": EMAIL, "products": [P1]},
        {"distinct_id": EMAIL, "products": [P2]},
        split_products=True,
    ),
    sends(
        "products of another shape, by the route's paths",
        {"email": EMAIL, "lines": [{"article": "p1", "pieces": 1, "shelf": "B7"}]},
        {"distinct_id": EMAIL, "products": [P1]},
        fields={"products": "lines", "products.id": "article", "products.quantity": "pieces"},
    ),
    sends(
        "a visitor without e-mail is known by the device",
        {"device_id": "device-7", "sku": "p1", "quantity": 1},
        {"distinct_id": "device-7", "products": [P1]},
    ),
    sends(
        "client and device ride along; the profile is left alone",
        {"email": EMAIL, "sku": "p1", "quantity": 1, "city": "Boston", "client": "5.1", "device": "mobile/iPad"},
        {"distinct_id": EMAIL, "products": [P1], "client": "5.1", "device": "mobile/iPad"},
    ),
    sends(
        "unless the route maps attributes",
        {"email": EMAIL, "sku": "p1", "quantity": 1, "tier": "gold"},
        {"distinct_id": EMAIL, "customer": {"email": EMAIL, "tier": "gold"}, "products": [P1]},
        attributes={"tier": "tier"},
    ),
    refuses("no product", {"email": EMAIL}, MISSING, "products"),
    refuses("an empty list has none", {"email": EMAIL, "products": []}, MISSING, "products"),
    refuses("a product without id", {"email": EMAIL, "products": [{"name": "Shoe"}]}, MISSING, "products[0].id"),
    refuses("a product that is no object", {"email": EMAIL, "products": ["p1"]}, INVALID, "products[0]"),
    refuses("someone must have done it", {"sku": "p1"}, MISSING, "distinct_id"),
    refuses("an e-mail that is none", {"email": "jane", "sku": "p1"}, INVALID, "email"),
]
