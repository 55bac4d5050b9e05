"""customer_patch: creates or updates a customer's profile."""

from __future__ import annotations

from datetime import date

import pytest

from consumer.records import Reason
from tests.mapping.support import EMAIL, PROFILE, Row, refuses, sends

MISSING, INVALID = Reason.MISSING_FIELD, Reason.INVALID_FIELD


@pytest.mark.parametrize(
    "row",
    [
        sends(
            "the attributes of a flat record",
            {"email": EMAIL, "first_name": "Jane", "birthday": "1990-05-17"},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL, "first_name": "Jane", "birthday": "1990-05-17"}},
        ),
        sends(
            "all ten from a nested customer",
            {"customer": PROFILE},
            {"distinct_id": EMAIL, "customer": PROFILE},
        ),
        sends(
            "a date becomes ISO 8601",
            {"email": EMAIL, "birthday": date(1990, 5, 17)},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL, "birthday": "1990-05-17"}},
        ),
        sends(
            "a null attribute is left out, so that it overwrites nothing",
            {"email": EMAIL, "city": None},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL}},
        ),
        sends(
            "Bluecore, Customer Profiles: an attribute that nobody mapped would be created for good",
            {"email": EMAIL, "customer": {"loyalty_points": 7}, "internal_score": 3},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL}},
        ),
        sends(
            "renaming: a mapped field replaces the default one, the others stay",
            {"email": EMAIL, "given": "Jane", "first_name": "J.", "city": "Boston"},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL, "first_name": "Jane", "city": "Boston"}},
            fields={"first_name": "given"},
        ),
        sends(
            "further attributes where the route maps them, converted where it says so",
            {"email": EMAIL, "tier": "gold", "is_vip": "TRUE"},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL, "loyalty_tier": "gold", "vip": True}},
            attributes={"loyalty_tier": "tier", "vip": {"path": "is_vip", "as": "boolean"}},
        ),
        refuses(
            "or refused, when it cannot be",
            {"email": EMAIL, "visits": "many"},
            INVALID,
            "visits",
            attributes={"visits": {"path": "visits", "as": "integer"}},
            invalid_optional="refuse",
        ),
        sends(
            "client and device ride along",
            {"email": EMAIL, "client": "5.1", "device": "mobile/iPad"},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL}, "client": "5.1", "device": "mobile/iPad"},
        ),
        sends(
            "a distinct_id that the route maps comes before the e-mail",
            {"email": EMAIL, "distinct_id": "C-1"},
            {"distinct_id": "C-1", "customer": {"email": EMAIL}},
            fields={"distinct_id": "distinct_id"},
        ),
        sends(
            "the e-mail before one that it does not",
            {"email": EMAIL, "distinct_id": "C-1"},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL}},
        ),
        sends(
            "survey: e-mails are trimmed and lower-cased where configured",
            {"email": "  Jane@Example.COM "},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL}},
            normalise_email=True,
        ),
        sends(
            "survey: phones become E.164 where configured",
            {"email": EMAIL, "phone": "(415) 555-0100"},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL, "phone": "+14155550100"}},
            phone_region="US",
        ),
        sends(
            "a phone that is none costs itself",
            {"email": EMAIL, "phone": "n/a"},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL}},
            phone_region="US",
        ),
        refuses(
            "or the event, where the route says so",
            {"email": EMAIL, "phone": "n/a"},
            INVALID,
            "phone",
            phone_region="US",
            invalid_optional="refuse",
        ),
        refuses("not without e-mail", {"first_name": "Jane"}, MISSING, "email"),
        refuses("a blank e-mail is none", {"email": " "}, MISSING, "email"),
        refuses("survey: e-mails are validated", {"email": "jane.example.com"}, INVALID, "email"),
        refuses("an e-mail is never changed unasked", {"email": f" {EMAIL}"}, INVALID, "email"),
        refuses("an e-mail is text", {"email": 7}, INVALID, "email"),
        refuses(
            "NaN has no JSON form",
            {"email": EMAIL, "zip": float("nan")},
            INVALID,
            "zip",
            invalid_optional="refuse",
        ),
    ],
)
def test_customer_patch(row: Row) -> None:
    row.holds_for("customer_patch")
