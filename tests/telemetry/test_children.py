"""Labelled series: made when asked for, bounded in number, gone when no longer ours."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter

from consumer.telemetry.children import Children


def counted(limit: int) -> tuple[CollectorRegistry, Children[str, Counter]]:
    registry = CollectorRegistry()
    return registry, Children(Counter("events", "Events.", ["kind"], registry=registry), limit)


def kinds(registry: CollectorRegistry) -> dict[str, float]:
    samples = [sample for metric in registry.collect() for sample in metric.samples]
    return {sample.labels["kind"]: sample.value for sample in samples if sample.name == "events_total"}


def test_ten_thousand_values_share_a_bounded_number_of_series() -> None:
    registry, children = counted(limit=100)
    for number in range(10_000):
        children[f"kind-{number}"].inc()
    assert len(kinds(registry)) == 101
    assert kinds(registry)["other"] == 9_900


def test_the_same_labels_are_the_same_series() -> None:
    registry, children = counted(limit=100)
    children["a"].inc()
    children["a"].inc()
    assert kinds(registry) == {"a": 2}


def test_prepared_series_are_there_at_zero() -> None:
    registry, children = counted(limit=100)
    children.prepare(["a", "b"])
    assert kinds(registry) == {"a": 0, "b": 0}


def test_what_is_not_retained_is_gone() -> None:
    registry, children = counted(limit=100)
    children.prepare(["a", "b"])
    children.retain(["b", "never made"])
    assert kinds(registry) == {"b": 0}
