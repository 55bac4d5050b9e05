"""wishlist: products go onto the wish list."""

from __future__ import annotations

import pytest

from tests.mapping.events.product_lists import ON_A_LIST, P1, P2, TWO
from tests.mapping.support import EMAIL, Row, sends


@pytest.mark.parametrize(
    "row", [sends("several at once", TWO, {"distinct_id": EMAIL, "products": [P1, P2]}), *ON_A_LIST]
)
def test_wishlist(row: Row) -> None:
    row.holds_for("wishlist")
