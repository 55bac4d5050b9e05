"""The memory is bounded by everything taken and not settled; partitions pause before the bound."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from consumer.delivery.concurrency import ConcurrencyPolicy
from consumer.delivery.task import Task
from consumer.records import Answer, Mapped, Partition, Record, Send
from tests.delivery.driver import ACCEPTED, POLICY, Driver
from tests.delivery.samples import BROKEN, NOW, ORDERS, RETRY, answer, send

OTHER = Partition("shop.orders", 1)
SMALL = replace(POLICY, buffered_records=10, buffered_bytes=10_000)


@pytest.mark.parametrize("state", ["queued", "in flight", "waiting for a retry", "waiting for a write"])
def test_a_record_counts_until_it_is_settled(state: str) -> None:
    driver = Driver().assign()
    driver.take("healthy")
    driver.reply_all()
    driver.take("jane", BROKEN if state == "waiting for a write" else None)
    if state == "queued":
        driver.take("jane")
    if state == "waiting for a retry":
        driver.reply_all(500)

    assert driver.engine.partitions.buffer.memory.records == (2 if state == "queued" else 1)

    driver.run(lambda _: ACCEPTED)
    assert driver.at_rest()


def test_bytes_are_those_of_the_record_and_of_its_requests() -> None:
    driver = Driver().assign()
    driver.take("jane", send("purchase"), value=b"x" * 100)

    assert driver.engine.partitions.buffer.memory.bytes == 100 + len("jane") + len('{"event":"purchase"}')


@pytest.mark.parametrize(
    ("record", "mapped"),
    [
        pytest.param(Record(ORDERS, 0, None, b"", headers=(("", None),) * 1000), send("search"), id="headers"),
        pytest.param(Record(ORDERS, 0, None, b""), send(*["search"] * 1000), id="requests"),
        pytest.param(Record(ORDERS, 0, None, b""), send("search", customer="c" * 100_000), id="a customer's id"),
    ],
)
def test_what_is_empty_or_stands_beside_the_bytes_fills_the_memory_too(record: Record, mapped: Send) -> None:
    """A record can be made of them alone: not counted, they would fill it unseen."""
    driver = Driver().assign()
    bodies = sum(len(each.body) for each in mapped.requests)

    driver.engine.take(record, mapped, NOW)

    assert driver.engine.partitions.buffer.memory.bytes >= bodies + 100_000


def test_a_partition_pauses_when_the_memory_is_full_and_resumes_when_it_is_half_empty() -> None:
    driver = Driver(SMALL).assign(ORDERS)
    for number in range(10):
        driver.take(f"key {number}")
    assert driver.paused == {ORDERS}

    for number in range(5):
        driver.reply(f"shop.orders:0:{number}")
    assert driver.paused == {ORDERS}

    driver.reply("shop.orders:0:5")
    assert driver.paused == set()


def test_a_hot_key_stops_its_own_partition_and_not_the_others() -> None:
    """What is queued behind it may fill a quarter of what is left for all."""
    driver = Driver(replace(POLICY, buffered_records=100)).assign(ORDERS, OTHER)
    for _ in range(17):
        driver.take("hot")
    assert driver.paused == set()
    for _ in range(4):
        driver.take("hot")
    assert driver.paused == {ORDERS}

    for number in range(40):
        driver.take(f"key {number}", partition=OTHER)
    assert driver.paused == {ORDERS}, "what is ready to go is no hot key"


def test_of_a_lone_partition_the_memory_is_its_own() -> None:
    driver = Driver(SMALL).assign(ORDERS)
    for _ in range(9):
        driver.take("hot")
    assert driver.paused == set()


def test_many_hot_keys_leave_room_all_the_same() -> None:
    partitions = [Partition("shop.orders", number) for number in range(8)]
    driver = Driver(replace(POLICY, buffered_records=900)).assign(*partitions)
    for hog in partitions[:7]:
        while hog not in driver.paused:
            driver.take("hot", partition=hog)
    assert partitions[7] not in driver.paused
    assert driver.engine.partitions.buffer.memory.records < 900 * 0.8


def test_a_pile_of_redeliveries_in_one_partition_leaves_room_for_those_of_others() -> None:
    other = Partition(RETRY.topic, 1)
    driver = Driver(replace(POLICY, buffered_records=100)).assign(RETRY, other)
    for number in range(20):
        driver.take(f"key {number}", partition=RETRY)
    assert driver.paused == {RETRY}


def test_a_more_important_topic_that_fills_its_share_does_not_stop_those_below() -> None:
    driver = Driver(replace(POLICY, buffered_records=100)).assign(ORDERS, priority=10).assign(OTHER, priority=0)
    for _ in range(60):
        driver.take("hot")

    assert driver.paused == {ORDERS}


def test_few_large_records_fill_the_memory_as_well() -> None:
    driver = Driver(SMALL).assign()

    driver.take("jane", value=b"x" * 10_000)

    assert driver.paused == {ORDERS}


def test_a_pile_of_redeliveries_stops_only_the_retry_topic() -> None:
    driver = Driver(SMALL).assign(ORDERS, RETRY)

    for number in range(10):
        driver.take(f"key {number}", partition=RETRY)

    assert driver.paused == {RETRY}


def test_a_backlog_of_less_important_topics_leaves_room_for_those_above() -> None:
    third = Partition("shop.orders", 2)
    driver = Driver(SMALL).assign(ORDERS, third, priority=0).assign(OTHER, priority=10)
    for number in range(2):
        driver.take(f"key {number}", partition=third)

    for number in range(3):
        driver.take(f"key {number}")

    assert driver.paused == {ORDERS, third}


def test_a_partition_that_is_held_pauses_until_it_is_let_go() -> None:
    driver = Driver().assign(ORDERS, OTHER)

    driver.engine.partitions.hold(ORDERS, held=True)
    driver.decide()
    assert driver.paused == {ORDERS}

    driver.engine.partitions.hold(ORDERS, held=False)
    driver.decide()
    assert driver.paused == set()


def test_the_oldest_record_not_settled_is_known_by_topic() -> None:
    driver = Driver().assign(ORDERS, OTHER, RETRY)
    driver.take("jane")
    driver.now += 5
    driver.take("joe", partition=OTHER)

    assert driver.engine.partitions.oldest() == {("", "shop.orders"): int(NOW * 1000), ("", RETRY.topic): None}

    driver.reply("shop.orders:0:0")
    assert driver.engine.partitions.oldest()["", "shop.orders"] == int(NOW * 1000) + 5000


@pytest.mark.parametrize("seed", range(20))
def test_what_was_counted_is_given_back_whatever_happens(seed: int) -> None:
    """Partitions come and go, answers and writes fail and come late: at the end nothing is left, at no time less."""
    noise = random.Random(seed)
    driver = Driver(replace(POLICY, ordered_events=frozenset({"optin"}))).assign(ORDERS, OTHER, RETRY)
    buffers = (driver.engine.partitions.buffer.memory, driver.engine.partitions.buffer.redelivery_memory)
    kinds: list[Mapped] = [BROKEN, send("optin"), send("identify", "optin"), send("purchase")]

    def endpoint(_: Task) -> Answer:
        return answer(noise.choice([202, 202, 202, 400, 401, 429, 500]))

    for _ in range(300):
        partition = noise.choice([ORDERS, OTHER, RETRY])
        match noise.choice(["take", "take", "take", "take", "reply", "reply", "write", "wait", "leave"]):
            case "take":
                driver.take(f"key {noise.randrange(5)}", noise.choice(kinds), partition=partition)
            case "reply" if driver.in_flight:
                driver.reply(noise.choice(driver.in_flight), endpoint(next(iter(driver.sends.values()))))
            case "write":
                driver.acknowledge(noise.choice([None, None, "no leader"]))
            case "wait":
                driver.wait(noise.choice([0.1, 5, 90]))
            case "leave":
                if noise.random() < 0.5:
                    driver.engine.partitions.drain([partition])
                    driver.decide()
                driver.engine.partitions.forget([partition])
                driver.assign(partition)
        assert all(buffer.records >= 0 and buffer.bytes >= 0 for buffer in buffers)

    driver.run(lambda _: ACCEPTED)
    assert driver.at_rest()

    driver.take("one more")
    driver.run(lambda _: ACCEPTED)
    assert driver.at_rest()
    assert not driver.engine.gates.breaker.open


def test_records_are_asked_for_by_the_round_and_not_one_by_one() -> None:
    """What one asks for costs as much as what many do: none while a round is ready, then up to two."""
    driver = Driver(replace(POLICY, concurrency=ConcurrencyPolicy(maximum=4, initial=1))).assign()
    assert driver.engine.fetch_demand == 8

    driver.take("first, and sent at once")
    for number in range(3):
        driver.take(f"key {number}")
    assert driver.engine.fetch_demand == 5

    driver.take("the fourth that is ready")
    assert driver.engine.fetch_demand == 0
