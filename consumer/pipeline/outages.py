"""What is held back: destinations that are away, and routes whose records are mostly refused."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from consumer.delivery.engine import Engine
from consumer.delivery.held_routes import DEAD_LETTER_FLOOD, Route
from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

_LONGEST_WHY = 500  # characters


class Outages:
    """Tells of each when it begins and when it ends; `addresses`: those of the destinations."""

    def __init__(self, metrics: Metrics, health: Health, engine: Engine, addresses: Mapping[str, str]) -> None:
        self._metrics = metrics
        self._health = health
        self._engine = engine
        self._addresses = addresses
        self._causes: dict[str, str] = {}
        """By destination, why its breaker is open."""
        self._open: dict[str, bool] = {}
        self._held: frozenset[Route] = frozenset()
        health.detail("circuit", "closed")
        health.detail("held", "ok")

    def show(self) -> None:
        """What has begun or ended since the last time."""
        endpoints, holding = self._engine.endpoints, frozenset(self._engine.partitions.held_routes.holding)
        causes = {}
        for name, endpoint in endpoints.items():
            breaker = endpoint.gates.breaker
            if breaker.open != self._open.get(name, False):
                self._open[name] = breaker.open
                self._metrics.circuit_open[name,].set(breaker.open)
            # One record that is refused for ever, among others that pass, is no outage to tell of.
            if breaker.cause and not breaker.doubtful:
                causes[name] = breaker.cause
        if (causes, holding) == (self._causes, self._held):
            return
        self._metrics.intake_stopped["dead_letters"].set(bool(holding))
        told = [f"{name}: {cause}" if name else cause for name, cause in causes.items()]
        self._health.detail("circuit", ", ".join(told) or (DEAD_LETTER_FLOOD if holding else "closed"))
        for name in endpoints:
            self._tell_of_circuit(name, self._causes.get(name, ""), causes.get(name, ""))
        self._causes = causes
        self._tell_of_routes(holding)

    def _tell_of_circuit(self, destination: str, before: str, cause: str) -> None:
        if cause == before:
            return
        named = {"destination": destination} if destination else {}
        if cause:
            what = "Bluecore is unavailable: sending is paused and probed"
            log.error(what, cause=cause, url=self._addresses.get(destination, ""), **named)
        else:
            log.info("Bluecore accepts events again", **named)

    def _tell_of_routes(self, holding: frozenset[Route]) -> None:
        routes = self._engine.partitions.held_routes
        for route in sorted(holding - self._held):
            self._metrics.route_held[route.destination, route.topic, route.event, routes.field(route)].set(1)
            what = "refused by Bluecore" if route.sent else "not to be mapped"
            log.error(
                "most records of a route are dead letters: it is held where it stands, and the others go on",
                topic=route.topic,
                event_type=route.event or "unknown",
                destination=route.destination or None,
                records=what,
                # Of a flood that comes all at once, no dead letter is written that could be looked at.
                why=routes.why(route)[:_LONGEST_WHY] or None,
            )
        for route in sorted(self._held - holding):
            named = {"destination": route.destination} if route.destination else {}
            log.info("a route goes on that was held", topic=route.topic, event_type=route.event or "unknown", **named)
            self._metrics.route_released(route.destination, route.topic, route.event)
        self._held = holding
        told = (
            f"{each.topic} ({each.event or 'unknown'}{f' for {each.destination}' if each.destination else ''}):"
            f" {routes.why(each)[:_LONGEST_WHY]}"
            for each in holding
        )
        self._health.detail("held", "; ".join(sorted(told)) or "ok")
