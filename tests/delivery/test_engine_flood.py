"""A flood of dead letters stops the intake, and loses nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from consumer.delivery.flood import FloodPolicy
from consumer.delivery.parking import Parked, ParkedKeys
from consumer.records import Outcome
from tests.delivery.driver import ACCEPTED, POLICY, Driver
from tests.delivery.samples import BROKEN, NOW, ORDERS, RETRY, answer, send

FLOODS = replace(POLICY, flood=FloodPolicy(ratio=0.5, minimum=10, window_seconds=60))


def test_a_flood_of_dead_letters_stops_instead_of_emptying_the_topic() -> None:
    """A route that was changed wrongly: after the first ten, one goes with each probe."""
    driver = Driver(FLOODS).assign()
    for number in range(1000):
        driver.take(f"key {number}", BROKEN)

    driver.run(lambda _: ACCEPTED, 3600)

    assert driver.engine.gates.flood.open
    assert 10 < len(driver.settled) < 10 + 2 * 60 + 10


def test_a_flood_of_rejections_stops_too() -> None:
    """A wrong namespace that is answered 400: what was out is written, the rest waits."""
    driver = Driver(FLOODS).assign()
    for number in range(1000):
        driver.take(f"key {number}")

    driver.run(lambda _: answer(400), 3600)

    assert driver.engine.gates.flood.open
    assert len(driver.settled) < 16 + 10 + 2 * 60 + 10


def test_a_delivery_ends_a_flood() -> None:
    driver = Driver(FLOODS).assign()
    for number in range(15):
        driver.take(f"key {number}", BROKEN)
    for number in range(50):
        driver.take(f"good {number}")

    driver.run(lambda _: ACCEPTED)

    assert not driver.engine.gates.flood.open
    assert Counter(driver.outcomes.values()) == {Outcome.DEAD_LETTER: 15, Outcome.DELIVERED: 50}
    assert driver.at_rest()


def test_a_redelivery_that_fails_during_a_flood_is_no_hammer() -> None:
    """Nothing else is there to send: it is the probe, after growing waits like any other."""
    driver = Driver(FLOODS).assign(ORDERS, RETRY)
    for number in range(10):
        driver.take(f"key {number}", BROKEN)
    driver.take("jane", partition=RETRY)

    driver.run(lambda _: answer(500), 3600)

    assert driver.engine.gates.flood.open
    assert len(driver.log) < 2 * 60 + 10


def test_a_flood_that_has_ended_is_not_counted_again() -> None:
    driver = Driver(FLOODS).assign()
    for number in range(12):
        driver.take(f"key {number}", BROKEN)
    driver.take("good")
    driver.run(lambda _: ACCEPTED)

    for number in range(5):
        driver.take(f"key {number}", BROKEN)

    assert not driver.engine.gates.flood.open
    assert len(driver.writes) == 5


def test_a_flood_during_an_outage_stops_too() -> None:
    """The dead letters that are written when a probe is due are counted like any others."""
    driver = Driver(FLOODS).assign()
    driver.take("jane")
    driver.reply_all(401)
    for number in range(1000):
        driver.take(f"key {number}", BROKEN)

    driver.run(lambda _: answer(401), 600)

    assert len(driver.settled) < 200


def test_a_write_that_is_repeated_during_a_flood_blocks_no_probe() -> None:
    """It was counted the first time: it says nothing more."""
    driver = Driver(FLOODS).assign()
    for number in range(10):
        driver.take(f"key {number}", BROKEN)
    assert driver.engine.gates.flood.open
    driver.acknowledge("no leader")

    driver.take("good")
    driver.run(lambda _: ACCEPTED)

    assert not driver.engine.gates.flood.open
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

    assert not driver.engine.gates.flood.open
    assert (driver.outcomes[10], driver.outcomes[11]) == (Outcome.RETRY, Outcome.DELIVERED)


def test_an_outage_during_a_flood_does_not_end_it() -> None:
    """Each has a gate of its own: when Bluecore is back, the bad mapping still goes one record at a time."""
    driver = Driver(FLOODS).assign()
    for number in range(10):
        driver.take(f"key {number}", BROKEN)
    driver.take("jane")
    driver.wait(60)
    driver.reply_all(401)
    assert driver.engine.gates.breaker.open

    for number in range(100):
        driver.take(f"later {number}", BROKEN)
    driver.run(lambda _: ACCEPTED if driver.now > NOW + 600 else answer(401), 500)

    assert driver.engine.gates.flood.open
    assert len(driver.settled) <= 10 + 10 + 2
