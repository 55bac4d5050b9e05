"""Parked keys: while a customer has a record in the retry topic, the later ones follow it there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.delivery.parking import CaughtUp, Parked, ParkedKeys, Unparked, digest_of
from consumer.delivery.task import Task
from consumer.records import Outcome, Partition, Redelivery
from tests.delivery.driver import ACCEPTED, POLICY, Driver
from tests.delivery.samples import ORDERS, RETRY, answer, send

ORDERED = replace(POLICY, ordered_events=frozenset({"optin", "unsubscribe"}))


@pytest.fixture
def driver() -> Driver:
    return Driver(ORDERED).assign(ORDERS, RETRY)


def put_off(driver: Driver, event: str) -> Task:
    """Jane's record fails while another's passes; returns what was written to the retry topic."""
    driver.take("healthy")
    driver.take("jane", send(event))
    (written,) = driver.run(lambda task: answer(500) if task.record.key == b"jane" else ACCEPTED)
    return written


def test_later_records_of_a_parked_key_follow_it_and_are_not_sent(driver: Driver) -> None:
    put_off(driver, "unsubscribe")

    driver.take("jane", send("optin"))

    (follower,) = driver.acknowledge()
    assert follower.failure is not None
    assert (follower.failure.outcome, follower.failure.attempts) == (Outcome.RETRY, 0)
    assert driver.outcomes[2] is Outcome.RETRY
    assert "shop.orders:0:2" not in driver.log


def test_the_order_is_kept_through_the_retry_topic(driver: Driver) -> None:
    """An opt-in is never overtaken by the unsubscribe that came after it."""
    parked = [put_off(driver, "optin")]
    driver.take("jane", send("unsubscribe"))
    parked += driver.acknowledge()
    for written in parked:
        driver.retake(written)
    before = len(driver.log)

    driver.run(lambda _: ACCEPTED)

    assert driver.log[before:] == ["shop.orders:0:1", "shop.orders:0:2"]


def test_a_key_is_free_when_its_parked_records_are_settled(driver: Driver) -> None:
    driver.retake(put_off(driver, "optin"))
    driver.run(lambda _: ACCEPTED)

    driver.take("jane", send("unsubscribe"))

    assert driver.in_flight == ["shop.orders:0:2"]


def test_other_keys_and_events_without_order_are_not_parked(driver: Driver) -> None:
    put_off(driver, "optin")

    driver.take("joe", send("optin"))
    driver.take("jane", send("purchase"))

    assert driver.in_flight == ["shop.orders:0:2", "shop.orders:0:3"]


def test_a_record_without_order_parks_nothing(driver: Driver) -> None:
    put_off(driver, "purchase")

    driver.take("jane", send("optin"))

    assert driver.in_flight == ["shop.orders:0:2"]


def test_a_dead_letter_parks_nothing(driver: Driver) -> None:
    driver.take("jane", send("optin"))
    driver.reply("shop.orders:0:0", 400)
    driver.acknowledge()

    driver.take("jane", send("unsubscribe"))

    assert driver.in_flight == ["shop.orders:0:1"]


def test_a_key_that_another_instance_parked_is_parked_here() -> None:
    keys = ParkedKeys()
    driver = Driver(ORDERED, keys).assign()
    keys.apply(Parked(b"jane", Partition("shop.consent", 3), 5, (RETRY, 7)))

    driver.take("jane", send("optin"))
    driver.acknowledge()
    assert driver.outcomes == {0: Outcome.RETRY}

    keys.apply(Unparked(b"jane", Partition("shop.consent", 3), 5, (RETRY, 7)))
    keys.apply(Unparked(b"jane", ORDERS, 0, (RETRY, 8)))
    driver.take("jane", send("optin"))
    assert driver.in_flight == ["shop.orders:0:1"]


def test_what_is_read_from_the_retry_topic_is_parked_before_the_watch_has_come_to_it(driver: Driver) -> None:
    """An earlier process wrote it there; its time has not come yet."""
    waits = Redelivery(ORDERS, 7, not_before_ms=int((driver.now + 60) * 1000))
    driver.take("jane", send("optin"), partition=RETRY, past=waits)

    driver.take("jane", send("unsubscribe"))

    (follower,) = driver.acknowledge()
    assert follower.record.partition == ORDERS
    assert driver.log == []


def test_ordered_records_wait_until_the_parked_keys_are_known() -> None:
    """Right after an assignment the retry topic may hold some that were not read yet; others need not wait."""
    keys = ParkedKeys()
    driver = Driver(ORDERED, keys).assign()
    asked = keys.ask()
    driver.take("jane", send("optin"))
    driver.take("joe", send("purchase"))
    assert driver.in_flight == ["shop.orders:0:1"]

    keys.apply(CaughtUp(asked))
    driver.wait(0.05)

    assert driver.in_flight == ["shop.orders:0:1", "shop.orders:0:0"]


def test_what_waited_to_know_is_not_sent_after_its_partition_has_left() -> None:
    parked = ParkedKeys()
    driver = Driver(ORDERED, parked).assign()
    number = parked.ask()
    driver.take("jane", send("optin"))
    driver.engine.partitions.forget([ORDERS])

    parked.apply(CaughtUp(number))
    driver.decide()

    assert driver.log == []
    assert driver.at_rest()


def test_a_record_whose_place_another_claims_is_not_lost() -> None:
    """What lies in the retry topic is not this record: it follows that one, as any later record of its key does."""
    keys = ParkedKeys()
    keys.apply(Parked(b"jane", ORDERS, 0, (RETRY, 3), digest=digest_of(b"jane", b"forged")))
    driver = Driver(ORDERED, keys).assign()

    driver.take("jane", send("optin"))

    (written,) = driver.acknowledge()
    assert written.record.value == b"value"


def test_a_record_found_in_the_retry_topic_is_settled_and_not_written_twice() -> None:
    """A crash came between its write and its commit."""
    keys = ParkedKeys()
    keys.apply(Parked(b"jane", ORDERS, 0, digest=digest_of(b"jane", b"value")))
    driver = Driver(ORDERED, keys).assign()

    driver.take("jane", send("optin"))

    assert (driver.in_flight, driver.writes) == ([], {})
    assert driver.outcomes == {0: Outcome.RETRY}
    assert driver.at_rest()
