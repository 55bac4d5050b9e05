"""Promise 3: an event's fault is the event's; the endpoint's fault is everyone's."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from consumer.delivery.engine import FLOOD
from consumer.delivery.flood import FloodPolicy
from consumer.delivery.parking import Parked, ParkedKeys
from consumer.records import Answer, NoAnswer, Outcome
from tests.delivery.driver import ACCEPTED, POLICY, Driver
from tests.delivery.samples import BROKEN, NOW, ORDERS, answer, send, silence

OUTAGES = [
    *(answer(status) for status in (301, 401, 403, 404, 405, 500, 502, 503, 504)),
    *(silence(why) for why in NoAnswer),
]


def label(outage: object) -> str:
    assert isinstance(outage, Answer)
    return str(outage.status or outage.no_answer)


@pytest.fixture
def driver() -> Driver:
    return Driver().assign()


@pytest.mark.parametrize("outage", OUTAGES, ids=label)
def test_an_outage_of_hours_costs_no_event(outage: Answer) -> None:
    """It is waited out, few requests are made meanwhile, and delivery goes on by itself."""
    driver = Driver().assign()
    up_at = NOW + 6 * 3600
    for number in range(200):
        driver.take(f"key {number}")

    driver.run(lambda _: outage if driver.now < up_at else ACCEPTED, 8 * 3600)

    assert Counter(driver.outcomes.values()) == {Outcome.DELIVERED: 200}
    assert driver.settled[-1].record.offset >= 0
    assert len(driver.log) < 200 + 16 + 2 * 6 * 60 + 20
    assert driver.now < up_at + 180
    assert driver.at_rest()


@pytest.mark.parametrize("status", [401, 429, 503])
def test_nothing_is_charged_while_the_breaker_is_open(driver: Driver, status: int) -> None:
    """However often a record was the probe, it has all its attempts when the outage is over."""
    driver.take("poison")
    driver.reply_all(401)
    driver.run(lambda _: answer(status), 3600)
    driver.take("healthy")
    driver.wait(300)
    while driver.engine.breaker.open:
        driver.reply_all(202 if driver.in_flight == ["shop.orders:0:1"] else 401)
        driver.wait(60)
    before = driver.log.count("shop.orders:0:0")

    driver.run(lambda _: answer(500))

    # The one that may have been sent as the breaker closed is among the four.
    assert driver.log.count("shop.orders:0:0") - before in {3, 4}
    assert driver.outcomes[0] is Outcome.RETRY


def test_a_5xx_that_follows_one_record_is_that_records_fault(driver: Driver) -> None:
    """After its attempts it goes to the retry topic; the breaker stays closed, and the others pass."""
    driver.take("poison")
    for number in range(20):
        driver.take(f"key {number}")

    (written,) = driver.run(lambda task: answer(500) if task.record.key == b"poison" else ACCEPTED)

    assert written.failure is not None
    assert (written.failure.outcome, written.failure.attempts, written.failure.status) == (Outcome.RETRY, 4, 500)
    assert written.failure.not_before == pytest.approx(driver.now + 60, abs=1)
    assert Counter(driver.outcomes.values()) == {Outcome.DELIVERED: 20, Outcome.RETRY: 1}
    assert driver.log.count("shop.orders:0:0") == 4
    assert not driver.engine.breaker.open


def test_a_lone_record_that_fails_says_as_much_of_the_endpoint(driver: Driver) -> None:
    """Nothing else passes: it is probed on, and is judged once something else does."""
    driver.take("poison")
    driver.run(lambda _: answer(500), 600)
    assert driver.engine.breaker.open
    assert driver.settled == []

    driver.take("healthy")
    driver.run(lambda task: answer(500) if task.record.key == b"poison" else ACCEPTED, 600)

    assert driver.outcomes == {0: Outcome.RETRY, 1: Outcome.DELIVERED}
    assert not driver.engine.breaker.open


def test_one_probe_at_a_time_while_it_is_open(driver: Driver) -> None:
    for number in range(50):
        driver.take(f"key {number}")
    driver.reply_all(401)
    assert driver.in_flight == []

    driver.wait(driver.wake_at - driver.now)
    assert len(driver.in_flight) == 1
    driver.wait(3600)
    assert len(driver.in_flight) == 1

    driver.reply_all(202)
    assert len(driver.in_flight) > 1


@pytest.mark.parametrize("status", [202, 400, 409, 422])
def test_any_answer_about_the_record_itself_ends_an_outage(driver: Driver, status: int) -> None:
    """A 400 shows as well as a 202 that the endpoint works."""
    driver.take("jane")
    driver.reply_all(silence(NoAnswer.REFUSED))
    assert driver.engine.breaker.open
    driver.wait(1)

    driver.reply_all(status)

    assert not driver.engine.breaker.open


def test_a_probe_whose_partition_was_lost_still_closes_the_breaker() -> None:
    driver = Driver().assign()
    driver.take("jane")
    driver.reply_all(401)
    driver.wait(2)
    assert len(driver.in_flight) == 1

    driver.engine.forget([ORDERS])
    driver.reply_all(202)

    assert not driver.engine.breaker.open
    assert driver.settled == []
    assert driver.at_rest()


@pytest.mark.parametrize("lost", [400, 401, 429, 503])
def test_a_probe_whose_partition_was_lost_makes_way_for_the_next(lost: int) -> None:
    """Whatever is answered to it, the breaker closes once the endpoint works."""
    driver = Driver().assign()
    driver.take("jane")
    driver.reply_all(401)
    driver.wait(2)
    driver.engine.forget([ORDERS])
    driver.reply_all(lost)

    driver.assign()
    driver.take("joe")
    driver.run(lambda _: ACCEPTED)

    assert not driver.engine.breaker.open
    assert driver.at_rest()


def test_an_outage_without_records_wakes_nobody(driver: Driver) -> None:
    """A probe that is due and has nothing to send waits for a record, not for the time."""
    driver.take("jane")
    driver.reply_all(401)
    driver.engine.forget([ORDERS])

    driver.wait(60)

    assert driver.engine.breaker.open
    assert driver.wake_at == float("inf")


def test_a_probe_held_back_by_retry_after_goes_when_the_hold_ends(driver: Driver) -> None:
    driver.take("jane")
    driver.reply_all(answer(401, retry_after="100"))

    driver.wait(60)
    assert driver.in_flight == []
    assert driver.wake_at == NOW + 100

    driver.wait(40)
    assert len(driver.in_flight) == 1


def test_a_429_holds_everyone_back_and_charges_nobody(driver: Driver) -> None:
    for number in range(30):
        driver.take(f"key {number}")
    driver.reply("shop.orders:0:0", answer(429, retry_after="20"))
    for _ in range(5):
        driver.reply_all(429)

    driver.wait(19)
    assert driver.in_flight == []
    driver.run(lambda _: ACCEPTED)

    assert Counter(driver.outcomes.values()) == {Outcome.DELIVERED: 30}
    assert all(settlement.failure is None for settlement in driver.settled)
    assert driver.log[16] == "shop.orders:0:15", "the last one pushed back goes first"


# A flood of dead letters

FLOODS = replace(POLICY, flood=FloodPolicy(ratio=0.5, minimum=10, window_seconds=60))


def test_a_flood_of_dead_letters_stops_instead_of_emptying_the_topic() -> None:
    """A route that was changed wrongly: after the first ten, one goes with each probe."""
    driver = Driver(FLOODS).assign()
    for number in range(1000):
        driver.take(f"key {number}", BROKEN)

    driver.run(lambda _: ACCEPTED, 3600)

    assert driver.engine.breaker.cause == FLOOD
    assert 10 < len(driver.settled) < 10 + 2 * 60 + 10


def test_a_flood_of_rejections_stops_too() -> None:
    """A wrong namespace that is answered 400: what was out is written, the rest waits."""
    driver = Driver(FLOODS).assign()
    for number in range(1000):
        driver.take(f"key {number}")

    driver.run(lambda _: answer(400), 3600)

    assert driver.engine.breaker.cause == FLOOD
    assert len(driver.settled) < 16 + 10 + 2 * 60 + 10


def test_a_delivery_ends_a_flood() -> None:
    driver = Driver(FLOODS).assign()
    for number in range(15):
        driver.take(f"key {number}", BROKEN)
    for number in range(50):
        driver.take(f"good {number}")

    driver.run(lambda _: ACCEPTED)

    assert not driver.engine.breaker.open
    assert Counter(driver.outcomes.values()) == {Outcome.DEAD_LETTER: 15, Outcome.DELIVERED: 50}
    assert driver.at_rest()


def test_a_flood_during_an_outage_stops_too() -> None:
    """The dead letters that a probe finds on its way are counted like any others."""
    driver = Driver(FLOODS).assign()
    driver.take("jane")
    driver.reply_all(401)
    for number in range(1000):
        driver.take(f"key {number}", BROKEN)

    driver.run(lambda _: answer(401), 600)

    assert len(driver.settled) < 10 + 60


def test_a_write_that_is_repeated_during_a_flood_blocks_no_probe() -> None:
    """It was counted the first time: it says nothing more."""
    driver = Driver(FLOODS).assign()
    for number in range(10):
        driver.take(f"key {number}", BROKEN)
    assert driver.engine.breaker.cause == FLOOD
    driver.acknowledge("no leader")

    driver.take("good")
    driver.run(lambda _: ACCEPTED)

    assert not driver.engine.breaker.open
    assert len(driver.settled) == 11
    assert driver.at_rest()


def test_a_parked_record_during_a_flood_blocks_no_probe() -> None:
    parked = ParkedKeys()
    parked.apply(Parked(b"jane", ORDERS, 999))
    driver = Driver(replace(FLOODS, ordered_events=frozenset({"optin"})), parked).assign()
    for number in range(10):
        driver.take(f"key {number}", BROKEN)
    driver.take("jane", send("optin"))
    driver.take("good")

    driver.run(lambda _: ACCEPTED)

    assert not driver.engine.breaker.open
    assert (driver.outcomes[10], driver.outcomes[11]) == (Outcome.RETRY, Outcome.DELIVERED)
