"""Zeotap, Event Payload Format."""

from __future__ import annotations

import pytest

from tests.mapping.support import TOKEN, documents, map_one, route
from tests.mapping.zeotap.account import ROWS
from tests.mapping.zeotap.promises import shows

STANDARD_FORMAT = "All events follow Bluecore's standard format"


@shows(STANDARD_FORMAT)
def test_the_pages_own_example() -> None:
    row = {"email": "customer@example.com", "first_name": "Jane", "last_name": "Doe"}
    assert documents(map_one(route("customer_patch"), row)) == [
        {
            "event": "customer_patch",
            "properties": {
                "token": TOKEN,
                "distinct_id": "customer@example.com",
                "customer": {"email": "customer@example.com", "first_name": "Jane", "last_name": "Doe"},
            },
        }
    ]


@pytest.mark.parametrize(("event", "row"), [*ROWS.items(), ("store_visit", ROWS["optin"])])
@shows(STANDARD_FORMAT)
def test_every_event_type_and_custom_ones(event: str, row: dict[str, str]) -> None:
    """A name, and properties that say which account's and which customer's it is."""
    (document,) = documents(map_one(route(event), row))
    assert list(document) == ["event", "properties"]
    assert document["event"] == event
    assert list(document["properties"])[:2] == ["token", "distinct_id"]
    assert document["properties"]["token"] == TOKEN
