"""The answer of the eligibility API: what it says of a consent, and what is not its form."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from consumer.bluecore.consent_states import (
    NOTHING_KNOWN,
    ConsentState,
    Status,
    UnknownShape,
    consent_states,
    effective,
)


def answer(*states: Any) -> bytes:
    return orjson.dumps({"data": {"subscription": {"id": "jane@example.com", "states": states}}, "more": 1})


def test_a_state_with_all_that_is_documented() -> None:
    body = answer(
        {
            "status": "UNSUBSCRIBED",
            "consented_at": "2026-11-29T12:00:00Z",
            "source": "integration",
            "message_type": "marketing",
            "channel_identifier": "+12025550100",
        }
    )
    assert consent_states(body) == (
        ConsentState(Status.UNSUBSCRIBED, 1_795_953_600_000, "integration", "MARKETING", "+12025550100"),
    )


def test_a_state_with_nothing_but_its_status() -> None:
    assert consent_states(answer({"status": "subscribed", "consented_at": None})) == (
        ConsentState(Status.SUBSCRIBED),
    )


@pytest.mark.parametrize("body", [answer(), b'{"data":{"subscription":null}}'])
def test_without_a_state_nothing_is_known(body: bytes) -> None:
    assert effective(consent_states(body), message_type="MARKETING", channel=None) is NOTHING_KNOWN


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<html>", "it is no JSON object"),
        (b"[]", "it is no JSON object"),
        (b'{"error":"jane@example.com"}', "data is missing"),
        (b'{"data":{"ids":"unknown"}}', "data.subscription is missing"),
        (answer({"state": "SUBSCRIBED"}), "data.subscription.states.0.status is missing"),
        (answer({"status": "jane@example.com"}), "data.subscription.states.0.status is none of the documented ones"),
        (answer("SUBSCRIBED"), "data.subscription.states.0 is no JSON object"),
        (
            answer({"status": "SUBSCRIBED", "consented_at": "soon"}),
            "consented_at cannot be read",
        ),
    ],
)
def test_another_form_is_said_without_its_values(body: bytes, says: str) -> None:
    with pytest.raises(UnknownShape) as caught:
        consent_states(body)
    assert says in str(caught.value)
    assert "jane" not in str(caught.value)


SUBSCRIBED, UNSUBSCRIBED = ConsentState(Status.SUBSCRIBED), ConsentState(Status.UNSUBSCRIBED)
OF_ORDERS = ConsentState(Status.SUBSCRIBED, message_type="TRANSACTIONAL")


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ((UNSUBSCRIBED, SUBSCRIBED), Status.SUBSCRIBED),
        ((UNSUBSCRIBED, ConsentState(Status.PENDING)), Status.PENDING),
        ((UNSUBSCRIBED, OF_ORDERS), Status.UNSUBSCRIBED),
        ((OF_ORDERS,), Status.NOT_KNOWN),
    ],
)
def test_who_is_subscribed_in_any_way_is_sent_to(states: tuple[ConsentState, ...], status: Status) -> None:
    assert effective(states, message_type="MARKETING", channel=None).status is status


def test_a_number_that_sends_has_a_consent_of_its_own() -> None:
    states = (ConsentState(Status.SUBSCRIBED, channel="111"), ConsentState(Status.UNSUBSCRIBED, channel="222"))
    found = [effective(states, message_type="MARKETING", channel=each).status for each in ("111", "222", None)]
    assert found == [Status.SUBSCRIBED, Status.UNSUBSCRIBED, Status.SUBSCRIBED]
