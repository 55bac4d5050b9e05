"""Records of the retry topic that nothing can be done with, as their destination is none of the configuration's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import structlog

from consumer.telemetry.health import Health
from consumer.telemetry.incidents import OTHERS
from consumer.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

_MOST_NAMES = 20
"""The names stand in headers, into which whoever may write to the topic writes what they like."""


class RemovedDestinations:
    """Tells of a destination when the first such record is read, and shows how many there are until they are gone."""

    def __init__(self, metrics: Metrics, health: Health) -> None:
        self._metrics = metrics
        self._health = health
        self._shown: Counter[str] = Counter()
        """By name, those beyond the first together; with those that are gone."""

    def show(self, removed: Mapping[str, int]) -> None:
        """`removed`: by destination, how many records are left."""
        if not (removed or self._shown):
            return
        counts: Counter[str] = Counter(dict.fromkeys(self._shown, 0))
        for destination, count in removed.items():
            known = destination in counts or len(counts) < _MOST_NAMES
            counts[destination if known else OTHERS] += count
        if counts == self._shown and counts.keys() == self._shown.keys():
            return
        for destination, count in counts.items():
            self._metrics.destination_removed[destination].set(count)
            if count and not self._shown[destination]:
                log.warning(
                    "records in the retry topic are for a destination that the configuration does not have:"
                    " they are left where they are, until it is back or `dead-letters move` moves them",
                    destination=destination or "bluecore",
                )
        self._shown = counts
        told = ", ".join(sorted(destination or "bluecore" for destination, count in counts.items() if count))
        self._health.detail("removed_destinations", told or "none")
