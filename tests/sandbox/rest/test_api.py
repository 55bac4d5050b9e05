"""What all of the REST APIs have in common: headers, quotas, addresses, faults, and how they are counted."""

from __future__ import annotations

import re

import pytest
import requests

from consumer.sandbox.faults import RateLimitPlan, make_plan
from consumer.sandbox.sandbox import Running, running_sandbox
from consumer.sandbox.settings import RestSettings, SandboxSettings
from tests.sandbox.rest_client import Client
from tests.sandbox.samples import JANE, event, profile

WHOM = {"email": JANE}


def disturb(running: Running, **apis: object) -> None:
    running.sandbox.faults.apply(make_plan({"apis": apis}))


def test_every_answer_has_its_id_and_the_quota_in_both_spellings(client: Client) -> None:
    answers = [
        client.consent(),
        client.call("GET", "customers", params=WHOM),
        client.call("POST", "customers", json=7),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 422]
    assert len({answer.headers["x-bluecore-id"] for answer in answers}) == 3
    for answer in answers:
        for prefix in ("x-ratelimit-", "ratelimit-"):
            assert answer.headers[prefix + "limit"] == "1000;w=60;burst=100;w=1"
            assert 97 <= int(answer.headers[prefix + "remaining"]) <= 99
            assert answer.headers[prefix + "reset"] == "1"


@pytest.mark.parametrize(
    ("quota", "policy", "reset"),
    [
        (RateLimitPlan(per_second=0, per_minute=2), "2;w=60", range(2, 61)),
        (RateLimitPlan(per_second=2, per_minute=0), "2;w=1", range(1, 2)),
    ],
)
def test_over_a_window_the_answer_is_429_and_the_other_api_goes_on(
    http: requests.Session, quota: RateLimitPlan, policy: str, reset: range
) -> None:
    """Three at once, of which the third may be within the next second: then a fourth is asked."""
    with running_sandbox(SandboxSettings(rest=RestSettings(quota=quota))) as running:
        client = Client(running, http)
        client.token = client.ask_token().json()["access_token"]
        answers = [client.consent() for _ in range(6)]
        over = [answer for answer in answers if answer.status_code == 429]
        other = client.call("POST", "customers", json={"id": WHOM})
    assert over
    assert (over[0].json()["code"], over[0].headers["x-ratelimit-limit"]) == (8, policy)
    assert (over[0].headers["x-ratelimit-remaining"], "retry-after" in over[0].headers) == ("0", False)
    assert int(over[0].headers["x-ratelimit-reset"]) in reset
    assert other.status_code == 200


def test_a_plan_may_change_the_quota_of_one_api(client: Client, running: Running) -> None:
    disturb(running, eligibility={"rate_limit": "75/700"})
    assert client.consent().headers["x-ratelimit-limit"] == "700;w=60;burst=75;w=1"
    assert client.call("POST", "customers", json={"id": WHOM}).headers["ratelimit-limit"] == "1000;w=60;burst=100;w=1"


@pytest.mark.parametrize(
    ("method", "resource", "status"),
    [
        ("DELETE", "customers", 405),
        ("POST", "eligibility", 405),
        ("GET", "eligibility_events", 405),
        ("GET", "", 404),
    ],
)
def test_other_addresses_and_methods_are_refused_as_a_status(
    client: Client, method: str, resource: str, status: int
) -> None:
    answer = client.call(method, resource)
    assert (answer.status_code, set(answer.json())) == (status, {"code", "message", "details"})


@pytest.mark.parametrize(("status", "code"), [(401, 16), (409, 6), (429, 8), (500, 13), (599, 2)])
def test_a_status_on_purpose_is_an_error_in_their_form(
    client: Client, running: Running, status: int, code: int
) -> None:
    """One of the server's names the request for Bluecore's support."""
    disturb(running, eligibility={"rates": {str(status): 1}})
    answer = client.consent()
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    named = [each["request_id"] for each in answer.json()["details"]]
    assert named == ([answer.headers["x-bluecore-id"]] if status >= 500 else [])
    assert running.sandbox.events()[0].outcome == "fault"
    assert client.call("GET", "customers", params=WHOM).status_code == 404, "nothing was taken"


def test_an_api_without_faults_of_its_own_meets_those_of_all(client: Client, running: Running) -> None:
    client.ask_token()
    running.sandbox.faults.apply(make_plan({"rates": {503: 1}, "apis": {"token": {}, "customers": {}}}))
    assert client.consent().status_code == 503
    assert client.call("POST", "customers", json={"id": WHOM}).status_code == 200
    assert client.http.post(running.api_url, json=event("optin", customer=profile())).status_code == 503


def test_an_answer_that_differs_is_what_stands(client: Client, running: Running) -> None:
    """As if something else had said so at the same time; what is said later counts again."""
    disturb(
        running, eligibility={"scripts": {"distinct_id": {JANE: ["differs"]}}}, customers={"rates": {"differs": 1}}
    )
    answer = client.consent("UNSUBSCRIBE")
    [state] = answer.json()["data"]["subscription"]["states"]
    assert (answer.status_code, state["status"], state["source"]) == (200, "SUBSCRIBED", "upload")
    assert client.states(email=JANE) == [state]
    [received] = running.sandbox.events()
    assert (received.outcome, received.accepted, received.fault) == ("fault", False, "script: differs")
    assert (
        client.consent("UNSUBSCRIBE", consented_at=state["consented_at"]).json()["data"]["subscription"]["states"][0][
            "status"
        ]
        == "UNSUBSCRIBED"
    )
    customer = client.call("POST", "customers", json={"id": WHOM, "attributes": {"vip": True}})
    assert (customer.status_code, customer.json()["data"]["attributes"]) == (200, {})


def test_an_answer_differs_where_the_events_api_has_just_said_what_is_asked(client: Client, running: Running) -> None:
    """As of a consent that goes by both ways: the Events API's has the later time, that of its arrival."""
    disturb(running, eligibility={"rates": {"differs": 1}})
    client.http.post(running.api_url, json=event("unsubscribe", customer=profile()), timeout=10)
    answer = client.consent("UNSUBSCRIBE", consented_at="2026-11-02T09:00:00Z")
    assert [each["status"] for each in answer.json()["data"]["subscription"]["states"]] == ["SUBSCRIBED"]
    running.sandbox.faults.clear()
    client.http.post(running.api_url, json=event("unsubscribe", customer=profile()), timeout=10)
    assert [each["status"] for each in client.states(email=JANE)] == ["UNSUBSCRIBED"], "what is said later counts"


def test_an_answer_of_another_shape_has_been_taken(client: Client, running: Running) -> None:
    disturb(running, eligibility={"rates": {"misshapen": 1}})
    shapes = {client.consent("OPTIN", id={"email": f"p{number}@a.example"}).text for number in range(7)}
    assert len(shapes) == 7
    running.sandbox.faults.clear()
    assert [each["status"] for each in client.states(email="p6@a.example")] == ["SUBSCRIBED"]
    counts = running.sandbox.counts
    assert (counts.fault, counts.lost, counts.by_api["eligibility"]) == (7, 7, {"200": 7})


def test_a_lost_answer_leaves_the_consent_taken(client: Client, running: Running) -> None:
    disturb(running, eligibility={"scripts": {"distinct_id": {JANE: ["lost", "reset"]}}})
    for event_name in ("OPTIN", "UNSUBSCRIBE"):
        with pytest.raises(requests.ConnectionError):
            client.consent(event_name)
    assert [each["status"] for each in client.states(email=JANE)] == ["SUBSCRIBED"]
    assert [received.accepted for received in running.sandbox.events()] == [True, False]


def test_requests_are_listed_by_their_api_and_reads_are_counted_alone(client: Client, running: Running) -> None:
    client.consent("OPTIN")
    client.call("POST", "customers", json={"id": WHOM}, headers={"Idempotency-Key": "t:0:1"})
    client.call("POST", "customers", json={"id": WHOM}, headers={"Idempotency-Key": "t:0:1"})
    client.states(email=JANE)
    client.http.post(running.api_url, json=event("optin", customer=profile()), timeout=10)
    seen = [(each.api, each.event, each.duplicate) for each in running.sandbox.events()]
    assert seen == [
        ("eligibility", "optin", False),
        ("customers", "customers", False),
        ("customers", "customers", True),
        ("events", "optin", False),
    ]
    assert running.sandbox.counts.by_api == {
        "token": {"200": 1},
        "eligibility": {"200": 1},
        "customers": {"200": 2},
        "eligibility_read": {"200": 1},
        "events": {"202": 1},
    }
    listed = client.http.get(running.url + "/_events", params={"api": "eligibility"}, timeout=10).json()
    assert (listed["event"], listed["path"]) == ("optin", "/api/namespaces/***/eligibility_events")
    assert re.search(r"Bearer \S", str(listed)) is None, "no token is shown"
    wrong = client.http.get(running.url + "/_events", params={"api": "rest"}, timeout=10)
    assert (wrong.status_code, "events, token, customers, eligibility" in wrong.json()["error"]) == (400, True)
