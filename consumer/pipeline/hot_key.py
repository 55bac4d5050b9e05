"""A hot key: so many records of one key that they hold up all that is behind them, as they go one after the other."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

import structlog

from consumer.delivery.task import PartitionState
from consumer.telemetry.health import Health
from consumer.telemetry.incidents import Incidents
from consumer.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

_MANY = 100
"""Records of one key that wait: what a customer does in a day is less."""
_TELL_AGAIN_SECONDS = 600.0


class HotKey:
    """Shows the longest queue of one key, and tells of it when it is long; keys are hashed."""

    def __init__(self, metrics: Metrics, health: Health, name_of: Callable[[str], str]) -> None:
        """Begin without one.

        Args:
            metrics: where the length is shown.
            health: where the key is shown.
            name_of: makes of a key the name that may stand in a log.
        """
        self._metrics = metrics
        self._health = health
        self._name_of = name_of
        self._incidents = Incidents(_TELL_AGAIN_SECONDS)

    def look(self, states: Iterable[PartitionState], now: float) -> None:
        """One look at every queue; what waits for its redelivery waits for its time, and does not count."""
        longest, key, home = 0, None, None
        for state in states:
            if state.redelivers:
                continue
            for each, lane in state.lanes.lanes.items():
                if len(lane.queue) > longest:
                    longest, key, home = len(lane.queue), each, state.partition
        self._metrics.longest_lane.set(longest)
        if home is None or longest < _MANY:
            self._health.detail("hot_key", "ok")
            return
        name = self._name_of(_text(key))
        self._health.detail("hot_key", f"{longest} records of the key {name} wait in {home}, one after the other")
        if self._incidents.happened((key, home), now) is not None:
            log.warning(
                "many records of one key wait: they go one after the other, and hold up what is behind them",
                key=name,
                topic=home.topic,
                partition=home.number,
                waiting=longest,
            )


def _text(key: Hashable) -> str:
    """A lane's key is the record's, one of both classes with its class; `None` is a whole partition."""
    raw = key[0] if isinstance(key, tuple) else key
    return raw.decode(errors="replace") if isinstance(raw, bytes) else str(raw)
