"""search: the customer looks for something."""

from __future__ import annotations

import pytest

from consumer.records import Reason
from tests.mapping.support import EMAIL, Row, refuses, sends


@pytest.mark.parametrize(
    "row",
    [
        sends(
            "the term, or the phrase",
            {"email": EMAIL, "search_term": "red shoes"},
            {"distinct_id": EMAIL, "search_term": "red shoes"},
        ),
        sends(
            "or the category that was browsed, from where the record has it",
            {"email": EMAIL, "page": {"category": "Shoes"}},
            {"distinct_id": EMAIL, "search_term": "Shoes"},
            fields={"search_term": "page.category"},
        ),
        sends(
            "a number is a term too",
            {"email": EMAIL, "search_term": 501},
            {"distinct_id": EMAIL, "search_term": "501"},
        ),
        sends(
            "client and device ride along; the profile is left alone",
            {"email": EMAIL, "search_term": "shoes", "city": "Boston", "client": "5.1", "device": "mobile/iPad"},
            {"distinct_id": EMAIL, "search_term": "shoes", "client": "5.1", "device": "mobile/iPad"},
        ),
        sends(
            "unless the route maps attributes",
            {"email": EMAIL, "search_term": "shoes", "tier": "gold"},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL, "tier": "gold"}, "search_term": "shoes"},
            attributes={"tier": "tier"},
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
        refuses("an e-mail that is none", {"email": "jane", "search_term": "x"}, Reason.INVALID_FIELD, "email"),
        refuses("someone must have searched", {"search_term": "x"}, Reason.MISSING_FIELD, "distinct_id"),
    ],
)
def test_search(row: Row) -> None:
    row.holds_for("search")
