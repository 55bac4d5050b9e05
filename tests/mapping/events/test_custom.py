"""Custom event names, agreed with Bluecore's account manager: what the route maps is what is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from consumer.records import Reason
from tests.mapping.support import EMAIL, refuses, sends

if TYPE_CHECKING:
    from tests.mapping.support import Row


@pytest.mark.parametrize(
    "row",
    [
        sends("the envelope alone", {"email": EMAIL}, {"distinct_id": EMAIL}),
        sends(
            "products and Bluecore's own names where there are any",
            {"email": EMAIL, "products": [{"sku": "p1"}], "total": 5},
            {"distinct_id": EMAIL, "products": [{"id": "p1"}], "total": 5},
        ),
        sends(
            "any property that the route maps, nested ones too",
            {"email": EMAIL, "shop": {"id": 7, "tags": ["a"]}, "other": 1},
            {"distinct_id": EMAIL, "store": {"id": 7, "tags": ["a"]}},
            fields={"store": "shop"},
        ),
        refuses("someone must have done it", {"total": 5}, Reason.MISSING_FIELD, "distinct_id"),
    ],
)
def test_custom(row: Row) -> None:
    row.holds_for("store_visit")
