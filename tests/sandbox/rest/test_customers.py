"""Customers by the REST API: attributes and the identifiers that are one person's."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from consumer.sandbox.settings import SandboxSettings
from consumer.sandbox.store import Store
from tests.sandbox.rest_client import Client
from tests.sandbox.samples import JANE, NAMESPACE, VISITOR, event, profile

PHONE = "+15556667777"


def post(client: Client, **body: Any) -> requests.Response:
    return client.call("POST", "customers", json={"id": {"email": JANE}} | body)


def test_the_answer_is_the_customer_as_it_now_is(client: Client) -> None:
    post(client, attributes={"name": "Jane", "vip": False})
    answer = post(
        client, attributes={"vip": True}, link_ids=[{"phone_number": PHONE[1:]}], timestamp="2026-01-01T00:00:00Z"
    )
    customer = answer.json()["data"]
    assert answer.status_code == 200
    assert customer.pop("updated").startswith("20")
    assert customer == {
        "namespace": NAMESPACE,
        "ids": [{"email": JANE}, {"phone_number": PHONE}],
        "attributes": {"name": "Jane", "vip": True},
    }
    for params in ({"email": JANE}, {"phone_number": PHONE}):
        assert client.call("GET", "customers", params=params).json()["data"]["attributes"]["vip"] is True


def test_what_was_asked_comes_back_as_it_was_written_however_long(client: Client) -> None:
    """What the sandbox keeps is cut; a sender holds the answer against what it sent."""
    asked = {"note": "x" * 2_000, "sizes": [38, 39], "address": {"city": "Portland"}, "gone": None}
    assert post(client, attributes=asked).json()["data"]["attributes"] == asked


def test_a_number_that_turns_out_to_be_hers_brings_what_was_known_of_it(client: Client) -> None:
    client.consent("OPTIN", id={"phone_number": PHONE})
    post(client, id={"phone_number": PHONE}, attributes={"city": "Portland", "name": "J."})
    post(client, attributes={"name": "Jane"})
    post(client, link_ids=[{"phone_number": PHONE}])
    assert client.call("GET", "customers", params={"phone_number": PHONE}).json()["data"]["attributes"] == {
        "name": "Jane",
        "city": "Portland",
    }
    assert [each["status"] for each in client.states(phone_number=PHONE)] == ["SUBSCRIBED"]
    jane = client.running.sandbox.profile(JANE) or {}
    assert [(each["channel"], each["status"]) for each in jane["subscriptions"]] == [("sms", "SUBSCRIBED")]
    assert jane["consent"] is None, "she may be sent text messages, and has said nothing of e-mails"


def test_a_number_goes_with_its_consent_to_whom_it_is_linked_last(client: Client) -> None:
    client.consent("OPTIN", id={"phone_number": PHONE})
    post(client, link_ids=[{"phone_number": PHONE}])
    post(client, id={"phone_number": PHONE}, link_ids=[{"email": "omar@example.org"}])
    jane, omar = (client.running.sandbox.profile(each) or {} for each in (JANE, "omar@example.org"))
    assert (jane["linked_ids"], jane["subscriptions"]) == ([], [])
    assert (omar["linked_ids"], [each["id"] for each in omar["subscriptions"]]) == ([PHONE], [PHONE])


def test_both_ways_reach_one_profile(client: Client, http: requests.Session) -> None:
    """The ids of devices are not the REST API's, and are not told."""
    http.post(client.running.api_url, json=event("identify", VISITOR, customer=profile(city="Portland")), timeout=10)
    customer = post(client, attributes={"name": "Jane"}).json()["data"]
    assert customer["attributes"] == {"email": JANE, "city": "Portland", "name": "Jane"}
    assert customer["ids"] == [{"email": JANE}]


def test_whom_nobody_knows_is_not_found(client: Client) -> None:
    answer = client.call("GET", "customers", params={"phone_number": PHONE})
    assert (answer.status_code, answer.json()["code"]) == (404, 5)
    assert client.call("GET", "customers").status_code == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"id": {"email": "jane"}}, "id.email"),
        ({"link_ids": [{"email": JANE}] * 5}, "link_ids"),
        ({"link_ids": {"email": JANE}}, "link_ids"),
        ({"link_ids": [{"email": JANE}, {"device": "7"}]}, "link_ids[1]"),
        ({"attributes": {"First-Name": "Jane"}}, "attributes.First-Name"),
        ({"attributes": ["name"]}, "attributes"),
        ({"timestamp": "yesterday"}, "timestamp"),
    ],
)
def test_what_is_wrong_is_answered_422_with_its_field(client: Client, body: dict[str, Any], field: str) -> None:
    answer = post(client, **body)
    assert (answer.status_code, answer.json()["message"].partition(": ")[0]) == (422, field)
    assert client.call("GET", "customers", params={"email": JANE}).status_code == 404


def test_the_memory_of_customers_is_bounded(client: Client) -> None:
    """What REST requests bring counts in the same account as what events bring."""
    for number in range(20):
        post(client, id={"phone_number": f"+1555{number:07}"}, attributes={f"a{n}": "x" * 400 for n in range(40)})
        post(client, id={"email": f"p{number}@a.example"}, link_ids=[{"phone_number": f"+1555{number:07}"}])
    profiles = client.running.sandbox.store.profiles
    assert len(profiles) == 20
    held = profiles.size - profiles.links.size
    assert held == sum(profile.size for profile in profiles.of(None))
    assert Store(SandboxSettings()).profiles.size == 0
