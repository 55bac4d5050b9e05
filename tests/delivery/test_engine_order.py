"""Promise 2: one key's records one after the other, different keys side by side."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from typing import Literal

import pytest

from consumer.delivery.task import Task
from consumer.records import Answer, Outcome, Partition
from tests.delivery.driver import ACCEPTED, POLICY, Driver
from tests.delivery.samples import BROKEN, ORDERS, RETRY, answer, send


@pytest.fixture
def driver() -> Driver:
    return Driver().assign()


def test_a_keys_next_record_goes_when_the_one_before_is_settled(driver: Driver) -> None:
    for key in ("jane", "jane", "joe"):
        driver.take(key)
    assert driver.in_flight == ["shop.orders:0:0", "shop.orders:0:2"]

    driver.reply("shop.orders:0:0")

    assert driver.in_flight == ["shop.orders:0:2", "shop.orders:0:1"]


def test_a_retry_keeps_the_keys_order(driver: Driver) -> None:
    """The next record waits for the retries of the one before, through the backoff too."""
    driver.take("jane")
    driver.take("jane")
    driver.take("joe")
    driver.reply("shop.orders:0:2")

    driver.reply("shop.orders:0:0", 503)
    driver.wait(30)
    assert driver.in_flight == ["shop.orders:0:0"]

    driver.reply("shop.orders:0:0")
    assert driver.in_flight == ["shop.orders:0:1"]


def test_what_bluecore_rejects_is_acknowledged_before_the_keys_next_record_goes(driver: Driver) -> None:
    driver.take("jane")
    driver.take("jane")
    driver.reply("shop.orders:0:0", 400)
    assert driver.in_flight == []

    driver.acknowledge()

    assert driver.in_flight == ["shop.orders:0:1"]


def test_what_cannot_be_mapped_holds_nothing_up(driver: Driver) -> None:
    """Nothing of it is ever sent: there is no order that it could break."""
    driver.take("jane", BROKEN)
    driver.take("jane")

    assert driver.in_flight == ["shop.orders:0:1"]


def test_a_record_without_a_key_is_ordered_by_its_customer(driver: Driver) -> None:
    for customer in ("jane", "jane", "joe"):
        driver.take(None, send("purchase", customer=customer))

    assert driver.in_flight == ["shop.orders:0:0", "shop.orders:0:2"]


def test_a_record_with_neither_waits_for_nobody(driver: Driver) -> None:
    driver.take(None, BROKEN)
    driver.take(None, BROKEN)

    assert len(driver.writes) == 2


def test_the_requests_of_one_record_go_in_order(driver: Driver) -> None:
    driver.take("jane", send("identify", "customer_patch", "purchase"))

    for number, key in enumerate(["shop.orders:0:0", "shop.orders:0:0:1", "shop.orders:0:0:2"]):
        assert driver.in_flight == [key]
        assert len(driver.settled) == 0, f"settled after {number} of 3"
        driver.reply(key)

    (settlement,) = driver.settled
    assert (settlement.events, settlement.delivered) == (("identify", "customer_patch", "purchase"), 3)


def test_each_request_of_a_record_has_its_own_attempts(driver: Driver) -> None:
    """Three failures of the first take nothing from the second."""
    driver.take("joe")
    driver.take("jane", send("identify", "customer_patch"))
    driver.reply("shop.orders:0:0")
    for _ in range(3):
        driver.reply("shop.orders:0:1", 500)
        driver.wait(30)
    driver.reply("shop.orders:0:1")

    for _ in range(3):
        driver.reply("shop.orders:0:1:1", 500)
        driver.wait(30)

    assert driver.in_flight == ["shop.orders:0:1:1"]


def test_the_idempotency_key_is_the_same_on_every_retry(driver: Driver) -> None:
    driver.take("joe")
    driver.take("jane", send("identify", "customer_patch"))
    driver.reply("shop.orders:0:0")
    driver.reply("shop.orders:0:1")

    driver.run(lambda _: answer(500))

    assert driver.log[2:] == ["shop.orders:0:1:1"] * 4


def test_what_is_sent_again_is_counted(driver: Driver) -> None:
    """A record's second request is no repetition of its first."""
    driver.take("jane", send("identify", "customer_patch"))
    driver.reply("shop.orders:0:0", 429)
    driver.run(lambda _: ACCEPTED)

    assert (len(driver.log), driver.engine.resent) == (3, 1)


@pytest.mark.parametrize(("ordering", "in_flight"), [("key", 2), ("partition", 1), ("none", 3)])
def test_orderings(ordering: Literal["key", "partition", "none"], in_flight: int) -> None:
    driver = Driver(replace(POLICY, ordering=ordering)).assign()

    for key in ("jane", "jane", "joe"):
        driver.take(key)

    assert len(driver.in_flight) == in_flight


class TestByCustomer:
    """A topic that is keyed by order spreads a customer over many keys."""

    @pytest.fixture
    def driver(self) -> Driver:
        ordered = frozenset(("customer_patch", "optin", "unsubscribe"))
        return Driver(replace(POLICY, ordering="customer", ordered_events=ordered)).assign(ORDERS, RETRY)

    def test_whatever_the_kafka_key(self, driver: Driver) -> None:
        for number, customer in enumerate(("jane@x.io", "Jane@X.io", "joe@x.io")):
            driver.take(f"order-{number}", send("customer_patch", customer=customer))

        assert driver.in_flight == ["shop.orders:0:0", "shop.orders:0:2"]
        driver.reply("shop.orders:0:0")
        assert driver.in_flight == ["shop.orders:0:2", "shop.orders:0:1"]

    def test_one_kafka_key_of_two_customers_is_no_order(self, driver: Driver) -> None:
        for customer in ("jane@x.io", "joe@x.io"):
            driver.take("store-7", send("customer_patch", customer=customer))

        assert len(driver.in_flight) == 2

    def test_within_a_partition(self, driver: Driver) -> None:
        other = Partition("shop.orders", 1)
        driver.assign(other)
        for partition in (ORDERS, other):
            driver.take("order", send("customer_patch", customer="jane@x.io"), partition=partition)

        assert len(driver.in_flight) == 2

    def test_consents_still_go_first_and_in_their_own_order(self, driver: Driver) -> None:
        driver.take("order-1", send("customer_patch", customer="jane@x.io"))
        driver.take("order-2", send("optin", customer="jane@x.io"))
        driver.take("order-3", send("unsubscribe", customer="jane@x.io"))

        assert driver.in_flight == ["shop.orders:0:0", "shop.orders:0:1"]

    def test_a_parked_customer_holds_their_later_records_under_other_keys(self, driver: Driver) -> None:
        driver.take("healthy", send("search", customer="joe@x.io"))
        driver.take("order-1", send("customer_patch", customer="jane@x.io"))
        (parked,) = driver.run(lambda task: answer(500) if task.record.key == b"order-1" else ACCEPTED)
        assert (parked.parking_key, parked.ordering_key) == (b"jane@x.io", b"jane@x.io")

        driver.take("order-2", send("customer_patch", customer="jane@x.io"))
        driver.take("order-1", send("customer_patch", customer="ann@x.io"))

        (behind,) = driver.acknowledge()
        assert (behind.record.key, behind.failure and behind.failure.outcome) == (b"order-2", Outcome.RETRY)
        assert driver.in_flight == ["shop.orders:0:3"]


def test_partitions_are_independent_whatever_the_ordering() -> None:
    other = Partition("shop.orders", 1)
    driver = Driver(replace(POLICY, ordering="partition")).assign(ORDERS, other)

    driver.take("jane")
    driver.take("jane", partition=other)

    assert len(driver.in_flight) == 2


def test_higher_priorities_go_first_when_not_all_can_go() -> None:
    driver = Driver(replace(POLICY, concurrency=replace(POLICY.concurrency, maximum=1))).assign()
    for number, priority in enumerate([0, 0, 0, 10]):
        driver.take(f"key {number}", send("purchase", priority=priority))

    driver.run(lambda _: ACCEPTED)

    assert driver.log == [f"shop.orders:0:{offset}" for offset in (0, 3, 1, 2)]


@pytest.mark.parametrize("seed", range(10))
def test_whatever_is_answered_order_holds_and_nothing_is_lost(seed: int) -> None:
    """50 keys with 20 records each, and an answer drawn anew for every request."""
    noise = random.Random(seed)
    driver = Driver(replace(POLICY, delays=())).assign()
    answers = [202, 202, 202, 202, 202, 400, 429, 500, 503, 408]
    finished: defaultdict[bytes | None, list[int]] = defaultdict(list)

    def endpoint(_: Task) -> Answer:
        return answer(noise.choice(answers))

    for number in range(1000):
        driver.take(f"key {number % 50}")
    driver.run(endpoint)

    for settlement in driver.settled:
        finished[settlement.record.key].append(settlement.record.offset)
    assert all(offsets == sorted(offsets) and len(offsets) == 20 for offsets in finished.values())
    assert len(finished) == 50
    assert driver.commit()[ORDERS].offset == 1000
    assert driver.at_rest()
