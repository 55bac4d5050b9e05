"""What the configuration holds back on purpose, and that nobody shall forget: told at the start and by the probes."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from consumer.config.model import Config
from consumer.config.route import RouteConfig
from consumer.mapping.recipients import Recipients
from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)


def is_paused(routes: Sequence[RouteConfig], topic: str) -> bool:
    """Whether a topic is not to be read: any of its routes is paused, for its offsets are committed for all of them.

    That a route reads it too that is not paused is refused, but for two patterns: those the brokers' topics decide.
    """
    return any(route.paused and route.takes(topic) for route in routes)


def tell_held_back(config: Config, health: Health, metrics: Metrics, recipients: Recipients | None) -> None:
    """Warns in the log, and shows it in `/readyz`, where it changes nothing, and as a metric."""
    paused = list(dict.fromkeys(route.topic or route.topic_pattern or "" for route in config.routes if route.paused))
    if paused:
        log.warning("these topics are not read: their routes are paused", topics=paused)
        health.detail("paused", ", ".join(paused))
        for topic in (route.topic for route in config.routes if route.paused and route.topic):
            metrics.topic_paused[topic].set(1)
    if recipients is not None:
        by_name = {name: len(each.only_emails) for name, each in config.endpoints.items() if each.only_emails}
        listed = sum(by_name.values())
        named = {"destinations": list(by_name)} if any(by_name) else {}
        log.warning(
            "only the customers of bluecore.only_emails get events: all others are skipped", listed=listed, **named
        )
        health.detail("only_emails", f"{listed} listed, all others are skipped")
        recipients.on_withheld = metrics.events_withheld.inc
