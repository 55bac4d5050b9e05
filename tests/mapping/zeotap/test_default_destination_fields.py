"""Zeotap, Default Destination Fields: the ten that need no mapping, and how every attribute is spelt."""

from __future__ import annotations

import pytest

from consumer.commands.validation.routes import route_findings
from tests.mapping.support import EMAIL, PROFILE, route
from tests.mapping.zeotap.account import Account
from tests.mapping.zeotap.promises import shows

LOWER_CASE = (
    "All customer attributes sent to Bluecore must be lowercase and use underscores instead of spaces or dashes "
    "(e.g., first_name, not First-Name)."
)


@pytest.mark.parametrize("event", ["customer_patch", "optin", "unsubscribe"])
@shows("email, first_name, last_name, phone, city, state, zip, country, gender, birthday")
def test_they_are_sent_without_a_mapping_and_no_others_are(account: Account, event: str) -> None:
    account.sync(route(event), PROFILE | {"internal_score": 3})
    assert account.profile()["attributes"] == PROFILE


@pytest.mark.parametrize("written", ["first_name", "First-Name", "first name", "FIRST_NAME"])
@shows(LOWER_CASE, "Zeotap automatically lowercases attribute names.")
def test_a_name_is_sent_in_lower_case_with_underscores(account: Account, written: str) -> None:
    """However the route writes it: as a field, or as a further attribute."""
    further = written.replace("first", "pet").replace("First", "Pet").replace("FIRST", "PET")
    account.sync(
        route("customer_patch", fields={written: "given"}, attributes={further: "pet"}),
        {"email": EMAIL, "given": "Jane", "pet": "Rex"},
    )
    assert account.profile()["attributes"] == {"email": EMAIL, "first_name": "Jane", "pet_name": "Rex"}


@pytest.mark.parametrize("written", ["naïve", "tier.level", "1st", "tier/level"])
@shows(LOWER_CASE)
def test_a_name_that_cannot_be_written_so_is_refused_at_the_start(written: str) -> None:
    (finding,) = route_findings([route("customer_patch", attributes={written: "tier"})])
    assert finding.key == f"routes[0].attributes.{written}"
