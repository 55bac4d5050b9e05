"""What Bluecore would still refuse of what is sent again, or take and ignore."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from consumer.commands.dead_letters.refusals import Refusals
from consumer.records import EventRequest


def request(event: str, distinct_id: str, **properties: Any) -> EventRequest:
    body = {"event": event, "properties": {"token": "***", "distinct_id": distinct_id, **properties}}
    return EventRequest(event, orjson.dumps(body), distinct_id)


def test_what_is_right_is_none() -> None:
    refusals = Refusals()
    refusals.look([request("search", "jane@example.com", search_term="hat")], (0, 1))
    assert refusals.all() == []


def test_an_id_that_no_identify_has_linked_reaches_no_profile() -> None:
    """The first of them is named; one that is linked by a letter behind it is none."""
    refusals = Refusals()
    for offset, visitor in enumerate(("visitor-1", "visitor-2", "visitor-2")):
        refusals.look([request("search", visitor, search_term="hat")], (3, offset))
    refusals.look([request("identify", "visitor-1", customer={"email": "jane@example.com"})], (3, 3))
    (refusal,) = refusals.all()
    assert (refusal.event, refusal.count, refusal.first) == ("search", 2, (3, 1))
    assert refusal.silent
    assert refusal.message.startswith("No identify event has linked this id to an e-mail")


def test_what_the_strict_sandbox_refuses_is_told_by_field() -> None:
    refusals = Refusals()
    customer = {"email": "jane@example.com", "phone": "555-0100"}
    for offset in range(2):
        refusals.look([request("customer_patch", "jane@example.com", customer=customer)], (0, offset))
    (refusal,) = refusals.all()
    assert (refusal.field, refusal.count, refusal.silent) == ("properties.customer.phone", 2, True)


@pytest.mark.parametrize(
    ("api", "body", "field"),
    [
        ("eligibility", {"id": {"email": "jane@example.com"}, "state": {"event": "OPTIN"}}, None),
        ("eligibility", {"id": {"email": "jane"}, "state": {"event": "OPTIN"}}, "id.email"),
        ("customers", {"id": {"phone_number": "+15556667777"}, "attributes": {"vip": True}}, None),
        ("customers", {"id": {"phone_number": "+15556667777"}, "attributes": {"VIP": True}}, "attributes.VIP"),
    ],
)
def test_what_goes_by_a_rest_api_is_judged_by_that(api: str, body: dict[str, Any], field: str | None) -> None:
    refusals = Refusals()
    refusals.look([EventRequest("optin", orjson.dumps(body), "", api=api)], (0, 1))
    assert [(each.field, each.silent, each.count) for each in refusals.all()] == (
        [(field, False, 1)] if field else []
    )
