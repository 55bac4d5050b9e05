"""Routed topics that the brokers do not have: misspelt, not made yet, or deleted."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

_TELL_AGAIN_SECONDS = 3600.0


class MissingTopics:
    """Told for as long as they are missing. Kafka's client tells it in one of the two group protocols only."""

    def __init__(self, metrics: Metrics, health: Health, named: Iterable[str]) -> None:
        """Begin with nothing missing.

        Args:
            metrics: where each topic has a series.
            health: where the missing ones are shown.
            named: the topics that are read by their name; those of a pattern are there, or are no match.
        """
        self._metrics = metrics
        self._health = health
        self._told_at: dict[str, float] = {}
        """By topic that is missing, when that was told last."""
        metrics.topic_missing.prepare(named)
        health.detail("topics", "ok")

    def observe(self, missing: frozenset[str], now: float) -> None:
        """The brokers were asked, and do not have these; `now` in seconds."""
        for topic in sorted(missing):
            if topic not in self._told_at:
                self._metrics.topic_missing[topic].set(1)
            if now - self._told_at.get(topic, float("-inf")) >= _TELL_AGAIN_SECONDS:
                self._told_at[topic] = now
                log.error(
                    "the brokers have no topic of this name, or none that we may see: nothing is read of it; "
                    "create it, correct the route, or allow this user to describe it",
                    topic=topic,
                )
        for topic in sorted(self._told_at.keys() - missing):
            del self._told_at[topic]
            self._metrics.topic_missing[topic].set(0)
            log.info("the topic is there now", topic=topic)
        self._health.detail("topics", f"not there: {', '.join(sorted(missing))}" if missing else "ok")
