"""add_to_cart: one product goes into the cart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from consumer.records import Reason
from tests.mapping.support import EMAIL, refuses, sends

if TYPE_CHECKING:
    from tests.mapping.support import Row

TWO = {"email": EMAIL, "products": [{"sku": "p1", "quantity": 1}, {"sku": "p2", "quantity": 3}]}


@pytest.mark.parametrize(
    "row",
    [
        sends(
            "one product",
            {"email": EMAIL, "products": [{"sku": "p1"}]},
            {"distinct_id": EMAIL, "products": [{"id": "p1"}]},
        ),
        refuses(
            'Bluecore, Customer Events: "only a single product id is accepted per event"',
            TWO,
            Reason.INVALID_FIELD,
            "products",
        ),
        sends(
            "so several are one event each, where the route splits them",
            TWO,
            {"distinct_id": EMAIL, "products": [{"id": "p1", "quantity": 1}]},
            {"distinct_id": EMAIL, "products": [{"id": "p2", "quantity": 3}]},
            split_products=True,
        ),
        refuses("no product", {"email": EMAIL}, Reason.MISSING_FIELD, "products"),
    ],
)
def test_add_to_cart(row: Row) -> None:
    row.holds_for("add_to_cart")
