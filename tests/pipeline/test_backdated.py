"""Records that were old when they were written are told from those that have waited for us."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from consumer.pipeline.backdated import Backdated
from consumer.records import Partition, Record
from consumer.telemetry.metrics import Metrics

HOME, OTHER = Partition("shop.orders", 3), Partition("shop.orders", 4)
NOW = 1_800_000_000.0
HOUR = 3600.0


def record(age: float, partition: Partition = HOME) -> Record:
    return Record(partition, 7, b"k", b"v", timestamp_ms=int((NOW - age) * 1000))


def counted(registry: CollectorRegistry) -> float | None:
    return registry.get_sample_value("bluecore_consumer_records_backdated_total", {"topic": "shop.orders"})


@pytest.mark.parametrize(
    ("at_end", "age", "count"),
    [
        pytest.param(NOW - 60, 30 * HOUR, 1, id="all that was there before had been read"),
        pytest.param(NOW - 31 * HOUR, 30 * HOUR, None, id="it has waited for us since then"),
        pytest.param(NOW - 60, 0.5 * HOUR, None, id="a producer may be late by less than an hour"),
    ],
)
def test_what_follows_the_end_was_written_later(at_end: float, age: float, count: int | None) -> None:
    registry = CollectorRegistry()
    backdated = Backdated(Metrics(registry))
    backdated.at_end(HOME, at_end)
    backdated.read([record(age)], NOW)
    assert counted(registry) == count


def test_of_a_backlog_that_was_never_read_to_its_end_nothing_is_known() -> None:
    registry = CollectorRegistry()
    backdated = Backdated(Metrics(registry))
    backdated.at_end(OTHER, NOW)
    backdated.read([record(30 * HOUR)], NOW)
    backdated.retain([HOME])
    backdated.read([record(30 * HOUR, OTHER)], NOW)
    assert counted(registry) is None


def test_one_line_tells_of_many() -> None:
    backdated = Backdated(Metrics(CollectorRegistry()))
    backdated.at_end(HOME, NOW)
    with capture_logs() as logs:
        backdated.read([record(30 * HOUR)] * 50, NOW)
    assert [(line["topic"], line["partition"], line["age_hours"]) for line in logs] == [("shop.orders", 3, 30.0)]
