"""Histograms that take batches look to Prometheus like prometheus_client's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client import Histogram as TheirHistogram

from consumer.telemetry.histograms import HistogramFamily

BOUNDS = (0.1, 0.5, 1, 300, 7 * 86400)


@given(st.lists(st.lists(st.sampled_from([0, 0.1, 0.3, 0.5, 1, 299.5, 1e6, 1e9]))))
def test_the_page_is_the_same_to_the_letter(batches: list[list[float]]) -> None:
    """Names, labels, bounds, counts and sums; a value on a bound is below it; an empty batch is none."""
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    series = HistogramFamily("age_seconds", "Age.", BOUNDS, ("stage",), ours).series("consumed")
    single = TheirHistogram("age_seconds", "Age.", ("stage",), registry=theirs, buckets=BOUNDS).labels("consumed")
    for batch in batches:
        series.observe_many(batch)
        for value in batch:
            single.observe(value)
    # The order in which floats are added shows in their last digit.
    assert _rounded(ours) == _rounded(theirs)


def _rounded(registry: CollectorRegistry) -> str:
    lines = generate_latest(registry).decode().splitlines()
    return "\n".join(
        f"{name} {round(float(value), 3)}" if "_sum" in name else f"{name} {value}"
        for name, _, value in (line.rpartition(" ") for line in lines)
    )


def test_one_value_counts_like_a_batch_of_one() -> None:
    registry = CollectorRegistry()
    series = HistogramFamily("age_seconds", "Age.", BOUNDS, (), registry).series()
    series.observe(0.3)
    series.observe_many([0.3])
    assert registry.get_sample_value("age_seconds_bucket", {"le": "0.5"}) == 2
    assert registry.get_sample_value("age_seconds_bucket", {"le": "0.1"}) == 0


def test_a_series_is_there_at_zero_before_its_first_value() -> None:
    registry = CollectorRegistry()
    HistogramFamily("age_seconds", "Age.", BOUNDS, ("stage",), registry).series("delivered")
    assert registry.get_sample_value("age_seconds_count", {"stage": "delivered"}) == 0


def test_a_name_that_is_taken_is_refused() -> None:
    registry = CollectorRegistry()
    HistogramFamily("age_seconds", "Age.", BOUNDS, (), registry)
    with pytest.raises(ValueError, match="age_seconds"):
        HistogramFamily("age_seconds", "Age.", BOUNDS, (), registry)
