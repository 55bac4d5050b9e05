"""Who owns partitions and reads nothing while they grow is told of, and is not ready."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from consumer.records import Partition
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.open_transactions import Standing
from consumer.telemetry.reading import Reading

HOME, OTHER, RETRY = Partition("shop.orders", 0), Partition("shop.views", 1), Partition("shop.retry", 0)


def at(read: int, end: int, *, stable: int | None = None, paused: bool = False, low: int = 0) -> Standing:
    return Standing(read, end if stable is None else stable, end, paused, low)


class Desk:
    """What is read, and what is told of it."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.refused: set[str] = set()
        self.reading = Reading(Metrics(self._registry), RETRY.topic, self.refused.__contains__)
        self.now = 0.0

    def look(self, times: int = 1, **standing: Standing) -> None:
        """So many answers of the brokers, ten seconds apart; by `home`, `other` and `retry`."""
        names = {"home": HOME, "other": OTHER, "retry": RETRY}
        for _ in range(times):
            self.reading.observe({names[name]: each for name, each in standing.items()}, self.now)
            self.now += 10

    def grow(self, seconds: int, *, read: int = 40, paused: bool = False) -> None:
        """A record a second comes, and none is read."""
        for second in range(0, seconds, 10):
            self.look(home=at(read, 40 + second, paused=paused))

    @property
    def seconds(self) -> float | None:
        return self._registry.get_sample_value("bluecore_consumer_reading_stands_seconds")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_partition_that_grows_and_is_not_read_is_a_fault_after_two_minutes(desk: Desk) -> None:
    with capture_logs() as logs:
        desk.grow(130)
        assert (desk.seconds, desk.reading.fault, logs) == (110, "", [])
        desk.look(3, home=at(40, 500))
    assert desk.reading.fault == "nothing was read for 140 s, and 460 records have come to what is ours"
    assert [line["log_level"] for line in logs] == ["error"]


def test_it_is_over_with_the_first_record_that_is_read(desk: Desk) -> None:
    desk.grow(200)
    with capture_logs() as logs:
        desk.look(home=at(41, 300))
    assert (desk.seconds, desk.reading.fault) == (0, "")
    assert [line["event"] for line in logs] == ["what is ours is read again, or is ours no longer"]


@pytest.mark.parametrize(
    "standing",
    [at(40, 40), at(10, 40), at(40, 90, stable=40)],
    ids=["all is read", "nothing more comes", "an open transaction"],
)
def test_who_has_nothing_more_to_read_is_well(desk: Desk, standing: Standing) -> None:
    """What waits and does not grow may be what a compaction has left, or the markers of transactions."""
    desk.look(60, home=standing)
    assert (desk.seconds, desk.reading.fault) == (0, "")


def test_what_kafka_deletes_unread_is_not_read(desk: Desk) -> None:
    for round_ in range(60):
        desk.look(home=at(40 + round_, 200 + round_, low=40 + round_))
    assert "nothing was read" in desk.reading.fault
    desk.look(home=at(150, 300, low=100))
    assert desk.reading.fault == ""


def test_one_partition_that_is_read_is_enough(desk: Desk) -> None:
    for round_ in range(60):
        desk.look(home=at(40, 40 + round_), other=at(round_, 100))
    assert desk.reading.fault == ""


def test_what_is_paused_on_purpose_counts_from_when_it_goes_on(desk: Desk) -> None:
    desk.grow(600, paused=True)
    assert desk.seconds == 0
    desk.look(home=at(40, 700))
    desk.look(home=at(40, 700))
    assert desk.seconds == 10


def test_the_retry_topic_has_a_consumer_of_its_own(desk: Desk) -> None:
    for round_ in range(60):
        desk.look(home=at(40, 40 + round_), retry=at(round_, round_))
    assert "nothing was read" in desk.reading.fault


def test_a_topic_that_kafka_refuses_is_told_elsewhere(desk: Desk) -> None:
    """No restart heals a missing right."""
    desk.refused.add(HOME.topic)
    desk.grow(600)
    assert (desk.seconds, desk.reading.fault) == (0, "")


def test_partitions_that_come_anew_count_from_then_on(desk: Desk) -> None:
    desk.grow(600)
    desk.look(other=at(0, 100))
    assert (desk.seconds, desk.reading.fault) == (0, "")
    desk.grow(30)
    assert desk.seconds == 10
