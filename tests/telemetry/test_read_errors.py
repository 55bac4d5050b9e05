"""What Kafka refuses is told for as long as it lasts: in the log, in the metrics, in the probes."""

from __future__ import annotations

from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.read_errors import WHOLE_TOPIC, ReadErrors

DENIED = "Broker: Topic authorization failed"


class Desk:
    """The faults, on a clock of their own, and where they are shown."""

    def __init__(self) -> None:
        self.now = 0.0
        self._registry = CollectorRegistry()
        self._health = Health(lambda: self.now)
        self.faults = ReadErrors(Metrics(self._registry), self._health, lambda: self.now)

    def reading(self) -> object:
        details = self._health.readiness().body["details"]
        assert isinstance(details, dict)
        return details["reading"]

    def unreadable(self, topic: str) -> float | None:
        return self._registry.get_sample_value("bluecore_consumer_unreadable_partitions", {"topic": topic})


def test_a_refused_partition_is_shown_until_a_record_of_it_is_read() -> None:
    desk = Desk()
    assert desk.reading() == "ok"

    desk.faults.began("shop.orders", 2, DENIED)
    assert (desk.reading(), desk.unreadable("shop.orders")) == (f"shop.orders[2]: {DENIED}", 1)
    desk.faults.ended([("shop.orders", 1)])
    assert desk.unreadable("shop.orders") == 1

    desk.faults.ended([("shop.orders", 2)])
    assert (desk.reading(), desk.unreadable("shop.orders")) == ("ok", 0)


def test_a_fault_that_lasts_is_a_line_a_minute_and_its_end_is_one() -> None:
    """librdkafka tells of it once."""
    desk = Desk()
    with capture_logs() as logs:
        desk.faults.began("shop.orders", 2, DENIED)
        for second in range(1, 121):
            desk.now = second
            desk.faults.log_due()
        desk.faults.ended([("shop.orders", 2)])
        desk.now = 500
        desk.faults.log_due()
    assert [line["log_level"] for line in logs] == ["error", "error", "error", "info"]
    assert {(line["topic"], line["partition"]) for line in logs} == {("shop.orders", 2)}


def test_a_topic_as_a_whole_stays_refused_while_its_partitions_go() -> None:
    """They are taken away because of it; it is over when one comes."""
    desk = Desk()
    desk.faults.began("shop.orders", WHOLE_TOPIC, DENIED)
    desk.faults.gone([("shop.orders", 0)])
    assert (desk.reading(), desk.unreadable("shop.orders")) == (f"shop.orders: {DENIED}", 1)
    desk.faults.ended([("shop.orders", 0)])
    assert desk.unreadable("shop.orders") == 0


def test_a_partition_that_went_is_told_of_by_whoever_has_it() -> None:
    desk = Desk()
    desk.faults.began("shop.orders", 2, DENIED)
    desk.faults.gone([("shop.orders", 2)])
    assert (desk.reading(), desk.unreadable("shop.orders")) == ("ok", 0)


def test_a_group_that_does_not_take_the_instance_in_is_told_until_it_does() -> None:
    desk = Desk()
    with capture_logs() as logs:
        desk.faults.began("", WHOLE_TOPIC, "Broker: Group authorization failed")
        assert desk.reading() == "the group: Broker: Group authorization failed"
        desk.faults.joined()
    assert desk.reading() == "ok"
    assert [line["event"] for line in logs] == [
        "the group does not take this instance in",
        "the group takes this instance in",
    ]


def test_what_keeps_it_from_reading_here_is_said_beside_what_kafka_refuses() -> None:
    desk = Desk()
    desk.faults.paused(("registry",))
    assert desk.reading() == "paused: registry"
    desk.faults.began("shop.orders", 2, DENIED)
    assert desk.reading() == f"shop.orders[2]: {DENIED}; paused: registry"
    desk.faults.paused(())
    assert desk.reading() == f"shop.orders[2]: {DENIED}"
