"""Histograms that take a whole batch at a time: prometheus_client's own costs a lock and a search for every value."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate
from threading import Lock
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import INF, floatToGoString


class Histogram:
    """One series."""

    __slots__ = ("_bounds", "_counts", "_lock", "_sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        """Begin at zero.

        Args:
            bounds: the upper bounds of the buckets, ascending, without the infinite one.
        """
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0
        self._lock = Lock()

    def observe(self, value: float) -> None:
        self.observe_many((value,))

    def observe_many(self, values: Sequence[float]) -> None:
        """Count each value in the lowest bucket whose bound is not below it."""
        bounds, counts = self._bounds, self._counts
        # A scrape, in a thread of its own, sees the batch whole or not at all.
        with self._lock:
            for value in values:
                counts[bisect_left(bounds, value)] += 1
            self._sum += sum(values)

    def read(self) -> tuple[list[int], float]:
        """How many values there were up to each bound, infinity included, and the sum of all."""
        with self._lock:
            return list(accumulate(self._counts)), self._sum


class HistogramFamily(Collector):
    """The series of one histogram, by the values of its labels; shown as prometheus_client shows its own."""

    def __init__(
        self, name: str, meaning: str, bounds: Sequence[float], labels: Sequence[str], registry: CollectorRegistry
    ) -> None:
        """Register the family.

        Args:
            name: the metric's.
            meaning: its help text.
            bounds: the upper bounds of the buckets, ascending, without the infinite one.
            labels: their names.
            registry: where it is shown.

        Raises:
            ValueError: the registry has the name already.
        """
        self._name = name
        self._meaning = meaning
        self._bounds: Final = tuple(map(float, bounds))
        self._labels = labels
        self._series: dict[tuple[str, ...], Histogram] = {}
        registry.register(self)

    def series(self, *values: str) -> Histogram:
        """A new series with these values of the labels, shown at zero from now on."""
        added = self._series[values] = Histogram(self._bounds)
        return added

    def describe(self) -> Iterable[HistogramMetricFamily]:
        return [HistogramMetricFamily(self._name, self._meaning, labels=self._labels)]

    def collect(self) -> Iterable[HistogramMetricFamily]:
        (family,) = self.describe()
        edges = [floatToGoString(bound) for bound in (*self._bounds, INF)]  # type: ignore[no-untyped-call]  # prometheus_client's
        for values, series in self._series.items():
            counts, total = series.read()
            family.add_metric(values, list(zip(edges, counts, strict=True)), total)
        return [family]
