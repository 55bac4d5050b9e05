"""librdkafka's statistics become the service's metrics, and say in the probes since when a broker is away."""

from __future__ import annotations

import json
from typing import Any

import pytest
from confluent_kafka import Consumer
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.stats import KafkaStatistics

NOON = 1_800_014_400.0
"""2027-01-15, 12:00 UTC."""


def report(queued: int = 3, **changes: Any) -> str:
    """A consumer's report, cut down to what is read."""
    partition = {"partition": 0, "fetchq_cnt": queued, "fetchq_size": 300 * queued}
    base: dict[str, Any] = {
        "type": "consumer",
        "brokers": {
            "kafka:9092/1": broker(1, rtt={"p50": 1500, "p99": 25000}),
            "kafka:9092/bootstrap": {"nodeid": -1, "source": "configured", "state": "UP", "rtt": {}},
            "GroupCoordinator": {"nodeid": 1, "source": "logical", "state": "DOWN", "rtt": {}},
        },
        "topics": {"shop.orders": {"topic": "shop.orders", "partitions": {"0": partition}}},
    }
    return json.dumps(base | changes)


def broker(node: int, state: str = "UP", **changes: Any) -> dict[str, Any]:
    """A broker's part of a report: one that is needed, whatever its state."""
    return {
        "nodeid": node,
        "source": "learned",
        "state": state,
        "stateage": 500_000,
        "connects": 3,
        "rtt": {},
    } | changes


class Folded:
    """Statistics folded into a registry of their own, on a clock of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.now = NOON
        self.health = Health(lambda: self.now)
        self.statistics = KafkaStatistics(Metrics(self.registry), self.health, lambda: self.now)

    def brokers(self, *brokers: dict[str, Any]) -> object:
        """Fold a report of these in; what the probes show of Kafka after it."""
        self.statistics.observe(report(brokers={f"kafka:9092/{n}": each for n, each in enumerate(brokers)}))
        details = self.health.readiness().body["details"]
        assert isinstance(details, dict)
        return details["kafka"]

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"bluecore_consumer_{name}", labels)


def test_round_trips_are_seconds_and_only_real_brokers_count() -> None:
    folded = Folded()
    folded.statistics.observe(report())
    name = "kafka_broker_round_trip_seconds"
    assert folded.value(name, client="consumer", broker="1", quantile="0.5") == pytest.approx(0.0015)
    assert folded.value(name, client="consumer", broker="1", quantile="0.99") == pytest.approx(0.025)
    assert folded.value(name, client="consumer", broker="-1", quantile="0.5") is None
    assert folded.value("kafka_broker_up", client="consumer", broker="1") == 1


def test_a_broker_that_left_the_cluster_leaves_the_metrics() -> None:
    folded = Folded()
    folded.statistics.observe(report())
    assert folded.value("kafka_broker_up", client="consumer", broker="1") == 1
    folded.statistics.observe(report(brokers={}))
    assert folded.value("kafka_broker_up", client="consumer", broker="1") is None


@pytest.mark.parametrize("state", [{"connects": 0}, {"stateage": 600_000_000}])
def test_a_broker_that_nobody_needs_is_not_down(state: dict[str, int]) -> None:
    """No connection is opened to a broker that leads no partition of ours, or kept to one that no longer does."""
    folded = Folded()
    assert folded.brokers(broker(1), broker(2, "INIT", **state)) == "ok"
    assert folded.value("kafka_broker_up", client="consumer", broker="1") == 1
    assert folded.value("kafka_broker_up", client="consumer", broker="2") is None


@pytest.mark.parametrize("state", ["INIT", "DOWN", "TRY_CONNECT", "CONNECT"])
def test_a_broker_that_is_tried_in_vain_is_named_since_it_was_seen_so(state: str) -> None:
    """Between two tries librdkafka has it in any of these states."""
    folded = Folded()
    folded.brokers(broker(1), broker(2))
    folded.now += 60
    folded.brokers(broker(1), broker(2, state))
    folded.now += 60
    shown = folded.brokers(broker(1), broker(2, state))
    assert shown == "broker 2 is not connected since 2027-01-15T12:01:00+00:00"
    assert folded.value("kafka_broker_up", client="consumer", broker="2") == 0
    assert folded.value("kafka_up") == 1
    assert folded.brokers(broker(1), broker(2)) == "ok"


def test_an_outage_of_all_brokers_is_shown_since_it_began_and_marks_no_pod_unready() -> None:
    """librdkafka then starts over from the bootstrap addresses, and knows no broker by its number."""
    folded = Folded()
    folded.health.ready(True)
    folded.brokers(broker(1))
    folded.now += 5
    lost = broker(-1, "INIT", source="configured")
    folded.brokers(lost)
    folded.now += 3600
    assert folded.brokers(lost) == "no broker is connected since 2027-01-15T12:00:05+00:00"
    assert folded.value("kafka_up") == 0
    assert folded.health.readiness().ok
    folded.health.tick(folded.now)
    assert folded.health.liveness().ok


def test_without_statistics_there_is_no_outage_to_be_told() -> None:
    """Under `statistics.interval.ms: 0` no report comes: nobody is woken for that."""
    assert Folded().value("kafka_up") == 1


def test_a_producer_that_is_idle_says_nothing_of_the_cluster() -> None:
    folded = Folded()
    folded.brokers(broker(1))
    folded.statistics.observe(json.dumps({"type": "producer", "brokers": {"b": broker(-1, "INIT")}}))
    assert folded.value("kafka_up") == 1


def test_queues_are_those_of_the_client_that_reports() -> None:
    folded = Folded()
    folded.statistics.observe(report())
    folded.statistics.observe(json.dumps({"type": "producer", "msg_cnt": 4, "msg_size": 1000}))
    assert folded.value("kafka_queued_messages", client="consumer") == 3
    assert folded.value("kafka_queued_bytes", client="consumer") == 900
    assert folded.value("kafka_queued_messages", client="producer") == 4
    assert folded.value("kafka_queued_bytes", client="producer") == 1000


@pytest.mark.parametrize("unreadable", ['{"type": "a"b"}', "[]", "{}", '{"type": "consumer", "topics": 1}'])
def test_a_report_that_cannot_be_read_is_told_once_and_ends_nothing(unreadable: str) -> None:
    """Exceptions of a callback come out of the loop that polls; the next report counts again."""
    folded = Folded()
    with capture_logs() as logged:
        folded.statistics.observe(unreadable)
        folded.statistics.observe(unreadable)
    folded.statistics.observe(report(queued=7))

    assert [line["log_level"] for line in logged] == ["warning"]
    assert folded.value("kafka_queued_messages", client="consumer") == 7


@pytest.mark.timeout(30)
def test_a_report_of_the_real_library_is_understood() -> None:
    """A consumer on librdkafka's own mock cluster reports: the fields have the names that are read here."""
    reports: list[str] = []
    consumer = Consumer(
        {
            "group.id": "statistics",
            "bootstrap.servers": "unused",
            "test.mock.num.brokers": 1,
            "statistics.interval.ms": 50,
            "stats_cb": reports.append,
        }
    )
    folded = Folded()
    try:
        while folded.value("kafka_broker_up", client="consumer", broker="1") != 1:
            consumer.poll(0.05)
            while reports:
                folded.statistics.observe(reports.pop())
    finally:
        consumer.close()
    assert folded.value("kafka_queued_messages", client="consumer") == 0
