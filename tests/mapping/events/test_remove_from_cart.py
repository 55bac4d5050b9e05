"""remove_from_cart: products leave the cart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from consumer.records import Reason
from tests.mapping.support import EMAIL, refuses, sends

if TYPE_CHECKING:
    from tests.mapping.support import Row

TWO = {"email": EMAIL, "products": [{"sku": "p1"}, {"sku": "p2"}]}


@pytest.mark.parametrize(
    "row",
    [
        sends("several at once", TWO, {"distinct_id": EMAIL, "products": [{"id": "p1"}, {"id": "p2"}]}),
        sends(
            "or one event each",
            TWO,
            {"distinct_id": EMAIL, "products": [{"id": "p1"}]},
            {"distinct_id": EMAIL, "products": [{"id": "p2"}]},
            split_products=True,
        ),
        refuses("no product", {"email": EMAIL, "products": None}, Reason.MISSING_FIELD, "products"),
        refuses("a product without id", {"email": EMAIL, "products": [{}]}, Reason.MISSING_FIELD, "products[0].id"),
    ],
)
def test_remove_from_cart(row: Row) -> None:
    row.holds_for("remove_from_cart")
