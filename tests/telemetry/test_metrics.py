"""The catalogue: what is there from the start, what goes away, and that it cannot grow with the data."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry

from consumer import __version__
from consumer.records import Reason
from consumer.telemetry.metrics import Metrics

# Dashboards and alert rules outside this repository read these names.
PROMISED = {
    "bluecore_consumer_events_consumed_total": {"topic"},
    "bluecore_consumer_events_total": {"topic", "event_type", "outcome"},
    "bluecore_consumer_dead_letters_total": {"reason"},
    "bluecore_consumer_http_requests_total": {"status"},
    "bluecore_consumer_http_request_duration_seconds_count": set(),
    "bluecore_consumer_http_in_flight": set(),
    "bluecore_consumer_concurrency_limit": set(),
    "bluecore_consumer_circuit_open": set(),
    "bluecore_consumer_event_age_seconds_count": {"stage"},
    "bluecore_consumer_oldest_undelivered_age_seconds": {"topic"},
    "bluecore_consumer_consumer_lag": {"topic", "partition"},
    "bluecore_consumer_build_info": {"version"},
}


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def metrics(registry: CollectorRegistry) -> Metrics:
    return Metrics(registry)


def series(registry: CollectorRegistry, name: str) -> list[dict[str, str]]:
    return [sample.labels for metric in registry.collect() for sample in metric.samples if sample.name == name]


def test_every_promised_metric_has_its_name_and_labels(registry: CollectorRegistry, metrics: Metrics) -> None:
    metrics.prepare({"shop.orders": [("", "purchase")]})
    metrics.oldest_undelivered_age["", "shop.orders"].set(0)
    metrics.consumer_lag["shop.orders", "0"].set(0)
    found = {name: set(series(registry, name)[0]) for name in PROMISED if series(registry, name)}
    assert found == PROMISED


def test_every_metric_says_what_it_means(registry: CollectorRegistry, metrics: Metrics) -> None:
    del metrics
    assert [metric.name for metric in registry.collect() if not metric.documentation.strip()] == []


def test_build_info_carries_the_version(registry: CollectorRegistry, metrics: Metrics) -> None:
    del metrics
    assert registry.get_sample_value("bluecore_consumer_build_info", {"version": __version__}) == 1


@pytest.mark.parametrize("reason", list(Reason))
def test_each_dead_letter_reason_is_there_at_zero(
    registry: CollectorRegistry, metrics: Metrics, reason: Reason
) -> None:
    del metrics
    assert registry.get_sample_value("bluecore_consumer_dead_letters_total", {"reason": reason}) == 0


@pytest.mark.parametrize("event_type", ["purchase", ""])
@pytest.mark.parametrize("outcome", ["delivered", "retry", "dead_letter", "skipped"])
def test_a_prepared_route_has_every_outcome_at_zero(
    registry: CollectorRegistry, metrics: Metrics, event_type: str, outcome: str
) -> None:
    metrics.prepare({"shop.orders": [("", "purchase")]})
    labels = {"topic": "shop.orders", "event_type": event_type, "outcome": outcome}
    assert registry.get_sample_value("bluecore_consumer_events_total", labels) == 0


def test_gauges_of_a_revoked_partition_disappear(registry: CollectorRegistry, metrics: Metrics) -> None:
    for number in (0, 1):
        metrics.consumer_lag["shop.orders", str(number)].set(5)
        metrics.unread_records["shop.orders", str(number)].set(5)
        metrics.settled_map_bytes["shop.orders", str(number)].set(5)
    metrics.oldest_undelivered_age["", "shop.orders"].set(5)

    metrics.retain_partitions([("shop.orders", 1)])
    assert series(registry, "bluecore_consumer_consumer_lag") == [{"topic": "shop.orders", "partition": "1"}]
    assert len(series(registry, "bluecore_consumer_unread_records")) == 1
    assert len(series(registry, "bluecore_consumer_settled_map_bytes")) == 1
    assert len(series(registry, "bluecore_consumer_oldest_undelivered_age_seconds")) == 1

    metrics.retain_partitions([])
    assert series(registry, "bluecore_consumer_consumer_lag") == []
    assert series(registry, "bluecore_consumer_oldest_undelivered_age_seconds") == []


def test_a_partition_that_comes_back_is_reported_again(registry: CollectorRegistry, metrics: Metrics) -> None:
    metrics.consumer_lag["shop.orders", "0"].set(5)
    metrics.retain_partitions([])
    metrics.consumer_lag["shop.orders", "0"].set(7)
    labels = {"topic": "shop.orders", "partition": "0"}
    assert registry.get_sample_value("bluecore_consumer_consumer_lag", labels) == 7


@pytest.mark.parametrize("status", ["202", "401", "403", "429", "500", "503", "error"])
def test_the_first_answer_of_a_kind_that_alerts_ask_for_is_seen_as_a_rise(
    registry: CollectorRegistry, metrics: Metrics, status: str
) -> None:
    """A series that begins at 1 has no rate."""
    del metrics
    assert registry.get_sample_value("bluecore_consumer_http_requests_total", {"status": status}) == 0
