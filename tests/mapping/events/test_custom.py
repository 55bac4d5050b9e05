"""Custom event names, agreed with Bluecore's account manager: what the route maps is what is sent."""

from __future__ import annotations

import pytest

from consumer.records import Reason
from tests.mapping.support import EMAIL, Row, refuses, sends


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
        sends(
            "customer attributes where the route maps them",
            {"email": EMAIL, "city": "Boston", "tier": "gold"},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL, "tier": "gold"}},
            attributes={"tier": "tier"},
        ),
        sends(
            "Bluecore's default attributes stay attributes, however the route writes their names",
            {"email": EMAIL, "name": "Jane", "town": "Boston"},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL, "first_name": "Jane", "city": "Boston"}},
            fields={"First Name": "name", "customer.City": "town"},
        ),
        sends(
            "a conversion as everywhere",
            {"email": EMAIL, "minutes": "12"},
            {"distinct_id": EMAIL, "minutes": 12},
            fields={"minutes": {"path": "minutes", "as": "integer"}},
        ),
        sends(
            "a visitor without e-mail is known by the customer id, then the device",
            {"customer_id": "C-1", "device_id": "device-7"},
            {"distinct_id": "C-1"},
        ),
        sends(
            "nothing of it is required, and several products are one event",
            {"email": EMAIL, "products": [{"id": "p1"}, {"id": "p1"}]},
            {"distinct_id": EMAIL, "products": [{"id": "p1"}, {"id": "p1"}]},
        ),
        refuses(
            "but a product has an id",
            {"email": EMAIL, "products": [{}]},
            Reason.MISSING_FIELD,
            "products[0].id",
            invalid_optional="refuse",
        ),
        refuses(
            "and a total is a number",
            {"email": EMAIL, "total": "5"},
            Reason.INVALID_FIELD,
            "total",
            invalid_optional="refuse",
        ),
        sends(
            "none of which is required",
            {"email": EMAIL, "products": [{}], "total": "5"},
            {"distinct_id": EMAIL},
        ),
        refuses("someone must have done it", {"total": 5}, Reason.MISSING_FIELD, "distinct_id"),
    ],
)
def test_custom(row: Row) -> None:
    row.holds_for("store_visit")
