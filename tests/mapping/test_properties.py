"""What an event has beside Bluecore's fields stands under the name that the route gives it, on every event type."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from consumer.mapping.contract import CONTRACTS
from consumer.mapping.router import compile_routes
from consumer.records import Reject, Send
from tests.mapping.support import EMAIL, TOKEN, documents, map_one, route

WHOLE: dict[str, Any] = {
    "email": EMAIL,
    "user_id": "u1",
    "products": [{"id": "p1"}],
    "search_term": "shoes",
    "order_id": "O-1",
    "total": 5,
    "money": {"code": "EUR", "rate": Decimal("1.10")},
    "tags": ["a", "b"],
    "is_gift": "no",
}
PROPERTIES = {
    "currency": "money.code",
    "rate": "money.rate",
    "tags": "tags",
    "gift": {"path": "is_gift", "as": "boolean"},
    "coupon": "code",
}


@pytest.mark.parametrize("event", [*CONTRACTS, "store_visit"])
def test_on_every_event_type(event: str) -> None:
    (document,) = documents(map_one(route(event, properties=PROPERTIES), WHOLE))
    added = {name: document["properties"].get(name) for name in PROPERTIES}
    assert added == {"currency": "EUR", "rate": 1.1, "tags": ["a", "b"], "gift": False, "coupon": None}
    assert "coupon" not in document["properties"], "what has no value is not sent"


def test_a_decimal_keeps_its_digits() -> None:
    outcome = map_one(route("search", properties={"rate": "money.rate"}), WHOLE)
    assert isinstance(outcome, Send)
    assert b'"rate":1.10' in outcome.requests[0].body


def test_one_that_cannot_be_read_costs_itself_or_the_event_where_the_route_says_so() -> None:
    properties = {"gift": {"path": "money.code", "as": "boolean"}, "currency": "money.code"}
    left_out = map_one(route("optin", properties=properties), WHOLE)
    assert isinstance(left_out, Send)
    assert [each.field for each in left_out.omitted] == ["gift"]
    assert documents(left_out)[0]["properties"]["currency"] == "EUR"
    refused = map_one(route("optin", properties=properties, invalid_optional="refuse"), WHOLE)
    assert isinstance(refused, Reject)
    assert refused.field == "gift"


def test_of_each_event_that_a_value_chooses() -> None:
    chosen = route(
        {"path": "kind", "values": {"a": "search", "b": "wishlist"}}, properties={"currency": "money.code"}
    )
    for kind in ("a", "b"):
        (document,) = documents(map_one(chosen, {**WHOLE, "kind": kind}))
        assert document["properties"]["currency"] == "EUR"


def test_what_they_read_is_decoded() -> None:
    router = compile_routes([route("optin", properties={"currency": "money.code"})], token=TOKEN)
    assert "money" in (router.reads("shop.events") or ())
