"""Commits that fit: in requests that the brokers take, with smaller ones where they do not say why they refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.delivery.commits import CommitFailure, Commits
from consumer.delivery.consents import Consents
from consumer.delivery.decisions import Commit
from consumer.delivery.memory_budget import MemoryBudget
from consumer.delivery.offset_tracker import OffsetTracker
from consumer.delivery.task import PartitionState
from consumer.records import Partition
from tests.delivery.driver import POLICY, Driver
from tests.delivery.samples import NOW, ORDERS

ONE_MIB = 1 << 20


def commits_of(count: int, *, size: int = 3000) -> list[Commit]:
    return [Commit(Partition("shop.orders", number), 5, "m" * size) for number in range(count)]


@pytest.fixture
def states() -> dict[Partition, PartitionState]:
    return {}


@pytest.fixture
def commits(states: dict[Partition, PartitionState]) -> Commits:
    return Commits(states, 0.05, lambda _topic: "", Consents())


def sizes(commits: Commits, all_of_them: list[Commit]) -> list[int]:
    return [sum(len(each.metadata) for each in request) for request in commits.requests(all_of_them)]


def test_the_maps_of_many_partitions_go_in_requests_that_a_broker_takes(commits: Commits) -> None:
    """400 partitions with maps of 2.9 KB failed as a whole, and for ever."""
    asked = commits_of(400)

    requests = list(commits.requests(asked))

    assert [each for request in requests for each in request] == asked
    assert len(requests) > 1
    assert max(sizes(commits, asked)) < ONE_MIB / 2


def test_few_go_in_one_request(commits: Commits) -> None:
    assert len(list(commits.requests(commits_of(30)))) == 1
    assert list(commits.requests([])) == []


def test_an_unknown_error_is_met_by_smaller_requests(commits: Commits) -> None:
    """Brokers may take less than Kafka's default; how much, they do not say."""
    before = max(sizes(commits, commits_of(400)))

    commits.failed([], CommitFailure.UNKNOWN)
    assert max(sizes(commits, commits_of(400))) <= before / 2

    commits.failed([], CommitFailure.LOST)
    assert max(sizes(commits, commits_of(400))) > before / 4


def test_where_no_request_is_small_enough_the_maps_are_left_out() -> None:
    """The commit is worth more than its map: that one costs some records sent again after a crash."""
    driver = Driver(replace(POLICY, commit_seconds=0)).assign()
    for key in "ab":
        driver.take(key)
    driver.reply("shop.orders:0:1")
    (commit,) = driver.engine.partitions.commits.due(driver.now + 1)
    assert commit.metadata

    for _ in range(10):
        driver.engine.partitions.commits.failed([commit.partition], CommitFailure.UNKNOWN)
    (commit,) = driver.engine.partitions.commits.due(driver.now + 60)
    assert (commit.offset, commit.metadata) == (0, "")

    driver.assign(Partition("shop.orders", 7))
    driver.engine.partitions.commits.failed([commit.partition], CommitFailure.LOST)
    assert driver.engine.partitions.commits.due(driver.now + 120)[0].metadata


def test_where_reading_begins_is_committed_before_anything_is_read() -> None:
    """Else the place would be decided anew at the next start."""
    driver = Driver()
    driver.engine.partitions.assign(Partition("shop.orders", 0), None, "", start=750)

    (commit,) = driver.engine.partitions.commits.due(NOW)

    assert (commit.offset, commit.metadata) == (750, "")
    assert driver.engine.partitions.commits.due(NOW + 60) == []


def test_an_answer_to_a_commit_from_before_a_partition_left_says_nothing_of_it() -> None:
    """Whether it is back meanwhile or not: nothing is known to be committed of what was assigned since."""
    driver = Driver().assign()
    driver.take("jane")
    driver.commit()
    partitions = driver.engine.partitions
    partitions.forget([ORDERS])
    partitions.commits.acknowledged([ORDERS])
    partitions.commits.failed([ORDERS], CommitFailure.LOST)

    driver.assign()
    partitions.commits.acknowledged([ORDERS])
    (state,) = partitions.states
    assert state.acknowledged is None

    driver.take("jane", offset=0)
    driver.commit()
    partitions.commits.acknowledged([ORDERS])
    assert state.acknowledged == 0


def test_a_commit_that_failed_goes_again_a_quarter_of_a_second_later() -> None:
    driver = Driver().assign()
    driver.take("jane")
    commits = driver.engine.partitions.commits
    assert len(commits.due(driver.now)) == 1
    assert commits.next_at == float("inf")

    commits.failed([ORDERS], CommitFailure.LOST)
    assert commits.next_at == pytest.approx(driver.now + POLICY.commit_seconds + 0.25)
    assert commits.due(commits.next_at - 0.01) == []
    assert len(commits.due(commits.next_at)) == 1


def test_a_commit_whose_metadata_was_refused_goes_without_any(states: dict[Partition, PartitionState]) -> None:
    """The note of a flood too: else it would be refused for ever, and the offset with it."""
    partition = Partition("shop.orders", 0)
    commits = Commits(states, 0.05, lambda _topic: "a note", Consents())
    tracker = OffsetTracker()
    states[partition] = PartitionState(partition, 0, redelivers=False, settled=tracker, usage=MemoryBudget(9, 9))
    tracker.take(0)
    states[partition].changed = True
    assert commits.due(1.0)[0].metadata

    commits.failed([partition], CommitFailure.MAP_REFUSED)

    assert commits.due(9.0)[0].metadata == ""
