"""Partitions whose reading goes on elsewhere: when the brokers are asked where, and when again."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from consumer.kafka.logging import RateLimitedLog
from consumer.kafka.member import GroupMember
from consumer.kafka.repositioning import Repositioning
from consumer.kafka.starts import Starts
from consumer.records import Partition

ORDERS, OTHERS, CARTS = Partition("shop.orders", 0), Partition("shop.orders", 1), Partition("shop.carts", 0)
DOWN = KafkaException(KafkaError(KafkaError._ALL_BROKERS_DOWN))  # noqa: SLF001 - confluent-kafka's public name for it


class Reading:
    """Members that read, brokers whose partitions begin at 10, and the time."""

    def __init__(self) -> None:
        self.now = 100.0
        self.down: set[Partition] = set()
        self.unmade = False
        self.asked: list[tuple[Partition, int | None]] = []
        self.calls: list[Any] = []
        self.told: list[str] = []
        self.repositioning = Repositioning(
            cast("Starts", self),
            lambda _: cast("GroupMember", self),
            cast("RateLimitedLog", SimpleNamespace(warning=lambda _, text, **__: self.told.append(text))),
            lambda: self.now,
        )

    # Where reading goes on

    def out_of_range(self, _consumer: object, partition: Partition, position: int) -> int:
        return self._asked(partition, position)

    def first(self, _consumer: object, partition: Partition) -> int:
        return self._asked(partition, None)

    def _asked(self, partition: Partition, position: int | None) -> int:
        self.asked.append((partition, position))
        if partition in self.down:
            raise DOWN
        return 10

    # The member

    def ask(self, question: Callable[[object], int]) -> int | None:
        return None if self.unmade else question(self)

    def move(self, start: TopicPartition) -> None:
        self.calls.append((start.topic, start.partition, start.offset))

    def pause(self, partitions: list[TopicPartition]) -> None:
        self.calls.append(("pause", [(each.topic, each.partition) for each in partitions]))

    def after(self, seconds: float) -> list[tuple[Partition, int]]:
        self.now += seconds
        return self.repositioning.move({OTHERS})


@pytest.fixture
def reading() -> Reading:
    return Reading()


def test_with_nothing_to_move_nobody_is_asked(reading: Reading) -> None:
    assert reading.after(0) == []
    assert reading.asked == []


@pytest.mark.parametrize(("position", "asked"), [(4, 4), (0, 0), (None, -1)])
def test_a_position_out_of_range_is_moved_once_and_none_is_below_0(
    reading: Reading, position: int | None, asked: int
) -> None:
    reading.repositioning.out_of_range(ORDERS, position)

    assert reading.after(0) == [], "the group knows of it; only a new topic is told as assigned"
    assert reading.after(0) == []
    assert (reading.asked, reading.calls) == ([(ORDERS, asked)], [("shop.orders", 0, 10)])


def test_a_new_topics_partitions_are_moved_and_told_with_where_they_begin(reading: Reading) -> None:
    reading.repositioning.made_anew([ORDERS, CARTS])

    assert sorted(reading.after(0)) == [(CARTS, 10), (ORDERS, 10)]
    assert reading.after(0) == []
    assert sorted(reading.calls) == [("shop.carts", 0, 10), ("shop.orders", 0, 10)]


def test_one_that_is_paused_stays_paused(reading: Reading) -> None:
    reading.repositioning.out_of_range(ORDERS, 4)
    reading.repositioning.out_of_range(OTHERS, 4)
    reading.after(0)

    assert reading.calls == [("shop.orders", 0, 10), ("shop.orders", 1, 10), ("pause", [("shop.orders", 1)])]


def test_brokers_that_do_not_answer_are_asked_again_after_5_seconds_of_another_first(reading: Reading) -> None:
    """Each question holds the loop up."""
    reading.down = {ORDERS}
    reading.repositioning.out_of_range(ORDERS, 4)
    reading.repositioning.out_of_range(OTHERS, 5)
    reading.after(0)
    reading.after(4.9)
    assert (reading.asked, reading.calls) == ([(ORDERS, 4)], [])
    assert reading.told == ["where a partition begins cannot be asked; it is tried again"]

    reading.after(0.1)
    assert reading.asked[1:] == [(OTHERS, 5), (ORDERS, 4)]

    reading.down = set()
    reading.after(5)
    reading.after(5)
    assert reading.asked[3:] == [(ORDERS, 4)]
    assert reading.calls[-1] == ("shop.orders", 0, 10)


def test_a_new_topics_partition_that_nobody_answers_for_is_asked_for_again(reading: Reading) -> None:
    reading.down = {ORDERS}
    reading.repositioning.made_anew([ORDERS])
    assert reading.after(0) == []

    reading.down = set()
    assert reading.after(4.9) == []
    assert reading.after(0.1) == [(ORDERS, 10)]


@pytest.mark.parametrize("anew", [False, True])
def test_while_the_consumer_is_made_anew_there_is_nobody_to_ask(reading: Reading, anew: bool) -> None:  # noqa: FBT001 - a table's column
    reading.unmade = True
    if anew:
        reading.repositioning.made_anew([ORDERS])
    else:
        reading.repositioning.out_of_range(ORDERS, 4)
    assert reading.after(0) == []

    reading.unmade = False
    reading.after(0)
    assert reading.calls == [("shop.orders", 0, 10)]


def test_a_partition_that_has_left_is_not_moved(reading: Reading) -> None:
    reading.repositioning.out_of_range(ORDERS, 4)
    reading.repositioning.made_anew([ORDERS, CARTS])
    reading.repositioning.gone(ORDERS)
    reading.repositioning.gone(OTHERS)

    assert reading.after(0) == [(CARTS, 10)]
    assert reading.calls == [("shop.carts", 0, 10)]
