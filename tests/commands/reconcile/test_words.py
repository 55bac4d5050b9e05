"""What a request says of whose consent, and which of two words is the later."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from consumer.commands.reconcile.words import Consent, LastWords, Word, said
from consumer.records import EventRequest, Partition, Record

P0, P1 = Partition("consents", 0), Partition("consents", 1)
JANE = Consent("", "jane@example.com")


def by_events(event: str, **customer: Any) -> EventRequest:
    body = {"event": event, "properties": {"token": "t", "distinct_id": "x", "customer": customer}}
    return EventRequest(event, orjson.dumps(body), "x")


def by_eligibility(identifier: dict[str, str], **state: Any) -> EventRequest:
    return EventRequest("optin", orjson.dumps({"id": identifier, "state": {"event": "OPTIN", **state}}), "x")


def record(offset: int = 7, partition: Partition = P0, at_ms: int = 1_000) -> Record:
    return Record(partition, offset, None, b"", at_ms)


def test_the_events_api_is_told_an_address_and_no_time() -> None:
    assert said(record(), by_events("unsubscribe", email=" Jane@Example.com ")) == (
        JANE,
        Word("unsubscribe", 1_000, told=False, queued=True, partition=P0, offset=7),
    )


@pytest.mark.parametrize("request_", [by_events("customer_patch", email="jane@example.com"), by_events("optin")])
def test_what_is_no_consent_of_an_address_is_no_word(request_: EventRequest) -> None:
    assert said(record(), request_) is None


def test_eligibility_is_told_the_time_the_kind_and_the_number_that_sends() -> None:
    state = {"consented_at": "2026-11-29T12:00:00Z", "message_type": "TRANSACTIONAL", "channel_identifier": "12345"}
    found = said(record(), by_eligibility({"phone_number": "12025550100"}, **state))
    assert found == (
        Consent("", "+12025550100", "TRANSACTIONAL", "12345"),
        Word("optin", 1_795_953_600_000, told=True, queued=False, partition=P0, offset=7),
    )


def test_without_a_time_of_its_own_it_holds_since_it_was_written() -> None:
    found = said(record(), by_eligibility({"email": "Jane@example.com"}))
    assert found == (JANE, Word("optin", 1_000, told=False, queued=False, partition=P0, offset=7))


def word(event: str, offset: int, partition: Partition = P0, at_ms: int = 1_000, *, told: bool = False) -> Word:
    return Word(event, at_ms, told=told, queued=True, partition=partition, offset=offset)


@pytest.mark.parametrize(
    ("words", "last"),
    [
        # In one partition the order is that of the offsets, whatever the clocks say.
        ((word("optin", 5, at_ms=9_000), word("unsubscribe", 6, at_ms=1_000)), "unsubscribe"),
        # Between partitions nothing but the clock tells.
        ((word("optin", 900, P1, 2_000), word("unsubscribe", 3, P0, 3_000)), "unsubscribe"),
        ((word("unsubscribe", 3, P0, 3_000), word("optin", 900, P1, 2_000)), "unsubscribe"),
        # Where Bluecore is told the time of both, it orders by that.
        ((word("unsubscribe", 5, at_ms=9_000, told=True), word("optin", 6, at_ms=1_000, told=True)), "unsubscribe"),
        ((word("unsubscribe", 5, at_ms=9_000, told=True), word("optin", 6, at_ms=9_000, told=True)), "optin"),
        ((word("unsubscribe", 5, at_ms=9_000, told=True), word("optin", 6, at_ms=1_000)), "optin"),
    ],
)
def test_the_later_of_two_words(words: tuple[Word, Word], last: str) -> None:
    known = LastWords()
    for each in words:
        known.add(JANE, each)
    (found,) = [each.event for _, each in known.items()]
    assert found == last
