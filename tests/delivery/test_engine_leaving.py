"""Partitions that leave: what is out may settle until they are another's, and then settles nothing."""

from __future__ import annotations

import pytest

from consumer.records import NoAnswer, Outcome, Partition
from tests.delivery.driver import ACCEPTED, Driver
from tests.delivery.samples import BROKEN, ORDERS, RETRY, answer, send, silence

OTHER = Partition("shop.orders", 1)


@pytest.fixture
def driver() -> Driver:
    return Driver().assign(ORDERS, OTHER)


def test_draining_sends_nothing_more_of_the_partition(driver: Driver) -> None:
    for key in ("jane", "jane"):
        driver.take(key)
        driver.take(key, partition=OTHER)

    driver.engine.partitions.drain([ORDERS])
    driver.reply_all()

    assert driver.in_flight == ["shop.orders:1:1"]
    assert ORDERS in driver.paused


def test_draining_takes_nothing_more(driver: Driver) -> None:
    driver.engine.partitions.drain([ORDERS])

    driver.take("jane")

    assert driver.in_flight == []
    assert driver.at_rest()


def test_what_is_out_while_draining_is_settled_and_committed(driver: Driver) -> None:
    driver.take("jane")
    driver.take("joe")
    driver.take("jane")
    driver.engine.partitions.drain([ORDERS])
    assert driver.engine.partitions.outstanding([ORDERS]) == 2

    driver.reply_all()

    assert driver.engine.partitions.outstanding([ORDERS]) == 0
    assert [
        (commit.partition, commit.offset) for commit in driver.engine.partitions.commits.due(driver.now, leaving=True)
    ] == [(ORDERS, 2)]
    assert driver.at_rest()


def test_a_rejection_while_draining_is_written_and_waited_for(driver: Driver) -> None:
    driver.take("jane")
    driver.engine.partitions.drain([ORDERS])

    driver.reply("shop.orders:0:0", 400)
    assert driver.engine.partitions.outstanding([ORDERS]) == 1

    driver.acknowledge()
    assert driver.outcomes == {0: Outcome.DEAD_LETTER}
    assert driver.engine.partitions.outstanding([ORDERS]) == 0
    assert driver.at_rest()


@pytest.mark.parametrize(
    "failed",
    [answer(500), answer(401), answer(429), silence(NoAnswer.TIMEOUT), silence(NoAnswer.DNS)],
    ids=["500", "401", "429", "time-out", "dns"],
)
def test_a_failure_while_draining_leaves_the_record_to_the_next_owner(driver: Driver, failed: object) -> None:
    driver.take("jane")
    driver.engine.partitions.drain([ORDERS])

    driver.reply("shop.orders:0:0", failed)  # type: ignore[arg-type] # the table holds answers only
    driver.wait(600)

    assert driver.in_flight == []
    assert [commit.offset for commit in driver.engine.partitions.commits.due(driver.now, leaving=True)] == [0]
    assert driver.at_rest()


def test_a_last_attempt_that_fails_while_draining_is_written_and_waited_for(driver: Driver) -> None:
    """The next owner would begin its attempts anew."""
    driver.take("jane")
    for _ in range(3):
        driver.reply("shop.orders:0:0", 500)
        driver.wait(30)
    driver.take("joe", partition=OTHER)
    driver.reply("shop.orders:1:0")
    driver.engine.partitions.drain([ORDERS])

    driver.reply("shop.orders:0:0", 500)
    assert driver.engine.partitions.outstanding([ORDERS]) == 1
    driver.acknowledge()

    assert driver.outcomes[0] is Outcome.RETRY
    assert driver.at_rest()


def test_a_record_half_sent_is_left_whole_to_the_next_owner(driver: Driver) -> None:
    driver.take("jane", send("identify", "customer_patch"))
    driver.engine.partitions.drain([ORDERS])

    driver.reply("shop.orders:0:0")

    assert driver.in_flight == []
    assert driver.settled == []
    assert driver.at_rest()


@pytest.mark.parametrize("error", [None, "no leader"])
def test_a_write_that_is_out_while_draining(driver: Driver, error: str | None) -> None:
    """Acknowledged it settles; failed it is not repeated, and the record is the next owner's."""
    driver.take("jane", BROKEN)
    driver.engine.partitions.drain([ORDERS])

    driver.acknowledge(error)
    driver.wait(600)

    assert driver.writes == {}
    assert [commit.offset for commit in driver.engine.partitions.commits.due(driver.now, leaving=True)] == [
        1 if error is None else 0
    ]
    assert driver.at_rest()


def test_what_waits_for_its_backoff_is_dropped_by_draining(driver: Driver) -> None:
    driver.take("joe")
    driver.take("jane")
    driver.reply("shop.orders:0:0")
    driver.reply("shop.orders:0:1", 500)

    driver.engine.partitions.drain([ORDERS])
    driver.wait(600)

    assert driver.in_flight == []
    assert driver.at_rest()


@pytest.mark.parametrize("status", [202, 400, 401, 429, 500])
def test_a_lost_partition_settles_and_commits_nothing(driver: Driver, status: int) -> None:
    driver.take("jane")
    driver.take("jane", BROKEN)
    driver.engine.partitions.forget([ORDERS])

    driver.reply_all(status)
    driver.acknowledge()

    assert (driver.settled, driver.writes) == ([], {})
    assert driver.engine.partitions.commits.due(driver.now, leaving=True) == []
    assert driver.engine.partitions.assigned == [OTHER]
    assert driver.at_rest()


def test_a_write_of_a_lost_partition_settles_nothing(driver: Driver) -> None:
    driver.take("jane", BROKEN)
    driver.engine.partitions.forget([ORDERS])

    driver.acknowledge()

    assert driver.settled == []
    assert driver.at_rest()


def test_an_answer_from_before_the_partition_was_lost_settles_nothing_after_it_is_back(driver: Driver) -> None:
    """It is another record's offset by then: only what was taken since counts."""
    driver.take("jane", offset=5)
    driver.engine.partitions.forget([ORDERS])
    driver.assign(ORDERS)
    driver.take("jane", offset=5, value=b"another")
    assert driver.in_flight == ["shop.orders:0:5"] * 2

    driver.reply("shop.orders:0:5")
    assert driver.settled == []
    driver.reply("shop.orders:0:5")

    assert driver.outcomes == {5: Outcome.DELIVERED}
    assert driver.at_rest()


def test_a_redelivery_that_waits_is_dropped_and_its_memory_given_back() -> None:
    driver = Driver().assign(ORDERS, RETRY)
    driver.take("jane", partition=RETRY)
    driver.reply_all(500)

    driver.engine.partitions.forget([RETRY])

    assert driver.at_rest()
    driver.wait(1)
    assert driver.wake_at == float("inf")


def test_what_is_out_since_before_is_waited_for_when_the_partition_leaves_again(driver: Driver) -> None:
    driver.take("jane")
    driver.engine.partitions.forget([ORDERS])
    driver.assign(ORDERS)
    driver.take("jane", offset=0)
    assert driver.engine.partitions.outstanding([ORDERS]) == 1

    driver.reply_all()
    assert driver.engine.partitions.outstanding([ORDERS]) == 0
    assert driver.commit()[ORDERS].offset == 1


def test_an_answer_after_a_drain_that_was_too_short_counts_when_the_partition_is_back(driver: Driver) -> None:
    driver.take("jane")
    driver.engine.partitions.drain([ORDERS])
    driver.engine.partitions.forget([ORDERS])
    driver.reply_all()

    driver.assign(ORDERS)
    driver.take("jane", offset=0)
    driver.run(lambda _: ACCEPTED)

    assert driver.log == ["shop.orders:0:0"]
    assert driver.commit()[ORDERS].offset == 1
    assert driver.at_rest()
