"""Promise 1: an offset is committed only when every record up to it is settled."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from consumer.delivery.commits import CommitFailure
from consumer.delivery.decisions import Commit
from consumer.delivery.failures import TooLargeToWrite
from consumer.delivery.offset_map import LIMIT, decode, encode
from consumer.delivery.offset_ranges import OffsetRanges
from consumer.records import Mapped, Outcome, Partition, Reason, Record, Skip
from tests.delivery.driver import ACCEPTED, POLICY, Driver
from tests.delivery.samples import BROKEN, ORDERS, send


@pytest.fixture
def driver() -> Driver:
    return Driver().assign()


def test_a_2xx_settles(driver: Driver) -> None:
    driver.take("jane")
    assert driver.commit()[ORDERS].offset == 0

    driver.reply("shop.orders:0:0")

    assert driver.outcomes == {0: Outcome.DELIVERED}
    assert driver.commit()[ORDERS].offset == 1


@pytest.mark.parametrize("status", [400, 409, 413, 422])
def test_a_rejected_record_is_settled_by_the_acknowledged_dead_letter(driver: Driver, status: int) -> None:
    """Not by the answer: the write may fail yet."""
    driver.take("jane")
    driver.reply("shop.orders:0:0", status)
    assert driver.commit()[ORDERS].offset == 0

    (written,) = driver.acknowledge()

    assert written.failure is not None
    assert (written.failure.reason, written.failure.status) == (Reason.REJECTED, status)
    assert driver.outcomes == {0: Outcome.DEAD_LETTER}
    assert driver.commit()[ORDERS].offset == 1


def test_how_often_a_record_was_tried_is_told_with_its_failure(driver: Driver) -> None:
    """Once for one that was rejected at once; what cannot be mapped was never tried."""
    driver.take("jane")
    driver.reply("shop.orders:0:0", 400)
    driver.take("joe", BROKEN)

    assert [task.failure and task.failure.attempts for task in driver.acknowledge()] == [1, 0]


@pytest.mark.parametrize(("event", "counted"), [("purchase", ("purchase",)), ("", ("",))])
def test_a_record_that_cannot_be_mapped_is_counted_as_what_it_would_have_become(
    driver: Driver, event: str, counted: tuple[str, ...]
) -> None:
    """Also one of which nobody knows: else undecodable records would vanish from the metrics."""
    driver.take("jane", replace(BROKEN, event=event))
    driver.acknowledge()

    (settlement,) = driver.settled
    assert (settlement.outcome, settlement.events, settlement.delivered) == (Outcome.DEAD_LETTER, counted, 0)


def test_a_write_that_fails_is_repeated_and_never_skipped(driver: Driver) -> None:
    driver.take("jane", BROKEN)

    for _ in range(20):
        driver.acknowledge("the topic does not exist")
        assert driver.engine.write_error == "the topic does not exist"
        assert driver.settled == []
        driver.wait(30)
        assert len(driver.writes) == 1
    driver.acknowledge()

    assert driver.engine.write_error == ""
    assert driver.outcomes == {0: Outcome.DEAD_LETTER}


@pytest.mark.parametrize("reason", ["when", "tombstone"])
def test_a_skipped_record_is_settled_and_counted(driver: Driver, reason: str) -> None:
    driver.take("jane", Skip("when" if reason == "when" else "tombstone"))

    assert driver.outcomes == {0: Outcome.SKIPPED}
    assert driver.commit()[ORDERS].offset == 1


def test_what_is_settled_beyond_the_commit_is_in_its_map(driver: Driver) -> None:
    for key in "abcd":
        driver.take(key)

    for offset in (1, 3):
        driver.reply(f"shop.orders:0:{offset}")

    commit = driver.commit()[ORDERS]
    assert commit.offset == 0
    assert list(decode(commit.offset, commit.metadata)) == [(1, 2), (3, 4)]


def test_after_a_crash_only_what_was_not_settled_is_sent_again(driver: Driver) -> None:
    for key in "abcd":
        driver.take(key)
    for offset in (1, 3):
        driver.reply(f"shop.orders:0:{offset}")
    commit = driver.commit()[ORDERS]

    after = Driver()
    after.engine.partitions.assign(ORDERS, commit.offset, commit.metadata)
    for offset, key in enumerate("abcd"):
        after.take(key, offset=offset)

    assert after.in_flight == ["shop.orders:0:0", "shop.orders:0:2"]
    assert after.engine.duplicates_skipped == 2


def test_a_commit_is_made_once_and_at_most_once_an_interval(driver: Driver) -> None:
    driver.take("a")
    assert [commit.offset for commit in driver.engine.partitions.commits.due(driver.now)] == [0]
    driver.reply("shop.orders:0:0")

    assert driver.engine.partitions.commits.due(driver.now + 0.049) == []
    assert driver.engine.partitions.commits.next_at == driver.now + 0.05
    assert [commit.offset for commit in driver.engine.partitions.commits.due(driver.now + 0.05)] == [1]
    assert driver.engine.partitions.commits.due(driver.now + 10) == []
    assert driver.engine.partitions.commits.next_at == float("inf")


def test_a_commit_that_failed_is_repeated(driver: Driver) -> None:
    driver.take("a")
    first = driver.commit()

    driver.engine.partitions.commits.failed([ORDERS], CommitFailure.LOST)
    assert driver.engine.partitions.commits.due(driver.now + 0.2) == []

    assert driver.commit() == first


def test_a_map_that_the_brokers_refuse_is_dropped_and_never_the_commit(driver: Driver) -> None:
    """A broker may allow less metadata (`offset.metadata.max.bytes`) than the map keeps to."""
    for key in ("a", "b", "c"):
        driver.take(key)
    driver.reply("shop.orders:0:1")
    assert driver.commit()[ORDERS].metadata

    driver.engine.partitions.commits.failed([ORDERS], CommitFailure.MAP_REFUSED)
    driver.wait(1.1)

    assert driver.commit()[ORDERS] == Commit(ORDERS, 0, "")


@pytest.mark.parametrize(("mapped", "reason"), [(BROKEN, Reason.UNDECODABLE), (send("purchase"), Reason.TOO_LARGE)])
def test_what_its_topic_does_not_take_for_its_size_is_set_aside_without_its_value(
    mapped: Mapped, reason: Reason
) -> None:
    """Nothing else would ever end it: it was tried again for ever. A dead letter keeps its reason."""
    driver = Driver().assign()
    record = driver.take("poison", mapped)
    driver.take("healthy")
    driver.reply("shop.orders:0:1")
    while not driver.writes:
        driver.wait(1)
        driver.reply_all(500)

    driver.acknowledge(TooLargeToWrite("retry: Broker: Message size too large"))
    driver.wait(1)

    (task,) = driver.writes.values()
    assert task.failure is not None
    assert (task.failure.outcome, task.failure.reason) == (Outcome.DEAD_LETTER, reason)
    assert (task.record.key, task.record.value) == (b"poison", None)
    assert task.record.left_out == record.size
    driver.acknowledge()
    assert driver.outcomes == {0: Outcome.DEAD_LETTER, 1: Outcome.DELIVERED}
    assert driver.at_rest()


def test_a_partition_pauses_before_its_map_is_too_large() -> None:
    """A record hangs while of many behind it some pass and some do not; it resumes when they have."""
    noise = random.Random(1)
    driver = Driver(replace(POLICY, buffered_records=100_000)).assign()
    for number in range(20_000):
        driver.take(f"key {number}", Skip("when") if number and noise.random() < 0.5 else None)
    commit = driver.commit()[ORDERS]
    driver.decide()
    assert 0.75 * LIMIT < len(commit.metadata) <= LIMIT
    assert driver.paused == {ORDERS}

    driver.run(lambda _: ACCEPTED)
    driver.commit()
    driver.decide()

    assert driver.paused == set()


def test_a_map_that_was_full_before_a_restart_stops_nothing_after_it() -> None:
    """Only reading on empties it: what it tells of is settled."""
    noise = random.Random(1)
    settled = [offset for offset in range(1, 20_000) if noise.random() < 0.5]
    driver = Driver()
    driver.engine.partitions.assign(ORDERS, 0, encode(0, OffsetRanges.from_offsets(settled)))
    driver.take("jane", offset=0)

    driver.reply("shop.orders:0:0")
    assert len(driver.commit()[ORDERS].metadata) > 0.75 * LIMIT
    driver.decide()

    assert driver.paused == set()


def test_a_record_that_hangs_for_long_stops_nothing() -> None:
    """In a compacted topic too, where half of the offsets are gone: one range is all that there is to remember."""
    driver = Driver().assign()
    driver.take("hangs")
    for offset in range(1, 80_000, 2):
        driver.engine.take(Record(ORDERS, offset, b"key", b""), Skip("when"), driver.now)
    commit = driver.commit()[ORDERS]
    driver.decide()
    assert len(commit.metadata) < 50
    assert driver.paused == set()

    driver.reply("shop.orders:0:0")
    assert driver.commit()[ORDERS].offset == 80_000


def test_partitions_that_stay_keep_their_commit_when_others_leave() -> None:
    """The forced commit of a revocation takes nothing from the next regular one."""
    other = Partition("shop.orders", 1)
    driver = Driver().assign(ORDERS, other)
    for partition in (ORDERS, other):
        driver.take("jane", Skip("when"), partition=partition)

    driver.engine.partitions.drain([other])

    assert [commit.partition for commit in driver.engine.partitions.commits.due(driver.now, leaving=True)] == [other]
    assert driver.commit().keys() == {ORDERS}
