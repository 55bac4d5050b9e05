"""What is read of the answers of the REST APIs beside their status."""

from __future__ import annotations

import orjson
import pytest

from consumer.bluecore.response import BODY_LIMIT, Response
from consumer.bluecore.rest_answers import said, told
from consumer.delivery.verdict import Verdict, VerdictPolicy
from consumer.mapping.contract import MAX_BODY_BYTES
from consumer.records import Answer, NoAnswer

SENT = orjson.dumps({"id": {"email": "jane@example.com"}, "state": {"event": "OPTIN", "message_type": "MARKETING"}})
STATE = {"status": "SUBSCRIBED", "message_type": "MARKETING"}
STORED = orjson.dumps({"data": {"subscription": {"id": {"email": "jane@example.com"}, "states": [STATE]}}})


def answered(status: int, body: bytes, *headers: str) -> Answer:
    head = "\r\n".join([f"HTTP/1.1 {status} x", *headers])
    return told(Answer(status, text=body.decode(), seconds=0.1), Response(status, head, body), SENT)


def test_what_is_stored_as_it_was_sent_is_delivered_under_bluecores_name() -> None:
    found = answered(200, STORED, f"Content-Length: {len(STORED)}", "X-Bluecore-Id: b-1")
    assert (found.status, found.unapplied, found.request_id) == (200, "", "b-1")


def test_the_message_of_an_error_is_its_text() -> None:
    body = b'{"code":3,"message":"phone_number is invalid","details":[]}'
    assert answered(422, body, "x-bluecore-id: b-2")[3:] == ("phone_number is invalid", 0.1, "", "b-2")
    assert answered(500, b"<html>").text == "<html>"


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"message": 5}', b'{"code": 3}'])
def test_an_error_without_a_message_says_nothing_of_its_own(body: bytes) -> None:
    assert not said(body)


@pytest.mark.parametrize(("body", "headers"), [(b"", []), (STORED[:9], [f"Content-Length: {len(STORED)}"])])
def test_an_answer_that_breaks_off_is_none(body: bytes, headers: list[str]) -> None:
    """The consent is sent again, and is no dead letter for a connection that broke."""
    found = answered(200, body, *headers)
    assert (found.status, found.no_answer, found.unapplied) == (None, NoAnswer.RESET, "")


@pytest.mark.parametrize(
    ("status", "body", "headers"), [(200, b"<html>", []), (200, b"", ["Content-Length: 0"]), (204, b"", [])]
)
def test_another_shape_is_no_answer_that_broke_off(status: int, body: bytes, headers: list[str]) -> None:
    """What says nothing, and says so, would say no more if it was asked again."""
    assert "another shape" in answered(status, body, *headers).unapplied


def test_a_customer_as_large_as_an_event_may_be_is_read_whole() -> None:
    attributes = {f"a{number}": "x" * 1_000 for number in range(MAX_BODY_BYTES // 1_100)}
    body = orjson.dumps({"data": {"ids": [{"email": "jane@example.com"}], "attributes": attributes}})
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
    sent = orjson.dumps({"id": {"email": "jane@example.com"}, "attributes": attributes})
    assert told(Answer(200), Response(200, head, body[:BODY_LIMIT]), sent).unapplied == ""


def test_a_redirect_is_the_address_s_and_says_nothing_of_what_is_stored() -> None:
    found = answered(302, b"", "Content-Length: 0", "Location: https://login.example.com")
    assert (found.status, found.no_answer, found.unapplied) == (302, None, "")
    assert VerdictPolicy().of_rest().judge(found) is Verdict.REFUSED
