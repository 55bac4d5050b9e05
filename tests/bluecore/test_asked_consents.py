"""A consent's request, by whichever API, says whose it is and since when."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from consumer.bluecore.asked_consents import AskedConsent, asked_consent


def by_events(event: str = "unsubscribe", **customer: Any) -> bytes:
    return orjson.dumps({"event": event, "properties": {"token": "t", "distinct_id": "x", "customer": customer}})


def by_eligibility(identifier: dict[str, str], **state: Any) -> bytes:
    return orjson.dumps({"id": identifier, "state": {"event": "OPTIN", **state}})


def test_the_events_api_is_told_an_address_and_no_time() -> None:
    found = asked_consent(by_events(email=" Jane@Example.com "))
    assert found == AskedConsent("unsubscribe", "jane@example.com", queued=True)


@pytest.mark.parametrize("body", [by_events(), by_eligibility({})])
def test_one_that_names_nobody_is_none(body: bytes) -> None:
    assert asked_consent(body) is None


def test_eligibility_is_told_the_time_the_kind_and_the_number_that_sends() -> None:
    state = {"consented_at": "2026-11-29T12:00:00Z", "message_type": "TRANSACTIONAL", "channel_identifier": "12345"}
    found = asked_consent(by_eligibility({"phone_number": "12025550100"}, **state))
    assert found == AskedConsent("optin", "+12025550100", "TRANSACTIONAL", "12345", 1_795_953_600_000)


def test_eligibility_without_a_time_says_none() -> None:
    assert asked_consent(by_eligibility({"email": "Jane@example.com"})) == AskedConsent("optin", "jane@example.com")
