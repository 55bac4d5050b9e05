"""A transaction that stays open is told once it has held a partition for a minute, and when it ends."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from consumer.records import Partition
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.open_transactions import OpenTransactions, Standing

HOME, OTHER = Partition("shop.orders", 0), Partition("shop.orders", 1)
HELD = Standing(read=40, stable=40, high=90, paused=False)
FREE = Standing(read=90, stable=90, high=90, paused=False)


class Desk:
    """The open transactions, and where they are shown."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        metrics = Metrics(self._registry)
        metrics.prepare({"shop.orders": ()})
        self.transactions = OpenTransactions(metrics)

    def after(self, *seconds: float, standing: Standing = HELD) -> float | None:
        """The metric, once the brokers have answered so for the partition at these times."""
        for now in seconds:
            self.transactions.observe({HOME: standing}, now)
        return self._registry.get_sample_value("bluecore_consumer_open_transaction_seconds", {"topic": "shop.orders"})


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_time_counts_from_when_it_was_first_seen_and_ends_with_it(desk: Desk) -> None:
    assert desk.after() == 0
    assert desk.after(0, 10, 20) == 20
    assert desk.after(30, standing=FREE) == 0


def test_it_is_one_line_after_a_minute_and_one_at_its_end(desk: Desk) -> None:
    with capture_logs() as logs:
        desk.after(0, 30, 59)
        assert logs == []
        desk.after(60, 70, 600)
        desk.after(610, standing=FREE)
    assert [line["log_level"] for line in logs] == ["warning", "info"]
    place = {"topic": "shop.orders", "partition": 0, "offset": 40}
    assert all(place.items() <= line.items() for line in logs)
    assert logs[0]["waiting"] == 50


def test_one_that_ends_within_a_minute_is_not_told(desk: Desk) -> None:
    with capture_logs() as logs:
        desk.after(0, 50)
        desk.after(60, standing=FREE)
    assert logs == []


@pytest.mark.parametrize(
    "moves", [HELD._replace(stable=50), HELD._replace(read=39)], ids=["another transaction", "a backlog is read"]
)
def test_it_holds_nobody_up_while_there_is_something_to_read(desk: Desk, moves: Standing) -> None:
    """Transactions follow each other, or the reading has not come to it yet: the time begins anew."""
    desk.after(0, 50)
    assert desk.after(60, standing=moves) == 0
    assert desk.after(70, standing=moves) == 10


def test_a_pause_of_our_own_is_no_transaction(desk: Desk) -> None:
    """What stands for an outage of Bluecore stands not for the producer."""
    paused = HELD._replace(paused=True)
    assert desk.after(0, 100, standing=paused) == 0
    assert desk.after(110) == 0


def test_a_pause_does_not_end_a_hold(desk: Desk) -> None:
    assert desk.after(0) == 0
    with capture_logs() as logs:
        assert desk.after(100, standing=HELD._replace(paused=True)) == 100
    assert len(logs) == 1


def test_the_longest_of_a_topic_is_shown(desk: Desk) -> None:
    desk.transactions.observe({HOME: HELD}, 0)
    desk.transactions.observe({HOME: HELD, OTHER: HELD}, 30)
    assert desk.after(40) == 40


def test_a_partition_without_an_answer_stays_as_it_was(desk: Desk) -> None:
    desk.after(0)
    desk.transactions.observe({}, 30)
    assert desk.after() == 30


def test_one_that_goes_to_another_instance_is_told_of_there(desk: Desk) -> None:
    desk.after(0, 100)
    desk.transactions.retain(())
    with capture_logs() as logs:
        desk.transactions.observe({}, 110)
    assert (logs, desk.after()) == ([], 0)
