"""What the answer to a commit says: that it is lost, that it was too large, or that the group has given us up."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from confluent_kafka import KafkaError, TopicPartition

from consumer.delivery.commits import CommitFailure
from consumer.kafka.offset_commits import OffsetCommits
from consumer.records import Partition
from tests.kafka.support import Remembering

ORDERS = Partition("shop.orders", 0)


class Failures(Remembering):
    """Remembers what each failure says."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[CommitFailure, list[Partition]]] = []

    def on_commit_failed(self, partitions: Sequence[Partition], error: str, failure: CommitFailure) -> None:
        super().on_commit_failed(partitions, error, failure)
        self.said.append((failure, list(partitions)))


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (KafkaError.REBALANCE_IN_PROGRESS, CommitFailure.LOST),
        (KafkaError.NOT_COORDINATOR, CommitFailure.LOST),
        (KafkaError.STALE_MEMBER_EPOCH, CommitFailure.LOST),
        (KafkaError.UNKNOWN_MEMBER_ID, CommitFailure.NOT_A_MEMBER),
        (KafkaError.FENCED_MEMBER_EPOCH, CommitFailure.NOT_A_MEMBER),
        (KafkaError.OFFSET_METADATA_TOO_LARGE, CommitFailure.MAP_REFUSED),
        (KafkaError.UNKNOWN, CommitFailure.UNKNOWN),
    ],
)
def test_the_reason_decides_what_follows(code: int, failure: CommitFailure) -> None:
    listener = Failures()

    OffsetCommits(listener).on_commit(KafkaError(code), [TopicPartition(*ORDERS, 5)])

    assert listener.said == [(failure, [ORDERS])]
    assert listener.committed == []


def test_a_commit_that_passed_is_told() -> None:
    listener = Failures()

    OffsetCommits(listener).on_commit(None, [TopicPartition(*ORDERS, 5)])

    assert listener.committed == [ORDERS]
    assert listener.said == []
