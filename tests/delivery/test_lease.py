"""Nothing is sent of a partition that may be another's by now: the group is asked first, by a commit."""

from __future__ import annotations

import pytest

from consumer.delivery.commits import CommitFailure
from consumer.delivery.lease import Lease
from tests.delivery.driver import Driver
from tests.delivery.samples import NOW, ORDERS

SECONDS = 15.0


@pytest.fixture
def driver() -> Driver:
    """Ours since now, and as the group has said for 15 s."""
    driver = Driver().assign()
    driver.engine.partitions.lend(ORDERS, Lease(SECONDS, NOW))
    return driver


def sent_after(driver: Driver, seconds: float) -> bool:
    """Whether a record that comes so much later is sent at once."""
    driver.now = NOW + seconds
    before = len(driver.log)
    driver.take(f"customer {seconds}")
    return len(driver.log) > before


def test_the_groups_word_holds_for_a_while(driver: Driver) -> None:
    """An outage of the brokers in which nobody can have taken the partition over changes nothing."""
    assert sent_after(driver, SECONDS - 1)


def test_afterwards_a_commit_has_to_pass_first(driver: Driver) -> None:
    """The group may have given this instance up: the next owner reads the same records, from the last commit on."""
    assert not sent_after(driver, SECONDS + 1)

    assert driver.commit()[ORDERS].offset == 0
    driver.engine.partitions.commits.acknowledged([ORDERS])
    driver.wait(0.1)

    assert driver.in_flight == ["shop.orders:0:0"]


def test_a_record_that_waited_since_before_asks_the_group_too(driver: Driver) -> None:
    """There is nothing new to commit: without that question it would wait for ever."""
    driver.take()
    driver.commit()
    driver.engine.partitions.commits.acknowledged([ORDERS])
    driver.reply_all(500)

    driver.wait(SECONDS + 2)

    assert driver.in_flight == []
    assert driver.commit()[ORDERS].offset == 0


def test_a_commit_renews_it_from_when_it_was_sent(driver: Driver) -> None:
    """An answer that comes late says nothing of the time at which it comes."""
    driver.take()
    driver.commit()
    driver.engine.partitions.commits.acknowledged([ORDERS])

    assert sent_after(driver, SECONDS + 0.5)
    assert not sent_after(driver, SECONDS + 2)


def test_a_commit_that_is_lost_renews_nothing_and_is_repeated(driver: Driver) -> None:
    """As while the group's coordinator changes."""
    assert not sent_after(driver, SECONDS + 1)
    driver.commit()
    driver.engine.partitions.commits.failed([ORDERS], CommitFailure.LOST)
    driver.wait(0.1)

    assert driver.in_flight == []
    assert ORDERS in driver.commit()


def test_a_group_that_does_not_know_this_member_ends_it_at_once(driver: Driver) -> None:
    """The partition will be lost: what another sends is not sent here."""
    driver.take()
    driver.reply_all()
    driver.commit()
    driver.engine.partitions.commits.failed([ORDERS], CommitFailure.NOT_A_MEMBER)

    assert not sent_after(driver, 2)


def test_without_a_term_it_holds_for_good() -> None:
    """Under the classic protocol silence says nothing."""
    assert sent_after(Driver().assign(), 10_000)


def test_a_topic_that_is_gone_needs_no_word_of_the_group(driver: Driver) -> None:
    """What is in memory of it is nobody else's, and no commit of it will pass."""
    assert not sent_after(driver, SECONDS + 1)

    driver.engine.partitions.detach([ORDERS])
    driver.wait(0.1)

    assert driver.in_flight == ["shop.orders:0:0"]


def test_a_topic_that_is_read_from_its_start_again_is_not_ours_for_longer(driver: Driver) -> None:
    """It was truncated or made anew, which says nothing of whose it is."""
    driver.take(offset=7)
    driver.now = NOW + SECONDS + 1

    driver.take("another", offset=0)

    assert driver.in_flight == ["shop.orders:0:7"]
