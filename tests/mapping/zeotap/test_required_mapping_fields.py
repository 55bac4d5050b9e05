"""Zeotap, Required Mapping Fields: the e-mail says whose event it is."""

from __future__ import annotations

import pytest

from consumer.records import Reason, Reject
from tests.mapping.support import EMAIL, documents, map_one, route
from tests.mapping.zeotap.account import DEVICE, ROWS
from tests.mapping.zeotap.promises import shows

EMAIL_IS_PRIMARY = "email: Customer email address (primary identifier for all Bluecore events)"
PROFILE = ("customer_patch", "identify", "optin", "unsubscribe", "purchase")


@pytest.mark.parametrize("event", sorted(ROWS.keys() - {"identify"}))
@shows(EMAIL_IS_PRIMARY)
def test_it_goes_before_every_other_id(event: str) -> None:
    (document,) = documents(map_one(route(event), ROWS[event] | {"customer_id": "C-1", "device_id": DEVICE}))
    assert document["properties"]["distinct_id"] == EMAIL


@pytest.mark.parametrize("event", PROFILE)
@shows(EMAIL_IS_PRIMARY)
def test_it_is_the_customers_name_in_what_changes_a_profile(event: str) -> None:
    (document,) = documents(map_one(route(event), ROWS[event]))
    assert document["properties"]["customer"]["email"] == EMAIL


@pytest.mark.parametrize("event", ROWS)
@shows(EMAIL_IS_PRIMARY)
def test_a_row_without_it_or_any_other_id_is_refused(event: str) -> None:
    """What changes a profile needs the e-mail itself; of a visitor, another id may tell."""
    outcome = map_one(route(event), {**ROWS[event], "email": None, "device_id": None})
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (
        Reason.MISSING_FIELD,
        "email" if event in PROFILE else "distinct_id",
    )
