"""The limits that the engine keeps to: our rate, and the number in flight, which rises where it stops a request."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.delivery.concurrency import ConcurrencyPolicy
from consumer.delivery.throttle import ThrottlePolicy
from tests.delivery.driver import ACCEPTED, POLICY, Driver
from tests.delivery.samples import NOW, answer


def keys(driver: Driver, count: int) -> None:
    """As many records, each of a key of its own."""
    for number in range(count):
        driver.take(f"key {number}")


def test_no_more_go_than_the_rate_allows_and_the_next_at_its_time() -> None:
    driver = Driver(replace(POLICY, throttle=ThrottlePolicy(rate=2))).assign()
    keys(driver, 3)
    assert len(driver.in_flight) == 1
    assert driver.wake_at == NOW + 0.5

    driver.wait(0.4)
    assert len(driver.in_flight) == 1

    driver.wait(0.1)
    assert len(driver.in_flight) == 2


def test_a_quota_of_the_endpoint_counts_what_goes() -> None:
    driver = Driver().assign()
    driver.take("first")
    driver.reply_all(answer(202, ratelimit_remaining="2", ratelimit_reset="30"))
    keys(driver, 5)

    assert len(driver.in_flight) == 2
    assert driver.wake_at == NOW + 30


def test_a_limit_that_stops_requests_is_tried_higher() -> None:
    """Else it would stay where it began, however much the endpoint bears."""
    driver = Driver(replace(POLICY, concurrency=ConcurrencyPolicy(maximum=64, initial=2))).assign()
    keys(driver, 600)
    assert len(driver.in_flight) == 2

    driver.run(lambda _: ACCEPTED)

    assert driver.engine.gates.concurrency.limit > 2


def test_a_limit_that_stops_nothing_stays() -> None:
    """Nothing is known of a number that was never in flight."""
    driver = Driver(replace(POLICY, concurrency=ConcurrencyPolicy(maximum=64, initial=2))).assign()
    for number in range(600):
        driver.take(f"key {number}")
        driver.wait(0.05)
        driver.reply_all()

    assert driver.engine.gates.concurrency.limit == 2


@pytest.mark.parametrize("gate", ["limit", "rate"])
def test_what_may_not_go_keeps_its_place(gate: str) -> None:
    """It was taken out to be looked at: it goes before those that came after it."""
    policy = replace(POLICY, concurrency=ConcurrencyPolicy(maximum=1 if gate == "limit" else 64))
    driver = Driver(replace(policy, throttle=ThrottlePolicy(rate=0 if gate == "limit" else 2))).assign()
    keys(driver, 4)
    driver.run(lambda _: ACCEPTED)

    assert driver.log == [f"shop.orders:0:{offset}" for offset in range(4)]
