"""What is held back: destinations that are away, and routes whose records are mostly refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import structlog

from consumer.config.endpoints import is_rest
from consumer.delivery.engine import Engine
from consumer.delivery.held_routes import DEAD_LETTER_FLOOD, Route
from consumer.records import NoAnswer
from consumer.telemetry.health import Health
from consumer.telemetry.masking import without_phones
from consumer.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

_LONGEST_WHY = 500  # characters
_ADVICE: Final[Mapping[str, str]] = {
    "http_401": "a new token was refused, too: check rest_api.client_id, client_secret and audience",
    "http_403": "the key lacks a right, or does not cover the namespace: look at it in Bluecore's Developer Portal",
    "http_404": "there is no such namespace for this key, or rest_api.url is another's: check both",
    "token": "no access token is to be had: check rest_api.token_url, client_id and client_secret",
}
"""By the cause of an outage of a REST API."""


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
        told = [f"{name}: {cause}{self._why(name, cause)}" if name else cause for name, cause in causes.items()]
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
            if is_rest(destination):
                named |= self._of_rest(destination, cause)
            log.error(what, cause=cause, url=self._addresses.get(destination, ""), **named)
        else:
            log.info("Bluecore accepts events again", **named)

    def _why(self, endpoint: str, cause: str) -> str:
        """Of a REST API, in the detail: without a token our own sentence, else what to do."""
        if not is_rest(endpoint):
            return ""
        own = self._of_rest(endpoint, cause)
        why = own.get("said" if cause == NoAnswer.TOKEN else "advice") or own.get("advice")
        return f" ({why})" if why else ""

    def _of_rest(self, endpoint: str, cause: str) -> dict[str, str]:
        """What a REST API says of itself, and what to do: its answers are for developers, and young."""
        said = without_phones(self._engine.endpoints[endpoint].gates.said[:_LONGEST_WHY])
        advice = _ADVICE.get(cause, "")
        return {name: text for name, text in (("said", said), ("advice", advice)) if text}

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
