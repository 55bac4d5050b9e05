"""remove_from_cart: products leave the cart."""

from __future__ import annotations

import pytest

from tests.mapping.events.product_lists import ON_A_LIST, P1, P2, TWO
from tests.mapping.support import EMAIL, Row, sends


@pytest.mark.parametrize(
    "row", [sends("several at once", TWO, {"distinct_id": EMAIL, "products": [P1, P2]}), *ON_A_LIST]
)
def test_remove_from_cart(row: Row) -> None:
    row.holds_for("remove_from_cart")
