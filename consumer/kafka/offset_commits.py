"""Commits on their way to the group, and what came of them."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import structlog
from confluent_kafka import KafkaError, TopicPartition

from consumer.delivery.commits import CommitFailure
from consumer.delivery.decisions import Commit
from consumer.kafka.member import GroupMember
from consumer.ports import Listener
from consumer.records import Partition

log = structlog.get_logger(__name__)

_TIMEOUT = 5.0
# Apache Kafka 4.4 answers "unknown server error" where the maps of all partitions together exceed a batch [measured].
_TOO_LARGE_AS_A_WHOLE = {KafkaError.UNKNOWN, KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_COMMIT_OFFSET_SIZE}

_GIVEN_UP = {KafkaError.UNKNOWN_MEMBER_ID, KafkaError.FENCED_MEMBER_EPOCH}


class OffsetCommits:
    """Sends commits by a member, and tells a listener of their outcome, in the thread that polls the member."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.revoking = False
        """Whether a callback of a rebalance is under way."""

    def send(self, member: GroupMember, commits: Sequence[Commit]) -> None:
        """Sends these, a partition each, and waits for nothing."""
        offsets = _offsets(commits)
        error, _ = member.commit(offsets, wait=False)
        if error is not None:
            self.on_commit(error, offsets)

    def send_and_wait(self, member: GroupMember, commits: Sequence[Commit]) -> None:
        """Sends these, a partition each, and returns when they are answered.

        librdkafka waits for a whole session time-out when no broker answers: the wait has a deadline of its own, but
        for the one while partitions are being revoked.
        """
        offsets = _offsets(commits)
        if self.revoking:
            # Another thread's commit is not answered before the callback of a rebalance has returned.
            self.on_commit(*member.commit(offsets, wait=True))
            return
        outcome: list[tuple[KafkaError | None, list[TopicPartition]]] = []
        waiting = threading.Thread(target=lambda: outcome.append(member.commit(offsets, wait=True)), daemon=True)
        waiting.start()
        waiting.join(_TIMEOUT)
        if outcome:
            self.on_commit(*outcome[0])
        else:
            log.warning("the last commit was not answered in time; what it covered may be sent again")

    def on_commit(self, error: KafkaError | None, partitions: list[TopicPartition]) -> None:
        """The answer to one request: an error of the whole, or of single partitions."""
        failed = [(each, each.error or error) for each in partitions if each.error or error]
        committed = [each for each in partitions if not (each.error or error)]
        if committed:
            self._listener.on_committed(_partitions(committed))
        for failure in CommitFailure:
            alike = [(each, why) for each, why in failed if why is not None and _failure_of(why) is failure]
            if alike:
                self._listener.on_commit_failed(_partitions([each for each, _ in alike]), str(alike[0][1]), failure)


def _failure_of(error: KafkaError) -> CommitFailure:
    if error.code() == KafkaError.OFFSET_METADATA_TOO_LARGE:
        return CommitFailure.MAP_REFUSED
    if error.code() in _GIVEN_UP:
        return CommitFailure.NOT_A_MEMBER
    return CommitFailure.UNKNOWN if error.code() in _TOO_LARGE_AS_A_WHOLE else CommitFailure.LOST


def _offsets(commits: Sequence[Commit]) -> list[TopicPartition]:
    return [TopicPartition(*commit.partition, commit.offset, commit.metadata) for commit in commits]


def _partitions(partitions: list[TopicPartition]) -> list[Partition]:
    return [Partition(each.topic, each.partition) for each in partitions]
