"""Where reading begins, where no broker can be made to show it at will."""

from __future__ import annotations

from typing import Any

from confluent_kafka import OFFSET_BEGINNING, TopicPartition

from consumer.delivery.task import Commit
from consumer.kafka.starts import Starts
from consumer.ports import Assigned
from consumer.records import Partition

HOME = Partition("shop.orders", 0)


class Asked:
    """A consumer whose partition holds the offsets from 0 to 49, and whose group has this commit."""

    def __init__(self, offset: int, metadata: str) -> None:
        self._commit = offset, metadata

    def committed(self, partitions: list[TopicPartition], **_: float) -> list[TopicPartition]:
        return [TopicPartition(each.topic, each.partition, *self._commit) for each in partitions]

    def offsets_for_times(self, partitions: list[TopicPartition], **_: float) -> list[TopicPartition]:
        ends = [0 if each.offset == OFFSET_BEGINNING else 50 for each in partitions]
        return [TopicPartition(each.topic, each.partition, end) for each, end in zip(partitions, ends, strict=True)]


def assigned(starts: Starts, offset: int, metadata: str = "") -> Assigned:
    consumer: Any = Asked(offset, metadata)
    (found,) = starts.assigned(consumer, [TopicPartition(*HOME)])
    return found


def starts_that_committed(offset: int, metadata: str = "") -> Starts:
    starts = Starts("earliest", None)
    starts.committing([Commit(HOME, offset, metadata)])
    return starts


def test_a_commit_of_ours_for_a_topic_that_is_no_more_is_none() -> None:
    """It was sent before we heard that the topic was made anew: what lies before it was never read."""
    starts = starts_that_committed(50)
    starts.forget("shop.orders")
    assert assigned(starts, 50) == Assigned(HOME, None, "", start=0)


def test_anothers_commit_for_the_new_topic_counts() -> None:
    starts = starts_that_committed(50, "map")
    starts.forget("shop.orders")
    assert assigned(starts, 30) == Assigned(HOME, 30, "")
    assert assigned(starts, 50) == Assigned(HOME, 50, "")


def test_so_does_ours_once_it_is_of_the_new_topic() -> None:
    starts = starts_that_committed(50)
    starts.forget("shop.orders")
    starts.committing([Commit(HOME, 50, "")])
    assert assigned(starts, 50) == Assigned(HOME, 50, "")


def test_what_was_not_forgotten_counts() -> None:
    starts = starts_that_committed(50)
    starts.forget("shop.searches")
    assert assigned(starts, 50) == Assigned(HOME, 50, "")
