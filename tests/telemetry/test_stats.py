"""librdkafka's statistics become the service's metrics."""

from __future__ import annotations

import json
from typing import Any

import pytest
from confluent_kafka import Consumer
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from consumer.telemetry.metrics import Metrics
from consumer.telemetry.stats import KafkaStatistics


def report(lag: int = 7, **changes: Any) -> str:
    """A consumer's report, cut down to what is read."""
    partition = {"partition": 0, "consumer_lag": lag, "fetchq_cnt": 3, "fetchq_size": 900}
    broker = {"nodeid": 1, "source": "learned", "state": "UP", "rtt": {"p50": 1500, "p99": 25000}}
    base: dict[str, Any] = {
        "type": "consumer",
        "brokers": {
            "kafka:9092/1": broker,
            "kafka:9092/bootstrap": {"nodeid": -1, "source": "configured", "state": "UP", "rtt": {}},
            "GroupCoordinator": {"nodeid": 1, "source": "logical", "state": "DOWN", "rtt": {}},
        },
        "topics": {"shop.orders": {"topic": "shop.orders", "partitions": {"0": partition}}},
    }
    return json.dumps(base | changes)


class Folded:
    """Statistics folded into a registry of their own, with one partition assigned."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.assigned = [("shop.orders", 0)]
        self.statistics = KafkaStatistics(Metrics(self.registry), lambda: self.assigned)

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"bluecore_consumer_{name}", labels)

    @property
    def lag(self) -> float | None:
        return self.value("consumer_lag", topic="shop.orders", partition="0")


def test_lag_of_an_assigned_partition_is_reported() -> None:
    folded = Folded()
    folded.statistics.observe(report(lag=7))
    assert folded.lag == 7


def test_an_unknown_lag_is_not_reported_as_a_number() -> None:
    folded = Folded()
    folded.statistics.observe(report(lag=-1))
    assert folded.lag is None


def test_a_late_report_does_not_bring_a_revoked_partition_back() -> None:
    folded = Folded()
    folded.assigned = []
    folded.statistics.observe(report(lag=7))
    assert folded.lag is None


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
    folded.statistics.observe(report(lag=7))

    assert [line["log_level"] for line in logged] == ["warning"]
    assert folded.lag == 7


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
