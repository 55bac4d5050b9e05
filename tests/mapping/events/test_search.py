"""search: the customer looks for something."""

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
        sends(
            "Zeotap, Available Event Types: the search term",
            {"email": EMAIL, "search_term": "red shoes"},
            {"distinct_id": EMAIL, "search_term": "red shoes"},
        ),
        sends(
            "products are for every commerce event but search",
            {"email": EMAIL, "search_term": "shoes", "products": [{"id": "p1"}]},
            {"distinct_id": EMAIL, "search_term": "shoes"},
        ),
        sends(
            "a visitor without e-mail is known by the device",
            {"device_id": "device-7", "search_term": "shoes"},
            {"distinct_id": "device-7", "search_term": "shoes"},
        ),
        refuses("RudderStack: no search without term", {"email": EMAIL}, Reason.MISSING_FIELD, "search_term"),
        refuses("a blank one is none", {"email": EMAIL, "search_term": " "}, Reason.MISSING_FIELD, "search_term"),
        refuses("a term is text", {"email": EMAIL, "search_term": True}, Reason.INVALID_FIELD, "search_term"),
        refuses("someone must have searched", {"search_term": "x"}, Reason.MISSING_FIELD, "distinct_id"),
    ],
)
def test_search(row: Row) -> None:
    row.holds_for("search")
