"""A route with a ceiling of its own: its requests are spread over time, and nobody else waits for it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from consumer.delivery.concurrency import ConcurrencyPolicy
from consumer.delivery.throttle import ThrottlePolicy
from consumer.records import EventRequest, Partition, Send
from tests.delivery.driver import ACCEPTED, POLICY, Driver
from tests.delivery.samples import NOW, ORDERS, send

OTHER = Partition("shop.other", 0)
FREE = replace(POLICY, concurrency=ConcurrencyPolicy(maximum=64, initial=64))
SLOW = replace(FREE, route_rates={3: 2.0})


def rated(*events: str) -> Send:
    return Send(tuple(EventRequest(event, b"{}", "c", rated=3) for event in events or ("purchase",)))


def take(driver: Driver, count: int) -> None:
    for number in range(count):
        driver.take(f"key {number}", rated())


def test_no_more_of_the_route_go_than_its_rate_allows() -> None:
    driver = Driver(SLOW).assign()
    take(driver, 3)
    assert (len(driver.in_flight), driver.wake_at) == (1, NOW + 0.5)

    driver.wait(0.4)
    assert len(driver.in_flight) == 1
    driver.wait(0.1)
    assert len(driver.in_flight) == 2


def test_the_others_are_not_slowed() -> None:
    """Another route's records, of the same topic too, go as they come."""
    driver = Driver(SLOW).assign(ORDERS, OTHER)
    take(driver, 5)
    for number in range(20):
        driver.take(f"other {number}")
        driver.take(f"other {number}", partition=OTHER)
    assert len(driver.in_flight) == 41


def test_a_consent_does_not_wait_behind_the_profiles_of_its_route() -> None:
    """One route may make both, by a value of its records: consent comes first."""
    driver = Driver(SLOW).assign()
    for number in range(50):
        driver.take(f"key {number}", rated("customer_patch"))
    driver.take("jane", rated("unsubscribe"))
    driver.run(lambda _: ACCEPTED)
    assert driver.log.index("shop.orders:0:50") <= 1


def test_they_go_in_the_order_in_which_they_came() -> None:
    """Also of one key, and also where a retry comes between."""
    driver = Driver(SLOW).assign()
    take(driver, 4)
    driver.take("key 0", rated())
    written = driver.run(lambda _: ACCEPTED)

    assert written == []
    assert driver.log == [f"shop.orders:0:{offset}" for offset in range(5)]
    assert driver.at_rest()


def test_each_request_counts_and_those_sent_again() -> None:
    driver = Driver(SLOW).assign()
    driver.take("jane", rated("search", "wishlist"))
    driver.reply_all(500)
    sent = [NOW]
    while not driver.at_rest():
        driver.now = driver.wake_at
        driver.decide()
        if driver.in_flight:
            sent.append(driver.now)
            driver.reply_all()
    assert len(sent) == 3
    assert all(after - before >= 0.5 for before, after in pairwise(sent))


def test_the_general_limit_holds_beside_it() -> None:
    """Of what may not go for the limit of all, nothing is counted against the route."""
    driver = Driver(replace(SLOW, throttle=ThrottlePolicy(rate=1))).assign()
    take(driver, 2)
    driver.take("other")
    driver.wait(1)
    driver.wait(1)
    assert driver.log == [f"shop.orders:0:{offset}" for offset in (0, 1, 2)]


def test_what_waits_fills_its_own_share_of_the_memory() -> None:
    """Its partition pauses while there is room for all others."""
    driver = Driver(replace(SLOW, buffered_records=100)).assign(ORDERS, OTHER)
    take(driver, 30)
    assert driver.paused == {ORDERS}
    assert driver.engine.partitions.buffer.memory.level < 0.5

    driver.run(lambda _: ACCEPTED)
    assert driver.paused == set()
    assert driver.at_rest()


def test_what_waits_of_a_partition_that_leaves_is_let_go() -> None:
    driver = Driver(SLOW).assign(ORDERS, OTHER)
    take(driver, 3)
    driver.take("last", rated(), partition=OTHER)
    driver.engine.partitions.forget([ORDERS])
    driver.wait(0.5)
    assert "shop.other:0:0" in driver.in_flight
    assert driver.wake_at == float("inf")


def test_a_route_without_one_has_none() -> None:
    driver = Driver(FREE).assign()
    driver.take("jane", send("search"))
    take(driver, 50)
    assert len(driver.in_flight) == 51
