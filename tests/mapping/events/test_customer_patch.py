"""customer_patch: creates or updates a customer's profile."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from consumer.records import Reason
from tests.mapping.support import EMAIL, refuses, sends

if TYPE_CHECKING:
    from tests.mapping.support import Row

MISSING, INVALID = Reason.MISSING_FIELD, Reason.INVALID_FIELD
ALL = {
    "first_name": "Jane",
    "last_name": "Doe",
    "phone": "+14155550100",
    "city": "Boston",
    "state": "MA",
    "zip": "02101",
    "country": "US",
    "gender": "FEMALE",
    "birthday": "1990-05-17",
}


@pytest.mark.parametrize(
    "row",
    [
        sends(
            "Zeotap, Event Payload Format: the document's own example",
            {"email": EMAIL, "first_name": "Jane", "last_name": "Doe"},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL, "first_name": "Jane", "last_name": "Doe"}},
        ),
        sends(
            "Zeotap, Default Destination Fields: all ten from a flat record",
            {"email": EMAIL, **ALL},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL, **ALL}},
        ),
        sends(
            "all ten from a nested customer",
            {"customer": {"email": EMAIL, **ALL}},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL, **ALL}},
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
            "Zeotap: attribute names are lower case with underscores",
            {"email": EMAIL, "tier": "gold", "given": "Jane"},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL, "first_name": "Jane", "loyalty_tier": "gold"}},
            fields={"First-Name": "given"},
            attributes={"Loyalty Tier": "tier"},
        ),
        sends(
            "Zeotap, Best Practices: a boolean is a JSON boolean where the route says so",
            {"email": EMAIL, "is_vip": "TRUE"},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL, "vip": True}},
            attributes={"vip": {"path": "is_vip", "as": "boolean"}},
        ),
        refuses(
            "a boolean that is none",
            {"email": EMAIL, "is_vip": "maybe"},
            INVALID,
            "vip",
            attributes={"vip": {"path": "is_vip", "as": "boolean"}},
        ),
        sends(
            "an explicit distinct_id comes before the e-mail",
            {"email": EMAIL, "distinct_id": "C-1"},
            {"distinct_id": "C-1", "customer": {"email": EMAIL}},
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
        refuses("a phone that is none", {"email": EMAIL, "phone": "n/a"}, INVALID, "phone", phone_region="US"),
        refuses("Zeotap, Required Mapping Fields: email", {"first_name": "Jane"}, MISSING, "email"),
        refuses("a blank e-mail is none", {"email": " "}, MISSING, "email"),
        refuses("survey: e-mails are validated", {"email": "jane.example.com"}, INVALID, "email"),
        refuses("an e-mail is never changed unasked", {"email": f" {EMAIL}"}, INVALID, "email"),
        refuses("an e-mail is text", {"email": 7}, INVALID, "email"),
        refuses("NaN has no JSON form", {"email": EMAIL, "zip": float("nan")}, INVALID, "zip"),
    ],
)
def test_customer_patch(row: Row) -> None:
    row.holds_for("customer_patch")
