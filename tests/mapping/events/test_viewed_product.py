"""viewed_product: the customer looks at a product; what holds for products here holds for every event."""

from __future__ import annotations

from decimal import Decimal

import pytest

from consumer.records import Reason
from tests.mapping.support import EMAIL, Row, refuses, sends

MISSING, INVALID = Reason.MISSING_FIELD, Reason.INVALID_FIELD
P1 = {"distinct_id": EMAIL, "products": [{"id": "p1"}]}


@pytest.mark.parametrize(
    "row",
    [
        sends(
            "RudderStack: product_id comes before sku before id, and is sent as id",
            {"email": EMAIL, "products": [{"id": "a", "sku": "b", "product_id": "c"}, {"id": "a", "sku": "b"}]},
            {"distinct_id": EMAIL, "products": [{"id": "c"}, {"id": "b"}]},
        ),
        sends(
            "Bluecore: other product fields ride along, and decimals keep their digits",
            {"email": EMAIL, "products": [{"id": "p1", "price": Decimal("9.90"), "colour": "red", "size": None}]},
            {"distinct_id": EMAIL, "products": [{"id": "p1", "price": 9.90, "colour": "red"}]},
        ),
        sends("a product under products becomes a list of one", {"email": EMAIL, "products": {"id": "p1"}}, P1),
        sends(
            "RudderStack: the product of a flat record; its own id is no product's",
            {"email": EMAIL, "product_id": "p1", "name": "Shoe", "price": 9.5, "quantity": 1, "id": "row-3"},
            {"distinct_id": EMAIL, "products": [{"id": "p1", "name": "Shoe", "price": 9.5, "quantity": 1}]},
        ),
        sends(
            "paths of products start at each product; beside them, only Bluecore's own names",
            {"email": EMAIL, "lines": [{"item": "p1", "cost": 3, "cents": 950, "quantity": 2}]},
            {"distinct_id": EMAIL, "products": [{"id": "p1", "quantity": 2, "price_in_cents": 950}]},
            fields={"products": "lines", "products.id": "item", "products.price_in_cents": "cents"},
        ),
        sends(
            "and at the record, when it is flat",
            {"email": EMAIL, "item": "p1"},
            P1,
            fields={"products.id": "item"},
        ),
        sends(
            "several products are one event unless the route splits them",
            {"email": EMAIL, "products": [{"id": "p1"}, {"id": "p2"}]},
            {"distinct_id": EMAIL, "products": [{"id": "p1"}, {"id": "p2"}]},
        ),
        sends(
            "split",
            {"email": EMAIL, "products": [{"id": "p1"}, {"id": "p2"}]},
            P1,
            {"distinct_id": EMAIL, "products": [{"id": "p2"}]},
            split_products=True,
        ),
        sends(
            "a view says nothing of the profile",
            {"email": EMAIL, "city": "Boston", "product_id": "p1"},
            P1,
        ),
        sends(
            "unless the route maps attributes for it",
            {"email": EMAIL, "city": "Boston", "product_id": "p1", "tier": "gold"},
            {**P1, "customer": {"email": EMAIL, "tier": "gold"}},
            attributes={"tier": "tier"},
        ),
        sends(
            "the customer id stands in for the e-mail, before the device id",
            {"customer_id": 7, "device_id": "d", "product_id": "p1"},
            {"distinct_id": "7", "products": [{"id": "p1"}]},
        ),
        sends(
            "client and device ride along",
            {"email": EMAIL, "product_id": "p1", "client": "5.1", "device": "mobile/iPad"},
            {**P1, "client": "5.1", "device": "mobile/iPad"},
        ),
        refuses("no product", {"email": EMAIL}, MISSING, "products"),
        refuses("an empty list has none", {"email": EMAIL, "products": []}, MISSING, "products"),
        refuses(
            "a product without id",
            {"email": EMAIL, "products": [{"id": "p1"}, {"name": "Shoe"}]},
            MISSING,
            "products[1].id",
        ),
        refuses("the record's own id is no product's", {"email": EMAIL, "id": "row-3"}, MISSING, "products"),
        refuses("a product is an object", {"email": EMAIL, "products": ["p1"]}, INVALID, "products[0]"),
        refuses("products are a list", {"email": EMAIL, "products": "p1"}, INVALID, "products"),
        refuses("someone must have looked", {"product_id": "p1"}, MISSING, "distinct_id"),
        refuses("an e-mail that is none", {"email": "jane", "product_id": "p1"}, INVALID, "email"),
        refuses(
            "NaN has no JSON form",
            {"email": EMAIL, "products": [{"id": "p1", "price": float("inf")}]},
            INVALID,
            "products[0].price",
            invalid_optional="refuse",
        ),
        refuses(
            "a product that becomes nothing but faults",
            {"email": EMAIL, "lines": [{"item": 1.5}]},
            INVALID,
            "products[0].id",
            fields={"products": "lines", "products.id": "item"},
        ),
    ],
)
def test_viewed_product(row: Row) -> None:
    row.holds_for("viewed_product")
