"""unsubscribe: the customer wants no more marketing."""

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
            "the e-mail is the customer's, where Bluecore asks for it",
            {"email": EMAIL},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL}},
        ),
        sends(
            "client and device ride along",
            {"email": EMAIL, "client": "5.1", "device": "mobile/iPad"},
            {"distinct_id": EMAIL, "customer": {"email": EMAIL}, "client": "5.1", "device": "mobile/iPad"},
        ),
        refuses(
            "RudderStack: not without e-mail, whatever other id there is",
            {"distinct_id": "device-7"},
            Reason.MISSING_FIELD,
            "email",
        ),
        refuses("nor with one that is none", {"email": "jane"}, Reason.INVALID_FIELD, "email"),
    ],
)
def test_unsubscribe(row: Row) -> None:
    row.holds_for("unsubscribe")
