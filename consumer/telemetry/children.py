"""The labelled series of one metric, cheap to reach and bounded in number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from prometheus_client.metrics import MetricWrapperBase

MAX_SERIES = 4000
OVERFLOW = "other"

Key = TypeVar("Key", bound=str | tuple[str, ...])
Metric = TypeVar("Metric", bound=MetricWrapperBase)


class Children(dict[Key, Metric], Generic[Key, Metric]):
    """The labelled series of one metric, by label value (a tuple when there are several labels).

    A series is made when it is first asked for; after that, an increment costs a look-up in a dict. Beyond
    `limit` series, new label values share one series labelled `other`: no mistake elsewhere floods Prometheus.
    """

    def __init__(self, metric: Metric, limit: int = MAX_SERIES, *, unnamed: bool = False) -> None:
        """Begin without a series.

        Args:
            metric: the metric.
            limit: how many series there may be.
            unnamed: the first value of each key, which is always the same, is no label of the metric.
        """
        super().__init__()
        self._metric: Metric = metric
        self._limit = limit
        self._first = int(unnamed)

    def __missing__(self, key: Key) -> Metric:
        values = self._values(key)
        if len(self) >= self._limit:
            return self._metric.labels(*(OVERFLOW for _ in values))
        child = self[key] = self._metric.labels(*values) if values else self._metric
        return child

    def _values(self, key: Key) -> tuple[str, ...]:
        return ((key,) if isinstance(key, str) else key)[self._first :]

    def prepare(self, keys: Iterable[Key]) -> None:
        """Make these series present, at zero."""
        for key in keys:
            self[key]

    def retain(self, keys: Iterable[Key]) -> None:
        """Remove every series but these: what is no longer ours must not be reported at its last value."""
        for key in set(self) - set(keys):
            del self[key]
            self._metric.remove(*self._values(key))
