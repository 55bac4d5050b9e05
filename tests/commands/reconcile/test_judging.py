"""Which states fit which words, what is excused, and what is never said again."""

from __future__ import annotations

import pytest

from consumer.bluecore.consent_differences import Kind, kind_of
from consumer.bluecore.consent_states import ConsentState, Status
from consumer.commands.reconcile.judging import Difference, is_still_queued
from consumer.commands.reconcile.repairing import why_not_repaired
from consumer.commands.reconcile.words import Consent, Word
from consumer.records import Partition

NOW = 1_800_000_000_000
MINUTE = 60_000
STILL, NOT = Kind.STILL_SUBSCRIBED, Kind.NOT_SUBSCRIBED


FITTING = {
    "unsubscribe": {Status.UNSUBSCRIBED, Status.PENDING},
    "optin": {Status.SUBSCRIBED},
    "signup": {Status.SUBSCRIBED, Status.PENDING},
}


@pytest.mark.parametrize(("event", "kind"), [("unsubscribe", STILL), ("optin", NOT), ("signup", NOT)])
def test_each_word_against_each_state(event: str, kind: Kind) -> None:
    found = {status: kind_of(event, status) for status in Status}
    expected = {status: None if status in FITTING[event] else kind for status in Status}
    if event == "unsubscribe":
        expected[Status.NOT_KNOWN] = Kind.NOT_KNOWN
    assert found == expected


def word(event: str = "unsubscribe", minutes_ago: float = 5, *, queued: bool = True) -> Word:
    at_ms = NOW - round(minutes_ago * MINUTE)
    return Word(event, at_ms, told=False, queued=queued, partition=Partition("t", 0), offset=0)


def there(minutes_ago: float | None, status: Status = Status.SUBSCRIBED) -> ConsentState:
    return ConsentState(status, None if minutes_ago is None else NOW - round(minutes_ago * MINUTE))


@pytest.mark.parametrize(
    ("said", "state", "queued"),
    [
        (word(minutes_ago=5), there(60), True),
        (word(minutes_ago=5), there(None), True),
        (word(minutes_ago=16), there(60), False),
        (word(minutes_ago=5), there(4), False),  # what is there came after the word
        (word(minutes_ago=5, queued=False), there(60), False),  # it was answered with what is stored
    ],
)
def test_a_young_word_may_wait_within_bluecore(said: Word, state: ConsentState, queued: bool) -> None:  # noqa: FBT001
    assert is_still_queued(said, state, NOW) is queued


@pytest.mark.parametrize(
    ("said", "state", "why"),
    [
        (word("unsubscribe"), there(1), ""),
        (word("unsubscribe"), there(None), ""),
        (word("unsubscribe"), ConsentState(Status.NOT_KNOWN), ""),
        (word("unsubscribe")._replace(told=True), ConsentState(Status.NOT_KNOWN), ""),
        (word("optin"), there(60, Status.UNSUBSCRIBED), ""),
        (word("optin"), ConsentState(Status.NOT_KNOWN), ""),
        (word("optin"), there(1, Status.UNSUBSCRIBED), "newer_there"),
        (word("optin"), there(None, Status.UNSUBSCRIBED), "newer_there"),
        (word("unsubscribe")._replace(told=True), there(60), ""),
        (word("unsubscribe")._replace(told=True), there(None), ""),
        (word("unsubscribe")._replace(told=True), there(1), "newer_there"),  # Bluecore would keep the later
        (word("signup"), ConsentState(Status.NOT_KNOWN), "signup"),
    ],
)
def test_a_withdrawal_is_said_again_where_it_can_count_and_an_opt_in_never_over_a_later_word(
    said: Word, state: ConsentState, why: str
) -> None:
    kind = kind_of(said.event, state.status)
    assert kind is not None
    assert why_not_repaired(Difference(kind, Consent("", "jane@example.com"), said, state)) == why
