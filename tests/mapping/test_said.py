"""What an event says, whichever API it goes by."""

from __future__ import annotations

import pytest

from consumer.mapping.said import properties_of
from consumer.records import EventRequest


@pytest.mark.parametrize(
    ("api", "body", "properties"),
    [
        (
            "",
            b'{"event":"search","properties":{"token":"t","search_term":"mug"}}',
            {"token": "t", "search_term": "mug"},
        ),
        (
            "customers",
            b'{"id":{"email":"j@a.example"},"link_ids":[{"phone_number":"+1555"}],"attributes":{"vip":true}}',
            {"distinct_id": "j@a.example", "customer": {"email": "j@a.example", "vip": True}},
        ),
        (
            "eligibility",
            b'{"id":{"phone_number":"+1555"},"state":{"event":"OPTIN"}}',
            {"distinct_id": "+1555", "customer": {"phone_number": "+1555"}},
        ),
    ],
)
def test_the_customer_and_the_attributes_are_where_the_events_api_has_them(
    api: str, body: bytes, properties: dict[str, object]
) -> None:
    assert properties_of(EventRequest("e", body, "c", api=api)) == properties
