"""A partition that is not to be read stands where it stood, and is in nobody's way."""

from __future__ import annotations

from dataclasses import replace

from consumer.records import Partition
from tests.delivery.driver import POLICY, Driver
from tests.delivery.samples import ORDERS

STOPPED = Partition("shop.paused", 0)


def stopped(driver: Driver, committed: int | None = 7) -> Driver:
    driver.engine.partitions.assign(STOPPED, committed, "", 5, stopped=True)
    driver.decide()
    return driver


def test_it_is_paused_at_once_and_stays_so() -> None:
    driver = stopped(Driver().assign())
    assert driver.paused == {STOPPED}

    driver.take("jane")
    driver.reply_all()
    assert driver.paused == {STOPPED}


def test_what_was_fetched_before_the_pause_is_neither_sent_nor_passed() -> None:
    """Kafka's client may hand over records between the assignment and the pause."""
    driver = stopped(Driver())
    driver.take("jane", partition=STOPPED, offset=7)

    assert driver.in_flight == []
    assert driver.commit() == {}
    assert driver.at_rest()


def test_nothing_is_committed_when_it_leaves() -> None:
    driver = stopped(Driver())
    partitions = driver.engine.partitions
    partitions.drain([STOPPED])
    assert partitions.commits.due(driver.now, leaving=True) == []


def test_it_takes_nothing_of_the_memory_from_the_others() -> None:
    """It has no share, though its priority is higher."""
    driver = stopped(Driver(replace(POLICY, buffered_records=10)).assign(ORDERS))
    for number in range(9):
        driver.take(f"key {number}")
    assert driver.paused == {STOPPED}
    driver.take("key 9")
    assert driver.paused == {STOPPED, ORDERS}
    assert [each.partition for each in driver.engine.partitions.paused] == [ORDERS]
