"""identify: links a device's or another id to an e-mail."""

from __future__ import annotations

import pytest

from consumer.records import Reason
from tests.mapping.support import EMAIL, Row, refuses, sends

CUSTOMER = {"email": EMAIL}


@pytest.mark.parametrize(
    "row",
    [
        sends(
            "RudderStack: the distinct_id is the id to be linked, the e-mail is the customer's",
            {"email": EMAIL, "distinct_id": "device-7"},
            {"distinct_id": "device-7", "customer": CUSTOMER},
        ),
        sends(
            "the customer id comes before the device id",
            {"email": EMAIL, "customer_id": "C-1", "device_id": "device-7"},
            {"distinct_id": "C-1", "customer": CUSTOMER},
        ),
        sends(
            "an explicit distinct_id that is the e-mail links nothing: the device id does",
            {"email": EMAIL, "distinct_id": EMAIL, "device_id": "device-7"},
            {"distinct_id": "device-7", "customer": CUSTOMER},
        ),
        sends(
            "an anonymous id is a device's",
            {"email": EMAIL, "anonymous_id": "anonymous-3"},
            {"distinct_id": "anonymous-3", "customer": CUSTOMER},
        ),
        sends(
            "whatever the record calls them",
            {"login": EMAIL, "cookie": "device-7"},
            {"distinct_id": "device-7", "customer": CUSTOMER},
            fields={"email": "login", "distinct_id": "cookie"},
        ),
        sends(
            "what else the record knows of the profile goes along",
            {"email": EMAIL, "customer_id": "C-1", "first_name": "Jane"},
            {"distinct_id": "C-1", "customer": {"email": EMAIL, "first_name": "Jane"}},
        ),
        sends(
            "client and device ride along",
            {"email": EMAIL, "customer_id": "C-1", "client": "5.1", "device": "mobile/iPad"},
            {"distinct_id": "C-1", "customer": CUSTOMER, "client": "5.1", "device": "mobile/iPad"},
        ),
        sends(
            "ids may be numbers",
            {"email": EMAIL, "customer_id": 4711},
            {"distinct_id": "4711", "customer": CUSTOMER},
        ),
        refuses("RudderStack: no identify without e-mail", {"device_id": "d"}, Reason.MISSING_FIELD, "email"),
        refuses("the e-mail is never the id", {"email": EMAIL}, Reason.MISSING_FIELD, "distinct_id"),
        refuses(
            "not even as the explicit one",
            {"email": EMAIL, "distinct_id": EMAIL},
            Reason.MISSING_FIELD,
            "distinct_id",
        ),
        refuses(
            "nor in another spelling, where e-mails are normalised",
            {"email": EMAIL, "distinct_id": EMAIL.upper()},
            Reason.MISSING_FIELD,
            "distinct_id",
            normalise_email=True,
        ),
        refuses("an e-mail that is none", {"email": "jane", "device_id": "d"}, Reason.INVALID_FIELD, "email"),
        refuses(
            "an id is text or a number",
            {"email": EMAIL, "customer_id": ["C-1"]},
            Reason.INVALID_FIELD,
            "customer_id",
        ),
    ],
)
def test_identify(row: Row) -> None:
    row.holds_for("identify")
