"""The state of the engine, as the metrics show it: once a second, the ages of the oldest records every five."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from consumer.avro.schema_ids import SchemaId
from consumer.config.destinations import UNNAMED
from consumer.delivery.engine import Engine
from consumer.delivery.throttle import Throttle
from consumer.pipeline.caches import NO_CACHES, Caches
from consumer.pipeline.hot_key import HotKey
from consumer.pipeline.lag import Lag
from consumer.pipeline.phases import HeldByQuota, SlowAnswers, Throttled
from consumer.pipeline.removed_destinations import RemovedDestinations
from consumer.telemetry.health import Health
from consumer.telemetry.incidents import Incidents
from consumer.telemetry.metrics import Metrics, StopCause
from consumer.telemetry.read_errors import ReadErrors

log = structlog.get_logger(__name__)

_INTERVAL = 1.0
_AGES_INTERVAL = 5.0
_OF_SCHEMAS = frozenset({"registry", "keys", "unknown_schema"})


class HasOutage(Protocol):
    @property
    def outage(self) -> str | None:
        """What is wrong now; None while nothing is known to be."""

    @property
    def key_outage(self) -> str | None:
        """The same of where the keys of encrypted fields are."""

    @property
    def unknown_ids(self) -> Mapping[SchemaId, str]:
        """The schema ids that are unknown and asked for again, with what is to be said of each."""


class HasOldest(Protocol):
    def oldest(self) -> Mapping[str, int]:
        """By topic, the event time (ms since the epoch) of the oldest record that waits there."""


class EngineGauges:
    """Reads the engine, the registry's state and the records that wait for a schema."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it reads and what it shows, handed in
        self,
        metrics: Metrics,
        health: Health,
        engine: Engine,
        registry: HasOutage | None,
        intake: HasOldest | None,
        lag: Lag | None = None,
        caches: Caches = NO_CACHES,
        name_of: Callable[[str], str] = lambda _: "",
        read_errors: ReadErrors | None = None,
    ) -> None:
        self._metrics = metrics
        self._health = health
        self._engine = engine
        self._registry = registry
        self._intake = intake
        self._lag = lag
        self._caches = caches
        self._read_errors = read_errors
        self._hot_key = HotKey(metrics, health, name_of)
        self._throttled = Throttled(health)
        self._held_by_quota = HeldByQuota(health)
        self._slow_answers = SlowAnswers(metrics, health)
        self._changed = False
        self._incidents = Incidents()
        self._next = self._next_ages = 0.0
        self._counted_duplicates = self._counted_resent = self._counted_receipts = 0
        self._counted_unwritten = self._counted_rewrites = 0
        self._counted_held: dict[str, float] = {}
        self._capped: dict[str, float] = {}
        """By destination, as are those before."""
        self._removed = RemovedDestinations(metrics, health)

    def show_ages_next(self) -> None:
        """The topics have changed: their ages and their lag are shown with the next `show`."""
        self._next = self._next_ages = 0.0
        self._changed = True

    def show(self, now: float) -> None:
        """Nothing within a second of the last time."""
        if now < self._next:
            return
        self._next = now + _INTERVAL
        engine, metrics = self._engine, self._metrics
        for name in self._engine.destinations:
            metrics.concurrency_limit[name,].set(engine.endpoints[name].gates.concurrency.limit)
        budgets = (engine.partitions.buffer.memory, engine.partitions.buffer.redelivery_memory)
        metrics.in_memory_records.set(sum(budget.records for budget in budgets))
        metrics.in_memory_bytes.set(sum(budget.bytes for budget in budgets))
        for name, usage_of in self._caches.items():
            usage = usage_of()
            metrics.cache_bytes[name].set(usage.bytes)
            metrics.cache_entries[name].set(usage.entries)
        self._count(now)
        self._stops()
        if self._lag is not None:
            self._lag.show(now, changed=self._changed)
            self._changed = False
        if now >= self._next_ages:
            self._next_ages = now + _AGES_INTERVAL
            self._ages(now)
            self._hot_key.look(engine.partitions.states, now)

    def _count(self, now: float) -> None:
        """What the engine counts for itself: the difference to what was counted before."""
        engine, metrics = self._engine, self._metrics
        metrics.duplicates_skipped.inc(engine.duplicates_skipped - self._counted_duplicates)
        self._counted_duplicates = engine.duplicates_skipped
        metrics.http_retries.inc(engine.resent - self._counted_resent)
        self._counted_resent = engine.resent
        metrics.dead_letter_produce_failures.inc(engine.unwritten - self._counted_unwritten)
        self._counted_unwritten = engine.unwritten
        metrics.dead_letter_rewrite_failures.inc(engine.rewrites_failed - self._counted_rewrites)
        self._counted_rewrites = engine.rewrites_failed
        if engine.receipts is not None:
            metrics.receipts.inc(engine.receipts.written - self._counted_receipts)
            self._counted_receipts = engine.receipts.written
        for name in self._engine.destinations:
            self._count_holds(name, engine.endpoints[name].gates.throttle, now)
        self._removed.show(engine.removed)
        self._throttled.look(max(self._counted_held.values(), default=0.0), now)
        waiting = {name: each for name, each in engine.endpoints.items() if each.memory.records > each.in_flight}
        holding = {name: each.gates.throttle.held_by_quota(now) for name, each in waiting.items()}
        self._held_by_quota.look({name: held for name, held in holding.items() if held is not None}, now)
        self._slow_answers.look(now)

    def _count_holds(self, destination: str, throttle: Throttle, now: float) -> None:
        held = throttle.held_seconds(now)
        self._metrics.endpoint_held_seconds[destination,].inc(
            max(0.0, held - self._counted_held.get(destination, 0.0))
        )
        self._counted_held[destination] = held
        if (capped := throttle.capped) != self._capped.get(destination, 0.0):
            self._capped[destination] = capped
            if self._incidents.happened(("capped", destination), now) is not None:
                named = {"destination": destination} if destination else {}
                log.warning(
                    "Bluecore asked for a longer wait than delivery.max_hold_seconds allows; it was cut to that",
                    asked_seconds=round(capped, 1),
                    **named,
                )

    def _stops(self) -> None:
        registry, receipts = self._registry, self._engine.receipts
        away = any(each.gates.breaker.open for each in self._engine.endpoints.values())
        paused = self._engine.partitions.paused
        # Redeliveries have a buffer of their own, which is full for hours after an outage: the topics flow meanwhile.
        full = [each for each in paused if not (each.held or each.map_full or each.draining or each.redelivers)]
        unwritten = "" if receipts is None else receipts.error
        # What a route of theirs holds back fills their share, and leaves the others theirs.
        own_share = [each.partition.topic for each in full if each.held_lanes]
        in_flood = {route.topic for route in self._engine.partitions.held_routes.holding}
        explained = away or bool(unwritten)
        outage = None if registry is None else registry.outage
        key_outage = None if registry is None else registry.key_outage
        awaited = {} if registry is None else registry.unknown_ids
        stopped: dict[StopCause, bool] = {
            "memory": len(own_share) < len(full) and not explained,
            "route_rate": not in_flood.issuperset(own_share) and not explained,
            "receipts": bool(full) and bool(unwritten),
            "circuit_open": bool(full) and away,
            "settled_map": any(each.map_full for each in paused),
            "registry": outage is not None,
            "keys": key_outage is not None,
            "unknown_schema": bool(awaited),
        }
        for cause, is_so in stopped.items():
            self._metrics.intake_stopped[cause].set(is_so)
        self._metrics.registry_up.set(outage is None)
        self._metrics.unknown_schemas.set(len(awaited))
        self._health.detail("keys", key_outage or "ok")
        self._health.detail("registry", outage or next(iter(awaited.values()), "ok"))
        self._health.detail("failed_records", self._engine.write_error or "written")
        if receipts is not None:
            self._health.detail("receipts", unwritten or "written")
        if self._read_errors is not None:
            # A registry that is down stops nothing whose schemas are known.
            waits = any(each.held for each in paused)
            self._read_errors.paused(
                tuple(cause for cause, is_so in stopped.items() if is_so and (waits or cause not in _OF_SCHEMAS))
            )

    def _ages(self, now: float) -> None:
        waiting = {} if self._intake is None else self._intake.oldest()
        found = self._engine.partitions.oldest()
        for topic in {topic for _, topic in found}:
            # Where it goes is not known before it is decoded.
            times = [time for time in (found.get((UNNAMED, topic)), waiting.get(topic)) if time is not None]
            found[UNNAMED, topic] = min(times, default=None)
        shown = self._metrics.oldest_undelivered_age
        for key in {*found, *shown}:
            oldest_ms = found.get(key)
            shown[key].set(0.0 if oldest_ms is None else max(0.0, now - oldest_ms / 1000))
