"""One request: the line of a list, and the exact request with its secrets masked."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import orjson
import pytest

from consumer.sandbox.contract.rules import Finding, Rule
from consumer.sandbox.received import Outcome, Received

HEAD = b"host: 127.0.0.1\r\nauthorization: Bearer k\r\nx-note: a: b\r\nx-note: \xe9"


def received(body: bytes = b"", head: bytes = HEAD, **fields: Any) -> Received:
    values: dict[str, Any] = {
        "number": 7,
        "at_ms": 1_700_000_000_123,
        "event": "optin",
        "distinct_id": "jane",
        "outcome": Outcome.ACCEPTED,
        "accepted": True,
        "status": 202,
        "findings": (),
        "fault": "",
        "idempotency_key": "",
        "duplicate": False,
        "method": "POST",
        "path": "/api?a=1",
    }
    return Received(**(values | fields), head=head, body=body)


def test_the_body_is_shown_as_it_arrived_and_decoded_beside_it() -> None:
    sent = b'{"properties": {"token":"acme", "total": 10.00, "id":12345678901234567890123, "a":1, "a":2}}'
    whole = received(sent).whole()
    assert whole["raw"] == sent.decode().replace("acme", "***")
    assert (whole["body"]["properties"]["token"], whole["body"]["properties"]["a"]) == ("***", 2)


def test_a_body_that_is_no_json_is_its_text() -> None:
    whole = received(b"token=acme&x=1").whole()
    assert whole["raw"] == whole["body"] == "token=***&x=1"


@pytest.mark.parametrize(("depth", "shown"), [(250, dict), (300, str)])
def test_a_body_that_is_nested_too_deeply_to_be_written_as_json_is_its_text(depth: int, shown: type) -> None:
    sent = b'{"a":' * depth + b"1" + b"}" * depth
    whole = received(sent).whole()
    assert isinstance(whole["body"], shown)
    assert orjson.loads(orjson.dumps(whole))["raw"] == sent.decode()


def test_a_body_that_is_no_utf8_is_told_in_base64() -> None:
    whole = received(b'\xff"token": "acme"').whole()
    assert "raw" not in whole
    assert whole["raw_base64"] == b64encode(b'\xff"token": "***"').decode()
    assert whole["body"] == '\ufffd"token": "***"'


def test_method_path_and_headers_are_those_of_the_request() -> None:
    whole = received(path="/api?token=acme&b=1").whole()
    assert (whole["method"], whole["path"]) == ("POST", "/api?token=***&b=1")
    assert whole["headers"] == [
        ["host", "127.0.0.1"],
        ["authorization", "***"],
        ["x-note", "a: b"],
        ["x-note", "é"],
    ]


@pytest.mark.parametrize(
    "name", [b"authorization", b"proxy-authorization", b"cookie", b"x-api-key", b"apikey", b"x-auth-token", b"x-own"]
)
def test_a_header_with_a_secret_is_masked(name: bytes) -> None:
    whole = received(head=name + b": marked").whole(["X-Own"])
    assert whole["headers"] == [[name.decode(), "***"]]


def test_an_idempotency_key_is_no_secret() -> None:
    assert received(head=b"idempotency-key: t:0:1").whole()["headers"] == [["idempotency-key", "t:0:1"]]


def test_the_line_of_a_list_says_what_became_of_it() -> None:
    finding = Finding("properties.total", Rule.TOTAL, "No total.")
    summary = received(outcome=Outcome.FAULT, accepted=True, status=None, fault="chance: lost").summary()
    assert (summary["outcome"], summary["accepted"], summary["status"]) == ("fault", True, None)
    assert (summary["fault"], summary["at"]) == ("chance: lost", "2023-11-14T22:13:20.123+00:00")
    assert received(findings=(finding,)).summary()["reasons"] == [
        {"field": "properties.total", "rule": "total", "message": "No total.", "silent": False}
    ]


@pytest.mark.parametrize(
    "longer",
    [
        {"body": b"x" * 10_000},
        {"head": b"x: " + b"y" * 10_000},
        {"path": "x" * 10_000},
        {"findings": (Finding("x" * 200, Rule.TOTAL, ""),) * 30},
    ],
)
def test_its_size_is_about_what_it_holds(longer: dict[str, Any]) -> None:
    assert received(**longer).size > 10_000 + received().size - 1_000
