"""What Bluecore has stored, held against what was sent: told by names and statuses, never by a value."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from consumer.bluecore.applied import unapplied

EMAIL, PHONE = "jane@example.com", "+15556667777"
THEN = "2025-08-24T15:22:09.650080419Z"


def consent(event: str = "OPTIN", of: dict[str, str] | None = None, **more: Any) -> bytes:
    return orjson.dumps({"id": of or {"email": EMAIL}, "state": {"event": event, "message_type": "MARKETING"} | more})


def stored(*states: dict[str, Any], **own: str) -> bytes:
    """The answer in the form of Bluecore's documents."""
    subscription = {"id": own or {"email": EMAIL}, "states": list(states)}
    return orjson.dumps({"data": {"namespace": "bluestore", "subscription": subscription}})


def state(status: str, **more: Any) -> dict[str, Any]:
    return {"consented_at": THEN, "message_type": "MARKETING", "source": "public-api", "status": status} | more


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (consent(), stored(state("SUBSCRIBED"))),
        (consent("UNSUBSCRIBE"), stored(state("UNSUBSCRIBED"))),
        (consent("SIGNUP"), stored(state("PENDING_CONFIRMATION"))),
        (consent("SIGNUP"), stored(state("SUBSCRIBED"))),
        (consent(), stored(state("SUBSCRIBED"), state("UNSUBSCRIBED", message_type="TRANSACTIONAL"))),
        (
            consent(channel_identifier="12345"),
            stored(
                state("UNSUBSCRIBED", channel_identifier="777"), state("SUBSCRIBED", channel_identifier="12345")
            ),
        ),
        (
            consent(of={"email": " Jane@Example.COM"}),
            stored(state("SUBSCRIBED")),
        ),
        (
            consent(of={"phone_number": PHONE[1:]}),
            stored(state("SUBSCRIBED"), phone_number=PHONE),
        ),
    ],
)  # fmt: skip
def test_what_is_stored_as_it_was_sent_is_applied(sent: bytes, answered: bytes) -> None:
    """Bluecore writes addresses in lower case; a sign-up is applied once the customer is asked, or has confirmed."""
    assert not unapplied(sent, answered)


@pytest.mark.parametrize(
    ("sent", "answered", "says"),
    [
        (consent(), stored(state("UNSUBSCRIBED")), f"UNSUBSCRIBED since {THEN} by public-api for MARKETING"),
        (consent("UNSUBSCRIBE"), stored(state("SUBSCRIBED")), "which was to be UNSUBSCRIBED"),
        (consent("SIGNUP"), stored(state("UNSUBSCRIBED")), "which was to be PENDING_CONFIRMATION"),
        (consent(), stored(state("PENDING_CONFIRMATION")), "which was to be SUBSCRIBED"),
        (consent(), stored(state("NOT_KNOWN")), "Bluecore has NOT_KNOWN"),
        (consent(), stored(state("jane@example.com")), "a status that is not documented"),
        (consent(), stored({"message_type": "MARKETING"}), "Bluecore has no status"),
        (consent(), stored(state("SUBSCRIBED", message_type="TRANSACTIONAL")), "no state for MARKETING"),
        (consent(), stored(), "no state for MARKETING"),
        (consent(), stored(state("SUBSCRIBED"), email="joe@example.com"), "about another customer"),
    ],
)
def test_another_state_is_told(sent: bytes, answered: bytes, says: str) -> None:
    found = unapplied(sent, answered)
    assert says in found
    assert "@" not in found


@pytest.mark.parametrize(
    ("answered", "where"),
    [
        (b"", "it is no JSON"),
        (b"<html>", "it is no JSON"),
        (b"[]", "it is no JSON object"),
        (b"{}", "data is missing"),
        (b'{"data": []}', "data is of another type"),
        (b'{"data": {}}', "data.subscription is missing"),
        (b'{"data": {"subscription": {"id": {}}}}', "data.subscription.states is missing"),
        (b'{"data": {"subscription": {"id": "x", "states": []}}}', "data.subscription.id is of another type"),
    ],
)
def test_an_answer_of_another_shape_says_where_it_differs_and_what_to_do(answered: bytes, where: str) -> None:
    found = unapplied(consent(), answered)
    assert f"another shape than is documented ({where})" in found
    assert "replay" in found


@pytest.mark.parametrize("value", [{"a": 1}, ["SUBSCRIBED"], 7, True])
@pytest.mark.parametrize("name", ["status", "message_type", "source", "consented_at", "channel_identifier"])
def test_a_state_may_have_anything_in_the_place_of_a_word(name: str, value: Any) -> None:
    """The API is young: whatever it answers is told, and stops nothing."""
    found = unapplied(consent(channel_identifier="12345"), stored(state("UNSUBSCRIBED") | {name: value}))
    assert "which was to be SUBSCRIBED" in found


@pytest.mark.parametrize("at", ["15556667777", "2026 jane", "2026-01-31T12:00 jane", f"{THEN} jane"])
def test_what_is_no_time_is_not_repeated(at: str) -> None:
    found = unapplied(consent(), stored(state("UNSUBSCRIBED", consented_at=at)))
    assert "UNSUBSCRIBED by public-api" in found


def profile(**more: Any) -> bytes:
    return orjson.dumps({"id": {"email": EMAIL}} | more)


def customer(*ids: dict[str, str], **attributes: Any) -> bytes:
    return orjson.dumps({"data": {"ids": [{"email": EMAIL}, *ids], "attributes": attributes, "namespace": "shop"}})


@pytest.mark.parametrize(
    ("sent", "answered", "says"),
    [
        (profile(), customer(), ""),
        (profile(attributes={"vip": True, "n": 3}), customer(vip=True, n="3", other=1), ""),
        (profile(attributes={"birthday": "1995-01-01"}), customer(birthday="1995-01-01T00:00:00.0Z"), ""),
        (profile(attributes={"spent": 10.5, "n": 7}), customer(spent="10.50", n=7.0), ""),
        (profile(attributes={"seen": "2026-01-31T12:00:00Z"}), customer(seen="2026-01-31T13:00:00.000+01:00"), ""),
        (profile(attributes={"seen": "2026-01-31T12:00:00Z"}), customer(seen="2026-01-31T13:00:00Z"), "of seen"),
        (profile(attributes={"zip": "02110", "n": 7}), customer(zip=2110, n="seven"), "of zip, n"),
        (profile(link_ids=[{"phone_number": PHONE}]), customer({"phone_number": PHONE}), ""),
        (profile(link_ids=[{"phone_number": PHONE}]), customer(), "has not linked 1 of the identifiers"),
        (profile(attributes={"vip": True, "a": 1}), customer(vip="true"), "other values than were sent of vip, a"),
        (profile(attributes={"tier": "gold"}), customer(tier="blue"), "of tier"),
        (profile(), orjson.dumps({"data": {"ids": [{"email": "joe@example.com"}]}}), "about another customer"),
        (profile(attributes={"a": 1}), orjson.dumps({"data": {"ids": [{"email": EMAIL}]}}), "attributes is missing"),
        (profile(), b'{"data": {}}', "data.ids is missing"),
    ],
)  # fmt: skip
def test_a_profile_is_held_against_the_customer_that_comes_back(sent: bytes, answered: bytes, says: str) -> None:
    found = unapplied(sent, answered)
    assert says in found
    assert bool(found) is bool(says)
