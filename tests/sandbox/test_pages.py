"""What the sandbox tells beside the Events API: what arrived, counts, customers, faults."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from consumer.sandbox.sandbox import Running, running_sandbox
from consumer.sandbox.settings import SandboxSettings
from tests.sandbox.samples import JANE, NAMESPACE, VISITOR, event, one_of_each, profile


def lines(answer: requests.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


@pytest.fixture
def shop(running: Running, http: requests.Session) -> Running:
    """The sandbox after one customer's shopping and one refused event."""
    for document in one_of_each():
        http.post(running.api_url, json=document, headers={"Idempotency-Key": "k"})
    http.post(running.api_url, json=event("search", "omar@example.org"))
    return running


def test_events_are_json_lines_in_the_order_of_arrival(shop: Running, http: requests.Session) -> None:
    events = lines(http.get(shop.url + "/_events"))
    assert [each["event"] for each in events][:3] == ["viewed_product", "identify", "customer_patch"]
    assert events[-1]["reasons"][0]["field"] == "properties.search_term"
    assert events[0]["idempotency_key"] == "k"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("event=search", [5, 12]),
        ("outcome=refused", [12, 13]),
        (f"distinct_id={VISITOR}", [1, 2]),
        ("customer=OMAR", [12]),
        ("customer=jane.doe", [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
        (f"customer={VISITOR}", [1, 2]),
        ("since=10", [11, 12, 13]),
        ("limit=1", [13]),
        ("event=search&outcome=accepted", [5]),
        ("event=nothing", []),
        ("event=(no name)", [13]),
        ("event=(no name)&outcome=accepted", []),
        ("event=(no name)&customer=JANE", []),
    ],
)
def test_events_are_filtered(shop: Running, http: requests.Session, query: str, expected: list[int]) -> None:
    http.post(shop.api_url, data=b'{"event": "sea')
    assert [each["number"] for each in lines(http.get(f"{shop.url}/_events?{query}"))] == expected


@pytest.mark.parametrize(
    "query", ["limit=many", "since=-1", pytest.param("since=" + 5_000 * "9", id="since=huge"), "outcome=odd"]
)
def test_a_filter_that_cannot_be_is_refused_by_name(running: Running, http: requests.Session, query: str) -> None:
    answer = http.get(f"{running.url}/_events?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(query.partition("=")[0])


@pytest.mark.parametrize(
    ("page", "others"), [("_events?evnt=purchase", ", since, limit"), ("_stream?evnt=purchase", "")]
)
def test_a_filter_that_does_not_exist_is_refused_with_those_that_do(
    running: Running, http: requests.Session, page: str, others: str
) -> None:
    answer = http.get(f"{running.url}/{page}", timeout=10)
    assert answer.status_code == 400
    names = f"event, distinct_id, outcome, customer, api{others}"
    assert answer.json() == {"error": f"evnt: there is no such filter: it is one of {names}"}


def test_no_secret_leaves_the_sandbox(http: requests.Session) -> None:
    settings = SandboxSettings(namespace="marked-namespace", api_key="marked-key", api_key_header="X-Api-Key")
    right = event("optin", customer=profile())
    right["properties"]["token"] = "marked-namespace"
    broken = '{"properties": {"token": "marked-namespace"'
    with running_sandbox(settings) as running:
        for body in (json.dumps(right), broken):
            for header in ("X-Api-Key", "Authorization"):
                http.post(running.api_url, data=body, headers={header: "Bearer marked-key"})
        told = [http.get(f"{running.url}/{page}").text for page in ("_events", "_events/1", "_about", "_counts")]
    assert len(told[0].splitlines()) == 4
    assert not [text for text in told if "marked-" in text]
    assert "marked-" not in repr(settings)


def test_equal_refusals_over_http(running: Running, http: requests.Session) -> None:
    for _ in range(3):
        http.post(running.api_url, json=event("search", JANE))
    (group,) = http.get(running.url + "/_refusals").json()
    assert (group["event"], group["count"], group["newest"]) == ("search", 3, 3)
    assert group["reasons"] == [{"field": "properties.search_term", "message": "What was searched for is missing."}]


def test_counts_over_http_are_those_of_the_process(shop: Running, http: requests.Session) -> None:
    counts = http.get(shop.url + "/_counts").json()
    assert (counts["total"], counts["accepted"], counts["refused"], counts["duplicates"]) == (12, 11, 1, 10)
    assert counts["by_event"]["search"] == {"accepted": 1, "refused": 1, "fault": 0}
    assert counts["by_status"] == {"202": 11, "400": 1}
    assert shop.sandbox.counts.total == 12


def test_a_customer_is_found_by_address_and_by_linked_id(shop: Running, http: requests.Session) -> None:
    by_email = http.get(f"{shop.url}/_customers/{JANE}").json()
    assert by_email["linked_ids"] == [VISITOR]
    assert http.get(f"{shop.url}/_customers/{VISITOR}").json() == by_email == shop.sandbox.profile(JANE)
    assert http.get(f"{shop.url}/_customers/{JANE}", params={"namespace": NAMESPACE}).json() == by_email
    assert http.get(f"{shop.url}/_customers/{JANE}", params={"namespace": "another"}).status_code == 404
    assert http.get(f"{shop.url}/_customers/nobody@example.com").status_code == 404


def test_one_event_is_shown_with_its_exact_request(shop: Running, http: requests.Session) -> None:
    sent = (
        '{"event": "search",  "properties": {"token": "%s", "distinct_id": "%s", "search_term": "mug", "n": 10.00}}'
    )
    http.post(shop.api_url + "?of=2", data=sent % (NAMESPACE, JANE), headers={"Content-Type": "application/json"})
    found = http.get(shop.url + "/_events/13").json()
    assert (found["method"], found["path"]) == ("POST", SandboxSettings().path + "?of=2")
    assert found["raw"] == sent % ("***", JANE)
    assert found["body"] == json.loads(found["raw"])
    assert ["content-type", "application/json"] in found["headers"]


def test_an_event_of_a_thousand_levels_is_answered_kept_and_shown_among_the_others(
    shop: Running, http: requests.Session
) -> None:
    deep = '{"a":' * 1_000 + "1" + "}" * 1_000
    sent = json.dumps(event("customer_patch", customer=profile(home=0))).replace('"home": 0', f'"home": {deep}')
    assert http.post(shop.api_url, data=sent).status_code == 202
    assert len(lines(http.get(shop.url + "/_events"))) == 13
    assert http.get(shop.url + "/_events/13").json()["body"] == sent.replace(NAMESPACE, "***")
    assert http.get(f"{shop.url}/_customers/{JANE}").json()["attributes"]["home"] == "…"


@pytest.mark.parametrize(
    ("page", "error"), [("_events/99", "not kept any more"), ("_customers/x@y.example", "Nothing is known")]
)
def test_what_is_not_there_is_said_in_a_sentence(
    shop: Running, http: requests.Session, page: str, error: str
) -> None:
    answer = http.get(f"{shop.url}/{page}")
    assert answer.status_code == 404
    assert error in answer.json()["error"]


def test_a_reset_forgets_what_arrived(shop: Running, http: requests.Session) -> None:
    assert http.post(shop.url + "/_reset").status_code == 204
    assert shop.sandbox.counts.total == 0
    assert lines(http.get(shop.url + "/_events")) == []


def test_faults_are_set_shown_and_cleared_at_run_time(running: Running, http: requests.Session) -> None:
    faults = running.url + "/_faults"
    search = event("search", search_term="mug")
    plan = http.post(faults, json={"rates": {"503": 1}, "outage": {"seconds": 60, "step": 502}}).json()
    assert http.post(running.api_url, json=search).status_code == 502
    assert 0 < http.get(faults).json()["outage"]["seconds"] <= plan["outage"]["seconds"] <= 60
    assert http.post(faults, json={"rates": {"503": 1}}).json()["outage"] is None
    assert http.post(running.api_url, json=search).status_code == 503
    assert http.delete(faults).status_code == 204
    assert http.post(running.api_url, json=search).status_code == 202


def test_what_is_shown_of_the_faults_can_be_sent_back(running: Running, http: requests.Session) -> None:
    faults = running.url + "/_faults"
    plan = http.post(faults, json={"latency": {"kind": "fixed", "seconds": 0.01}, "rate_limit": {}}).json()
    assert http.post(faults, json=http.get(faults).json()).json() == plan


def test_faults_that_cannot_be_are_all_named_and_change_nothing(running: Running, http: requests.Session) -> None:
    answer = http.post(running.url + "/_faults", json={"rates": {"503": 2}, "hang_seconds": -1})
    assert answer.status_code == 400
    assert answer.json()["faults"] == [
        'rates.503: must be at most 1; it is written {"503": 0.1, "reset": 0.01}',
        "hang_seconds: must be at least 0",
    ]
    assert running.sandbox.faults.plan.rates == {}


def test_the_page_needs_no_other_host(running: Running, http: requests.Session) -> None:
    page = http.get(running.url + "/").text
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")
    assert NAMESPACE not in page
