"""Consent by the REST API: what is stored, in which order, and what is read back."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.sandbox.rest_client import Client
from tests.sandbox.samples import JANE, NAMESPACE, event, profile

PHONE = {"phone_number": "+15556667777"}
MONDAY, TUESDAY = "2026-11-02T09:00:00Z", "2026-11-03T09:00:00.25Z"


def test_the_answer_says_what_is_stored(client: Client) -> None:
    answer = client.consent("OPTIN", consented_at=MONDAY, message_type="MARKETING")
    assert answer.status_code == 200
    assert answer.json() == {
        "data": {
            "namespace": NAMESPACE,
            "subscription": {
                "id": {"email": JANE},
                "states": [
                    {
                        "message_type": "MARKETING",
                        "status": "SUBSCRIBED",
                        "consented_at": MONDAY,
                        "source": "public-api",
                    }
                ],
            },
        }
    }
    assert client.call("GET", "eligibility", params={"email": f" {JANE.upper()}"}).json() == answer.json()


def test_the_times_decide_and_not_the_arrival(client: Client) -> None:
    client.consent("UNSUBSCRIBE", consented_at=TUESDAY)
    late = client.consent("OPTIN", consented_at=MONDAY).json()["data"]["subscription"]["states"]
    assert [(each["status"], each["consented_at"]) for each in late] == [("UNSUBSCRIBED", "2026-11-03T09:00:00.250Z")]
    client.consent("OPTIN", consented_at=TUESDAY)
    assert client.states(email=JANE)[0]["status"] == "SUBSCRIBED", "of two of one time the last counts"


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-11-02T09:00:00.650080419Z", "2026-11-02T09:00:00.650080420Z"),
        ("2026-11-02T09:00:00+02:00", "2026-11-02T07:00:00.001Z"),
        ("1969-12-31T23:59:59.5Z", "1970-01-01T00:00:00Z"),
    ],
)
def test_times_are_told_apart_to_the_nanosecond_and_across_zones(client: Client, earlier: str, later: str) -> None:
    client.consent("UNSUBSCRIBE", consented_at=later)
    client.consent("OPTIN", consented_at=earlier)
    assert client.states(email=JANE)[0]["status"] == "UNSUBSCRIBED"


def test_an_address_has_a_state_for_each_message_type(client: Client) -> None:
    client.consent("OPTIN", message_type="TRANSACTIONAL")
    client.consent("UNSUBSCRIBE")
    assert {each["message_type"]: each["status"] for each in client.states(email=JANE)} == {
        "TRANSACTIONAL": "SUBSCRIBED",
        "MARKETING": "UNSUBSCRIBED",
    }


def test_a_signup_waits_until_the_customer_has_confirmed(client: Client) -> None:
    signed = client.consent("SIGNUP", id=PHONE, channel_identifier="72345").json()["data"]["subscription"]
    assert signed["id"] == PHONE
    assert [(each["status"], each["channel_identifier"]) for each in signed["states"]] == [
        ("PENDING_CONFIRMATION", "72345")
    ]
    confirmed = client.http.post(client.running.url + "/_confirmations", json=PHONE, timeout=10)
    assert confirmed.status_code == 204
    assert [each["status"] for each in client.states(**PHONE)] == ["SUBSCRIBED"]
    again = client.http.post(client.running.url + "/_confirmations", json=PHONE, timeout=10)
    assert (again.status_code, again.json()) == (404, {"error": "Nothing waits for this number to be confirmed."})


@pytest.mark.parametrize("body", [{}, [], {"phone_number": "0800"}, {"phone_number": None}, {"email": JANE}])
def test_what_confirms_names_a_number(client: Client, body: object) -> None:
    answer = client.http.post(client.running.url + "/_confirmations", json=body, timeout=10)
    assert answer.status_code == 400


def test_the_events_api_reaches_the_same_state(client: Client, http: requests.Session) -> None:
    """By the time of its arrival, and under its own source."""
    client.consent("OPTIN", consented_at=MONDAY)
    http.post(client.running.api_url, json=event("unsubscribe", customer=profile()), timeout=10)
    [state] = client.states(email=JANE)
    assert (state["status"], state["source"]) == ("UNSUBSCRIBED", "integration")
    client.consent("OPTIN", consented_at=TUESDAY)
    assert client.states(email=JANE)[0]["status"] == "UNSUBSCRIBED", "it is older than the event of today"


def test_whom_nobody_knows_is_not_found_and_who_has_said_nothing_is_not_known(client: Client) -> None:
    answer = client.call("GET", "eligibility", params={"email": JANE})
    assert (answer.status_code, answer.json()["code"]) == (404, 5)
    client.call("POST", "customers", json={"id": {"email": JANE}, "attributes": {"name": "Jane"}})
    assert client.states(email=JANE) == [{"message_type": "MARKETING", "status": "NOT_KNOWN"}]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"state": {"event": "OPTIN"}}, "id"),
        ({"id": {}, "state": {"event": "OPTIN"}}, "id"),
        ({"id": {"email": JANE, **PHONE}, "state": {"event": "OPTIN"}}, "id"),
        ({"id": {"email": "jane"}, "state": {"event": "OPTIN"}}, "id.email"),
        ({"id": {"email": f"{'j' * 250}@a.example"}, "state": {"event": "OPTIN"}}, "id.email"),
        ({"id": {"phone_number": "0555 666"}, "state": {"event": "OPTIN"}}, "id.phone_number"),
        ({"id": {"phone_number": "+1555666777788889"}, "state": {"event": "OPTIN"}}, "id.phone_number"),
        ({"id": {"phone_number": 15556667777}, "state": {"event": "OPTIN"}}, "id.phone_number"),
        ({"id": {"email": JANE}}, "state"),
        ({"id": {"email": JANE}, "state": {}}, "state.event"),
        ({"id": {"email": JANE}, "state": {"event": "optin"}}, "state.event"),
        ({"id": {"email": JANE}, "state": {"event": ["OPTIN"]}}, "state.event"),
        ({"id": {"email": JANE}, "state": {"event": "SIGNUP"}}, "state.event"),
        ({"id": {"email": JANE}, "state": {"event": "OPTIN", "message_type": "SMS"}}, "state.message_type"),
        ({"id": PHONE, "state": {"event": "OPTIN", "channel_identifier": 7}}, "state.channel_identifier"),
        ({"id": {"email": JANE}, "state": {"event": "OPTIN", "consented_at": "today"}}, "state.consented_at"),
        ({"id": {"email": JANE}, "state": {"event": "OPTIN", "consented_at": 1}}, "state.consented_at"),
        (
            {"id": {"email": JANE}, "state": {"event": "OPTIN", "consented_at": "2026-11-02T09:00:00"}},
            "state.consented_at",
        ),
        (
            {"id": {"email": JANE}, "state": {"event": "OPTIN", "consented_at": "2999-01-01T00:00:00Z"}},
            "state.consented_at",
        ),
        (
            {"id": {"email": JANE}, "state": {"event": "OPTIN", "consented_at": "2026-13-01T00:00:00Z"}},
            "state.consented_at",
        ),
        ([], ""),
    ],
)
def test_what_is_missing_or_wrong_is_answered_422_with_its_field(client: Client, body: Any, field: str) -> None:
    answer = client.call("POST", "eligibility_events", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, 3)
    assert answer.json()["message"].partition(": ")[0] == (field or answer.json()["message"])
    [received] = client.running.sandbox.events()
    assert (received.outcome, received.api, received.findings[0].field) == ("refused", "eligibility", field)


def test_another_content_type_is_answered_406_and_no_json_422(client: Client) -> None:
    for headers, body, status in (
        ({"Content-Type": "text/plain"}, "{}", 406),
        ({}, "{}", 406),
        ({"Content-Type": "application/json; charset=utf-8"}, "{", 422),
        ({"Content-Type": "application/json"}, " " * 900_001, 413),
    ):
        answer = client.call("POST", "eligibility_events", headers=headers, data=body)
        assert (answer.status_code, set(answer.json())) == (status, {"code", "message", "details"})


def test_what_is_stored_can_be_listed(client: Client, http: requests.Session) -> None:
    client.consent("OPTIN", consented_at=MONDAY)
    client.consent("SIGNUP", id=PHONE, consented_at=MONDAY)
    address = client.running.url + "/_consents"
    lines = http.get(address, timeout=10).text.splitlines()
    assert [line.split(",")[:2] for line in lines] == [
        ['{"channel":"email"', f'"id":"{JANE}"'],
        ['{"channel":"sms"', '"id":"+15556667777"'],
    ]
    assert http.get(address, params={"namespace": "other"}, timeout=10).text == ""
    assert [each["status"] for each in client.running.sandbox.consents(NAMESPACE)] == [
        "SUBSCRIBED",
        "PENDING_CONFIRMATION",
    ]
