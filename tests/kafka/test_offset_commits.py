"""Commits on their way, and what the loop is told of them: taken, lost, refused for their map, perhaps too large."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest
from confluent_kafka import KafkaError, TopicPartition

from consumer.delivery.commits import CommitFailure
from consumer.delivery.decisions import Commit
from consumer.kafka import offset_commits
from consumer.kafka.member import GroupMember
from consumer.kafka.offset_commits import OffsetCommits
from consumer.records import Partition
from tests.kafka.support import Remembering

ONE, OTHER = Partition("shop.orders", 0), Partition("shop.orders", 1)
MOVED = KafkaError(KafkaError.NOT_COORDINATOR)


class Listening(Remembering):
    """Keeps what the failures mean, too."""

    def __init__(self) -> None:
        super().__init__()
        self.failures: list[tuple[list[Partition], CommitFailure]] = []

    def on_commit_failed(self, partitions: Any, error: str, failure: CommitFailure) -> None:
        super().on_commit_failed(partitions, error, failure)
        self.failures.append((list(partitions), failure))


class Member:
    """Answers a commit that is waited for with this; refuses to send any with `unsent`."""

    def __init__(self, *, answer: KafkaError | None = None, unsent: KafkaError | None = None) -> None:
        self._answer, self._unsent = answer, unsent
        self.sent: list[tuple[str, int, int, str | None, bool]] = []
        self.threads: list[threading.Thread] = []
        self.released = threading.Event()
        self.released.set()

    def commit(self, offsets: list[TopicPartition], *, wait: bool) -> tuple[KafkaError | None, list[TopicPartition]]:
        self.threads.append(threading.current_thread())
        self.sent += [(each.topic, each.partition, each.offset, each.metadata, wait) for each in offsets]
        self.released.wait(30)
        return (self._answer if wait else self._unsent), offsets


@pytest.fixture
def listener() -> Listening:
    return Listening()


@pytest.fixture
def commits(listener: Listening) -> OffsetCommits:
    return OffsetCommits(listener)


def answered(partition: Partition, error: KafkaError | None = None) -> TopicPartition:
    return cast("TopicPartition", SimpleNamespace(topic=partition.topic, partition=partition.number, error=error))


def send(commits: OffsetCommits, member: Member, *, wait: bool = False) -> None:
    batch = [Commit(ONE, 5, "map"), Commit(OTHER, 7, "")]
    (commits.send_and_wait if wait else commits.send)(cast("GroupMember", member), batch)


def test_a_commit_is_told_when_it_is_answered(commits: OffsetCommits, listener: Listening) -> None:
    member = Member()

    send(commits, member)
    assert member.sent == [("shop.orders", 0, 5, "map", False), ("shop.orders", 1, 7, "", False)]
    assert listener.committed == []

    commits.on_commit(None, [answered(ONE), answered(OTHER)])
    assert listener.committed == [ONE, OTHER]


def test_one_that_cannot_even_be_sent_is_told_at_once(commits: OffsetCommits, listener: Listening) -> None:
    """No answer will come; without a word it would be taken for one that is under way, for ever."""
    send(commits, Member(unsent=MOVED))

    assert listener.failures == [([ONE, OTHER], CommitFailure.LOST)]


def test_each_partition_has_an_answer_of_its_own(commits: OffsetCommits, listener: Listening) -> None:
    commits.on_commit(None, [answered(ONE), answered(OTHER, MOVED)])

    assert listener.committed == [ONE]
    assert listener.failed_commits == [(OTHER, str(MOVED))]


def test_an_error_of_the_whole_is_that_of_each(commits: OffsetCommits, listener: Listening) -> None:
    commits.on_commit(MOVED, [answered(ONE), answered(OTHER)])

    assert listener.committed == []
    assert listener.failures == [([ONE, OTHER], CommitFailure.LOST)]


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (KafkaError.OFFSET_METADATA_TOO_LARGE, CommitFailure.MAP_REFUSED),
        (KafkaError.UNKNOWN, CommitFailure.UNKNOWN),
        (KafkaError.MSG_SIZE_TOO_LARGE, CommitFailure.UNKNOWN),
        (KafkaError.INVALID_COMMIT_OFFSET_SIZE, CommitFailure.UNKNOWN),
        (KafkaError.REBALANCE_IN_PROGRESS, CommitFailure.LOST),
        (KafkaError.NOT_COORDINATOR, CommitFailure.LOST),
        (KafkaError.STALE_MEMBER_EPOCH, CommitFailure.LOST),
        (KafkaError.UNKNOWN_MEMBER_ID, CommitFailure.NOT_A_MEMBER),
        (KafkaError.FENCED_MEMBER_EPOCH, CommitFailure.NOT_A_MEMBER),
    ],
)
def test_what_an_error_says_of_the_next_attempt(
    commits: OffsetCommits, listener: Listening, code: int, failure: CommitFailure
) -> None:
    """Without the map, in smaller requests, the same again, or never: the group has given us up."""
    commits.on_commit(None, [answered(ONE, KafkaError(code)), answered(OTHER)])

    assert listener.failures == [([ONE], failure)]


def test_different_failures_of_one_request_are_told_apart(commits: OffsetCommits, listener: Listening) -> None:
    refused = KafkaError(KafkaError.OFFSET_METADATA_TOO_LARGE)

    commits.on_commit(None, [answered(ONE, refused), answered(OTHER, MOVED)])

    assert listener.failures == [([OTHER], CommitFailure.LOST), ([ONE], CommitFailure.MAP_REFUSED)]


@pytest.mark.parametrize("revoking", [False, True])
def test_one_that_is_waited_for_is_told_before_it_returns(
    commits: OffsetCommits,
    listener: Listening,
    revoking: bool,  # noqa: FBT001 - a table's column
) -> None:
    """Within the callback of a rebalance by its own thread, as another's commit is not answered before it returns."""
    commits.revoking = revoking
    member = Member()
    send(commits, member, wait=True)

    assert listener.committed == [ONE, OTHER]
    assert [each[-1] for each in member.sent] == [True, True]
    assert (member.threads == [threading.current_thread()]) is revoking

    send(commits, Member(answer=MOVED), wait=True)
    assert listener.failures == [([ONE, OTHER], CommitFailure.LOST)]


def test_one_that_no_broker_answers_is_not_waited_for_longer_than_its_time(
    commits: OffsetCommits, listener: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """librdkafka would wait for a whole session."""
    monkeypatch.setattr(offset_commits, "_TIMEOUT", 0.05)
    member = Member()
    member.released.clear()
    try:
        send(commits, member, wait=True)
        assert (listener.committed, listener.failures) == ([], [])
    finally:
        member.released.set()
    assert member.threads[0].daemon, "the process may end while it waits"
