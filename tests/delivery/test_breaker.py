"""The breaker: opens for the endpoint's faults, not for a record's, and closes by its probe alone."""

from __future__ import annotations

import pytest

from consumer.backoff import Backoff
from consumer.delivery.breaker import Breaker, BreakerPolicy
from tests.delivery.samples import NOW

POLICY = BreakerPolicy(failures=5, window_seconds=60, probes=Backoff(1, 60))


@pytest.fixture
def breaker() -> Breaker:
    return Breaker(POLICY)


def probe(breaker: Breaker, task: int) -> float:
    """Sends a probe when it is due; returns that time."""
    due = breaker.probe_at
    assert not breaker.may_pass(due - 0.001)
    assert breaker.may_pass(due)
    breaker.probing(task)
    assert not breaker.may_pass(due + 3600)
    return due


def test_it_opens_at_once_for_a_fault_that_says_nothing_of_the_record(breaker: Breaker) -> None:
    breaker.trip(1, NOW, "http_401")

    assert (breaker.open, breaker.cause) == (True, "http_401")
    assert not breaker.may_pass(NOW)


def test_it_opens_when_five_keys_fail_in_a_row(breaker: Breaker) -> None:
    for number in range(4):
        breaker.failed(number, f"key {number}", NOW, "http_503")
    assert not breaker.open

    breaker.failed(4, "key 4", NOW, "http_503")

    assert breaker.cause == "http_503"


def test_one_key_that_fails_again_and_again_opens_nothing(breaker: Breaker) -> None:
    for number in range(50):
        breaker.failed(number, "poison", NOW, "http_500")

    assert not breaker.open


def test_a_success_in_between_starts_the_count_anew(breaker: Breaker) -> None:
    for number in range(20):
        breaker.failed(number, f"key {number}", NOW, "http_503")
        if number % 4 == 3:
            breaker.passed(100 + number, "healthy", NOW)

    assert not breaker.open


def test_a_key_that_failed_while_another_passed_is_a_suspect_until_it_passes(breaker: Breaker) -> None:
    breaker.failed(1, "poison", NOW, "http_500")
    assert not breaker.suspects("poison")

    breaker.passed(2, "healthy", NOW)
    assert breaker.suspects("poison")
    assert not breaker.suspects("healthy")

    breaker.passed(3, "poison", NOW)
    assert not breaker.suspects("poison")


def test_suspects_are_bounded(breaker: Breaker) -> None:
    """The oldest is forgotten first: a stream of failing keys does not fill the memory."""
    for number in range(2000):
        breaker.failed(1, number, NOW, "http_500")
        breaker.passed(2, "healthy", NOW)

    assert [breaker.suspects(number) for number in (0, 999, 1000, 1999)] == [False, False, True, True]


def test_a_success_is_evidence_for_the_window(breaker: Breaker) -> None:
    assert not breaker.others_pass(NOW)

    breaker.passed(1, "healthy", NOW)

    assert breaker.others_pass(NOW + 60)
    assert not breaker.others_pass(NOW + 60.1)


def test_nothing_passes_while_it_is_open(breaker: Breaker) -> None:
    breaker.passed(1, "healthy", NOW)
    breaker.trip(2, NOW, "http_401")

    assert not breaker.others_pass(NOW)


def test_a_suspect_as_the_last_resort_for_a_probe_closes_it_even_when_it_fails(breaker: Breaker) -> None:
    """Where nothing but suspects is left to send, it would stay open for ever."""
    breaker.trip(1, NOW, "http_503")
    probe(breaker, 2)

    breaker.close_by(3)
    assert breaker.open

    breaker.close_by(2)
    assert not breaker.open


def test_a_probe_that_passes_closes_it(breaker: Breaker) -> None:
    breaker.trip(1, NOW, "http_401")
    due = probe(breaker, 2)

    breaker.passed(2, "key", due)

    assert not breaker.open
    assert breaker.may_pass(due)
    assert breaker.probe_at == float("inf")


def test_late_answers_to_earlier_requests_change_nothing(breaker: Breaker) -> None:
    """Neither a success closes it, nor do failures lengthen the wait."""
    breaker.trip(1, NOW, "http_503")
    due = breaker.probe_at

    breaker.passed(7, "late", NOW + 0.1)
    breaker.trip(8, NOW + 0.1, "http_401")
    for number in range(10):
        breaker.failed(20 + number, f"late {number}", NOW + 0.1, "http_503")

    assert (breaker.cause, breaker.probe_at) == ("http_503", due)


def test_the_keys_that_failed_in_an_outage_are_no_suspects_after_it(breaker: Breaker) -> None:
    """Else a second outage would be taken for their own fault."""
    keys = [f"key {number}" for number in range(5)]
    for key in keys:
        breaker.failed(1, key, NOW, "http_503")
    due = probe(breaker, 2)
    breaker.failed(3, "late", due, "http_503")

    breaker.passed(2, "healthy", due)

    assert not any(breaker.suspects(key) for key in [*keys, "late"])
