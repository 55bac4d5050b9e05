"""optin: the customer agrees to marketing."""

from __future__ import annotations

import pytest

from tests.mapping.events.consents import CONSENTS, INVALID, MISSING
from tests.mapping.support import EMAIL, Row, refuses, sends


@pytest.mark.parametrize("row", CONSENTS)
def test_optin(row: Row) -> None:
    row.holds_for("optin")


@pytest.mark.parametrize(
    "row",
    [
        sends(
            "RudderStack: by a boolean consent, where the route says so",
            {"email": EMAIL, "consent": True},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL}},
        ),
        refuses("a consent that is missing is nobody's", {"email": EMAIL}, MISSING, "event"),
        refuses("so is one that is no boolean", {"email": EMAIL, "consent": "true"}, INVALID, "event"),
    ],
)
def test_optin_by_consent(row: Row) -> None:
    row.holds_for("optin", {"path": "consent", "values": {True: "optin", False: "unsubscribe"}})
