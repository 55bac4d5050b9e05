"""The gates together: what each answer tells which of them, and what may go in view of all."""

from __future__ import annotations

from typing import cast

import pytest

from consumer.backoff import Backoff
from consumer.delivery.breaker import BreakerPolicy
from consumer.delivery.concurrency import Concurrency, ConcurrencyPolicy
from consumer.delivery.gates import Gates
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.throttle import ThrottlePolicy
from consumer.delivery.verdict import Verdict
from consumer.records import Answer, NoAnswer
from tests.delivery.samples import NOW, answer, silence

POLICY = DeliveryPolicy(
    ConcurrencyPolicy(maximum=64, initial=8),
    breaker=BreakerPolicy(probes=Backoff(1, 60)),
    throttle=ThrottlePolicy(rate=100),
)
NEVER = float("inf")


@pytest.fixture
def gates() -> Gates:
    return Gates(POLICY)


class Limit:
    """Stands for the adaptive limit: what it was told."""

    limit = 8

    def __init__(self) -> None:
        self.told: list[tuple[float | None, float]] = []

    def answered(self, seconds: float | None, now: float) -> None:
        self.told.append((seconds, now))


@pytest.fixture
def limit(gates: Gates) -> Limit:
    limit = Limit()
    gates.concurrency = cast("Concurrency", limit)
    return limit


@pytest.mark.interpreted("another class stands in for the adaptive limit")
@pytest.mark.parametrize(
    ("given", "verdict", "told"),
    [
        (answer(202), Verdict.DELIVERED, [(0.05, NOW)]),
        (answer(400), Verdict.REJECTED, []),
        (answer(401), Verdict.REFUSED, []),
        (answer(429), Verdict.THROTTLED, [(None, NOW)]),
        (answer(503), Verdict.FAILED, [(None, NOW)]),
        (answer(501), Verdict.FAILED, []),
        (silence(NoAnswer.TIMEOUT), Verdict.FAILED, [(None, NOW)]),
    ],
)
def test_the_limit_hears_of_successes_and_of_push_back_and_of_nothing_else(
    gates: Gates, limit: Limit, given: Answer, verdict: Verdict, told: list[tuple[float | None, float]]
) -> None:
    gates.measured(given, verdict, NOW, suspect=False)

    assert limit.told == told


@pytest.mark.interpreted("another class stands in for the adaptive limit")
def test_what_fails_while_others_pass_is_no_push_back_and_its_success_is_one_like_any(
    gates: Gates, limit: Limit
) -> None:
    """One customer's failing record must not lower the limit for all."""
    gates.measured(answer(503), Verdict.FAILED, NOW, suspect=True)
    assert limit.told == []

    gates.measured(answer(202), Verdict.DELIVERED, NOW, suspect=True)
    assert limit.told == [(0.05, NOW)]


def test_what_may_go_is_the_least_that_any_gate_allows(gates: Gates) -> None:
    """The rate of 100 leaves 5 at a time; the limit 8 in flight, and fewer than none where it has just fallen."""
    assert gates.allowance(NOW, 0) == 5
    assert gates.allowance(NOW, 6) == 2
    assert gates.allowance(NOW, 9) == -1


def test_through_an_open_breaker_one_goes_at_a_time(gates: Gates) -> None:
    assert gates.may_pass(NOW)
    assert gates.probe_at == NEVER
    gates.breaker.trip(1, NOW, "http_503")
    due = gates.probe_at

    assert NOW < due <= NOW + 1
    assert not gates.may_pass(due - 0.001)
    assert gates.may_pass(due)
    assert gates.allowance(due, 0) == 1
    assert gates.allowance(due, 8) == 0, "the limit holds for probes too"

    gates.probing(2)
    assert not gates.may_pass(due)
    assert gates.probe_at == NEVER
    gates.breaker.close_by(2)
    assert gates.may_pass(due)


def test_who_goes_while_all_is_well_is_no_probe(gates: Gates) -> None:
    """A gate that opens behind it would take its answer for that of the probe."""
    gates.probing(1)
    gates.breaker.trip(2, NOW, "http_503")
    gates.breaker.close_by(1)

    assert gates.breaker.open
