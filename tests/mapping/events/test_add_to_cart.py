"""add_to_cart: one product goes into the cart."""

from __future__ import annotations

import pytest

from tests.mapping.events.product_lists import INVALID, ON_A_LIST, TWO
from tests.mapping.support import Row, refuses


@pytest.mark.parametrize(
    "row",
    [
        refuses(
            'Bluecore, Customer Events: "only a single product id is accepted per event"', TWO, INVALID, "products"
        ),
        *ON_A_LIST,
    ],
)
def test_add_to_cart(row: Row) -> None:
    row.holds_for("add_to_cart")
