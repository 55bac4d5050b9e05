"""The Events API of the sandbox over real HTTP: what it answers, and how it fails on request."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import pairwise
from typing import Any

import pytest
import requests

from consumer.sandbox.faults import make_plan
from consumer.sandbox.sandbox import Running, running_sandbox
from consumer.sandbox.settings import SandboxSettings
from tests.sandbox.samples import JANE, NAMESPACE, VISITOR, event, one_of_each, profile
from tests.support.waiting import eventually

RIGHT = event("optin", customer=profile())


def disturb(running: Running, **plan: Any) -> None:
    running.sandbox.faults.apply(make_plan(plan))


@pytest.mark.parametrize("document", one_of_each(), ids=lambda document: str(document["event"]))
def test_a_right_event_is_accepted_with_202(
    running: Running, http: requests.Session, document: dict[str, Any]
) -> None:
    assert http.post(running.api_url, json=document).status_code == 202
    [received] = running.sandbox.events()
    assert (received.document, received.outcome, received.status) == (document, "accepted", 202)


def test_a_refusal_gives_every_reason_with_its_field(running: Running, http: requests.Session) -> None:
    answer = http.post(running.api_url, json=event("optin", "", customer={"email": "jane"}))
    assert answer.status_code == 400
    assert answer.json()["reasons"] == [
        {"field": "properties.distinct_id", "rule": "distinct_id"},
        {"field": "properties.customer.email", "rule": "email"},
    ], "the words are in `error`, once"


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (
            event("optin", customer=profile(JANE, VIP=1, **{"Shoe-Size": 39}, zip=97201)),
            (
                "properties.customer.VIP, properties.customer.Shoe-Size: Bluecore ignores attributes whose names are "
                "not lower case with underscores. "
                "properties.customer.zip: Bluecore documents text here, and may ignore anything else."
            ),
        ),
        (event("purchse"), "event: Bluecore has no event type of this name. Did you mean purchase?"),
        ([], "The body must be one JSON object with event and properties."),
    ],
)
def test_the_error_names_the_fields_and_says_each_sentence_once(
    http: requests.Session, document: object, error: str
) -> None:
    with running_sandbox(SandboxSettings(strict=True)) as running:
        answer = http.post(running.api_url, json=document)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize(
    ("token", "body", "error"),
    [
        ("other", None, "properties.token: This is not the account's name (its namespace in Bluecore)."),
        (NAMESPACE, None, "The API key is missing or wrong."),
        (NAMESPACE, b"{", "This message cannot be read: it is not valid JSON."),
        (NAMESPACE, b"x" * 900_001, "The body is larger than 900 KB."),
    ],
)
def test_what_is_refused_before_the_contract_says_why(
    http: requests.Session, token: str, body: bytes | None, error: str
) -> None:
    key = "" if token != NAMESPACE else "secret"
    with running_sandbox(SandboxSettings(namespace=NAMESPACE, api_key=key)) as running:
        sent = {"event": "optin", "properties": {**RIGHT["properties"], "token": token}}
        answer = http.post(running.api_url, data=body) if body else http.post(running.api_url, json=sent)
    assert answer.json()["error"] == error


def test_the_email_is_kept_where_it_is_not_the_id(running: Running, http: requests.Session) -> None:
    for document in (event("identify", VISITOR, customer=profile()), RIGHT, event("optin", VISITOR, customer=[1])):
        http.post(running.api_url, json=document)
    assert [received.email for received in running.sandbox.events()] == [JANE, "", ""]


def test_the_request_is_kept_as_it_came(running: Running, http: requests.Session) -> None:
    body = b'{ "event":"optin", "properties": {"token":"acme-shop","total":10.00,"a":1,"a":2} }'
    http.post(running.api_url + "?b=%20&a", data=body, headers={"X-One": "1", "X-Two": "2: b", "Accept-Encoding": ""})
    [received] = running.sandbox.events()
    assert (received.method, received.path) == ("POST", running.sandbox.settings.path + "?b=%20&a")
    assert received.body == body
    assert received.headers[0][0] == b"host"
    assert [pair for pair in received.headers if pair[0].startswith(b"x-")] == [(b"x-one", b"1"), (b"x-two", b"2: b")]
    assert received.whole()["raw"] == body.decode().replace("acme-shop", "***")


def test_a_wrong_namespace_is_answered_401(running: Running, http: requests.Session) -> None:
    wrong = {"event": "optin", "properties": {**RIGHT["properties"], "token": "another-shop"}}
    assert http.post(running.api_url, json=wrong).status_code == 401


def test_a_wrong_or_missing_key_is_answered_401(http: requests.Session) -> None:
    settings = SandboxSettings(api_key="secret", api_key_header="X-Api-Key", api_key_prefix="")
    with running_sandbox(settings) as running:
        answers = [
            http.post(running.api_url, json=RIGHT, headers=headers).status_code
            for headers in ({}, {"X-Api-Key": "guess"}, {"X-Api-Key": "secret"})
        ]
    assert answers == [401, 401, 202]


@pytest.mark.parametrize("body", [b"", b"{", b"event=optin", b"\xff\xfe"])
def test_a_body_that_is_no_json_is_answered_500_as_bluecore_does(
    running: Running, http: requests.Session, body: bytes
) -> None:
    assert http.post(running.api_url, data=body).status_code == 500


def test_a_body_over_900_kb_is_answered_413_and_not_kept(running: Running, http: requests.Session) -> None:
    answer = http.post(running.api_url, data=b"x" * 2_000_000)
    assert answer.status_code == 413
    assert running.sandbox.events()[0].body == b""


def test_other_methods_and_addresses_are_answered_405_and_404(running: Running, http: requests.Session) -> None:
    answer = http.get(running.api_url)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert http.post(running.url + "/api/track", json=RIGHT).status_code in {404, 405}
    assert http.get(running.url + "/api/track").status_code == 404


def test_what_bluecore_swallows_is_accepted_with_a_warning_and_refused_strictly(http: requests.Session) -> None:
    document = event("customer_patch", customer=profile(**{"First-Name": "Jane"}))
    with running_sandbox(SandboxSettings()) as running:
        assert http.post(running.api_url, json=document).status_code == 202
        assert [found.rule for found in running.sandbox.events()[0].findings] == ["attribute_name"]
        assert running.sandbox.counts.warned == 1
    with running_sandbox(SandboxSettings(strict=True)) as running:
        assert http.post(running.api_url, json=document).status_code == 400


def test_strictly_an_id_is_accepted_once_an_identify_has_linked_it(http: requests.Session) -> None:
    search = event("search", VISITOR, search_term="mug")
    with running_sandbox(SandboxSettings(strict=True)) as running:
        assert http.post(running.api_url, json=search).status_code == 400
        assert http.post(running.api_url, json=event("identify", VISITOR, customer=profile())).status_code == 202
        assert http.post(running.api_url, json=search).status_code == 202


def test_an_idempotency_key_that_was_accepted_twice_is_reported_not_refused(
    running: Running, http: requests.Session
) -> None:
    headers = {"Idempotency-Key": "shop.orders:0:17"}
    answers = [http.post(running.api_url, json=RIGHT, headers=headers).status_code for _ in range(2)]
    assert answers == [202, 202]
    assert [received.duplicate for received in running.sandbox.events()] == [False, True]
    assert running.sandbox.counts.duplicates == 1


def test_a_script_answers_successive_attempts(running: Running, http: requests.Session) -> None:
    disturb(running, retry_after_seconds=1, scripts={"distinct_id": {JANE: [503, 429, "pass"]}})
    answers = [http.post(running.api_url, json=RIGHT) for _ in range(3)]
    assert [(answer.status_code, answer.headers.get("retry-after")) for answer in answers] == [
        (503, "1"),
        (429, "1"),
        (202, None),
    ]
    assert [received.outcome for received in running.sandbox.events()] == ["fault", "fault", "accepted"]


def test_a_reset_breaks_the_connection_and_the_event_is_not_accepted(
    running: Running, http: requests.Session
) -> None:
    disturb(running, rates={"reset": 1})
    with pytest.raises(requests.ConnectionError, match="reset"):
        http.post(running.api_url, json=RIGHT)
    assert (running.sandbox.counts.fault, running.sandbox.counts.by_status) == (1, {"none": 1})


def test_a_lost_answer_is_a_fault_that_leaves_the_event_accepted(running: Running, http: requests.Session) -> None:
    disturb(running, scripts={"distinct_id": {JANE: ["lost"]}})
    headers = {"Idempotency-Key": "shop.orders:0:17"}
    with pytest.raises(requests.ConnectionError):
        http.post(running.api_url, json=RIGHT, headers=headers)
    assert http.post(running.api_url, json=RIGHT, headers=headers).status_code == 202
    lost, again = running.sandbox.events()
    assert (lost.outcome, lost.accepted, lost.status, lost.fault) == ("fault", True, None, "script: lost")
    assert (again.outcome, again.accepted, again.duplicate) == ("accepted", True, True)
    counts = running.sandbox.counts
    assert (counts.total, counts.accepted, counts.fault, counts.lost) == (2, 1, 1, 1)


def test_what_is_refused_and_its_answer_lost_keeps_its_reasons(running: Running, http: requests.Session) -> None:
    disturb(running, rates={"lost": 1})
    with pytest.raises(requests.ConnectionError):
        http.post(running.api_url, json=event("search"))
    [received] = running.sandbox.events()
    assert (received.outcome, received.accepted, received.status) == ("fault", False, None)
    assert [found.rule for found in received.findings] == ["search_term"]
    assert (running.sandbox.counts.fault, running.sandbox.counts.lost) == (1, 0)


@pytest.mark.parametrize("status", [304, 308, 404, 503, 599])
def test_a_fault_is_an_answer_that_http_allows(running: Running, status: int) -> None:
    """As it stands on the wire; a 304 has no body, and the connection goes on after it."""
    disturb(running, rates={status: 1})
    wire = HTTPConnection(running.api_url.split("/")[2], timeout=10)
    for _ in range(2):
        wire.request("POST", running.sandbox.settings.path, body=b"{}")
        answer = wire.getresponse()
        body = answer.read()
        assert (answer.status, answer.will_close, bool(body)) == (status, False, status != 304)
        assert answer.headers.get("content-length") == (None if status == 304 else str(len(body)))
    wire.close()


def test_a_hang_gives_no_answer_until_the_client_gives_up(running: Running, http: requests.Session) -> None:
    disturb(running, rates={"hang": 1}, hang_seconds=60)
    with pytest.raises(requests.ReadTimeout):
        http.post(running.api_url, json=RIGHT, timeout=0.3)


def test_a_client_that_gives_up_is_no_error_of_the_sandbox(
    http: requests.Session, capfd: pytest.CaptureFixture[str]
) -> None:
    with running_sandbox() as running:
        disturb(running, rates={"hang": 1})
        with pytest.raises(requests.ReadTimeout):
            http.post(running.api_url, json=RIGHT, timeout=0.3)
    assert capfd.readouterr().err == ""


def test_a_hang_ends_by_itself(running: Running, http: requests.Session) -> None:
    disturb(running, rates={"hang": 1}, hang_seconds=0.2)
    started = time.monotonic()
    with pytest.raises(requests.ConnectionError):
        http.post(running.api_url, json=RIGHT, timeout=10)
    assert 0.2 <= time.monotonic() - started < 5


def test_a_sandbox_that_holds_a_hanging_request_ends_at_once(http: requests.Session) -> None:
    with ThreadPoolExecutor(1) as client:
        with running_sandbox() as running:
            disturb(running, rates={"hang": 1})
            hanging = client.submit(http.post, running.api_url, json=RIGHT, timeout=30)
            eventually(lambda: running.sandbox.counts.total, 30, "the request that hangs")
            leaving = time.monotonic()
        assert time.monotonic() - leaving < 5
        assert isinstance(hanging.exception(timeout=5), requests.ConnectionError)


def test_latency_delays_the_answer_but_not_the_arrival(running: Running, http: requests.Session) -> None:
    disturb(running, latency={"kind": "fixed", "seconds": 0.25})
    started = time.monotonic()
    http.post(running.api_url, json=RIGHT)
    assert time.monotonic() - started >= 0.25


def test_arrivals_are_numbered_in_their_order(running: Running, http: requests.Session) -> None:
    for document in one_of_each():
        http.post(running.api_url, json=document)
    received = running.sandbox.events()
    assert [each.event for each in received] == [document["event"] for document in one_of_each()]
    assert all(later.number == earlier.number + 1 for earlier, later in pairwise(received))
