"""What the pipeline tells the outside: metrics, health, and one log line an incident."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import structlog

from consumer.delivery.engine import FLOOD, Engine
from consumer.delivery.task import Commit, Settlement
from consumer.records import Outcome, Partition, Record
from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.stopwatch import Stopwatch

log = structlog.get_logger(__name__)

_INTERVAL = 1.0
_AGES_INTERVAL = 5.0


class HasOutage(Protocol):
    @property
    def outage(self) -> str | None:
        """What is wrong now; None while nothing is known to be."""


class Reporter:
    """Counts what happens as it happens, and the state of the engine once a second."""

    def __init__(
        self, metrics: Metrics, health: Health, watch: Stopwatch, engine: Engine, registry: HasOutage | None = None
    ) -> None:
        self._metrics = metrics
        self._health = health
        self._engine = engine
        self._registry = registry
        self.watch = watch
        self.records: Counter[Outcome] = Counter()
        """How many records were settled, by what became of them."""
        self._next = self._next_ages = 0.0
        self._counted_duplicates = 0
        self._cause = ""

    def consumed(self, records: Sequence[Record], now: float) -> None:
        if not records:
            return
        metrics, age = self._metrics, self._metrics.event_age["consumed"]
        for record in records:
            metrics.events_consumed[record.partition.topic].inc()
            if record.event_time_ms is not None:
                age.observe(max(0.0, now - record.event_time_ms / 1000))

    def settled(self, settlements: Sequence[Settlement], now: float) -> None:
        metrics = self._metrics
        for settlement in settlements:
            record, failure = settlement.record, settlement.failure
            self.records[settlement.outcome] += 1
            topic = record.origin.topic
            for number, event in enumerate(settlement.events):
                outcome = Outcome.DELIVERED if number < settlement.delivered else settlement.outcome
                metrics.events[topic, event, outcome].inc()
            if settlement.outcome is Outcome.DELIVERED and record.event_time_ms is not None:
                metrics.event_age["delivered"].observe(max(0.0, now - record.event_time_ms / 1000))
            if settlement.outcome is Outcome.DEAD_LETTER and failure is not None:
                metrics.dead_letters[failure.reason].inc()

    def committing(self, commits: Sequence[Commit]) -> None:
        self._metrics.commits["ok"].inc()
        for commit in commits:
            key = (commit.partition.topic, str(commit.partition.number))
            self._metrics.settled_map_bytes[key].set(len(commit.metadata))

    def commit_failed(self, partitions: Sequence[Partition], error: str) -> None:
        self._metrics.commits["failed"].inc()
        log.warning("a commit failed; it is repeated", partitions=list(map(str, partitions)), error=error)

    def write_failed(self, error: str) -> None:
        self._metrics.dead_letter_produce_failures.inc()
        log.error("a failed record could not be written; it stays unsettled and is written again", error=error)

    def rebalanced(self, kind: str, partitions: Sequence[Partition], assigned: Sequence[Partition]) -> None:
        self._metrics.rebalances[kind].inc()
        self._metrics.retain_partitions(assigned)
        changed = list(map(str, sorted(partitions)))
        log.info("partitions changed", change=kind, partitions=changed, assigned=len(assigned))
        if kind == "assigned":
            self._health.ready(True)

    def leaving(self) -> None:
        self._health.ready(False, "draining")
        log.info("stopping: finishing what is in flight")

    def left(self) -> None:
        log.info("stopped", unsettled=self._engine.buffer.records)

    def state(self, now: float) -> None:
        """The engine's state, at most once a second."""
        self._health.tick(now)
        self._circuit()
        if now < self._next:
            return
        self._next = now + _INTERVAL
        engine, metrics = self._engine, self._metrics
        metrics.http_in_flight.set(engine.in_flight)
        metrics.concurrency_limit.set(engine.concurrency.limit)
        buffers = (engine.buffer, engine.redelivery_buffer)
        metrics.in_memory_records.set(sum(buffer.records for buffer in buffers))
        metrics.in_memory_bytes.set(sum(buffer.bytes for buffer in buffers))
        metrics.intake_stopped["memory"].set(engine.buffer.level >= 1)
        metrics.duplicates_skipped.inc(engine.duplicates_skipped - self._counted_duplicates)
        self._counted_duplicates = engine.duplicates_skipped
        outage = None if self._registry is None else self._registry.outage
        metrics.registry_up.set(outage is None)
        metrics.intake_stopped["registry"].set(outage is not None)
        self._health.detail("registry", outage or "ok")
        if now >= self._next_ages:
            self._next_ages = now + _AGES_INTERVAL
            for topic, oldest_ms in engine.oldest().items():
                age = 0.0 if oldest_ms is None else max(0.0, now - oldest_ms / 1000)
                metrics.oldest_undelivered_age[topic].set(age)

    def _circuit(self) -> None:
        breaker = self._engine.breaker
        if breaker.cause == self._cause:
            return
        self._cause = breaker.cause
        self._metrics.circuit_open.set(breaker.open and breaker.cause != FLOOD)
        self._metrics.intake_stopped["dead_letters"].set(breaker.cause == FLOOD)
        self._health.detail("circuit", breaker.cause or "closed")
        if breaker.cause == FLOOD:
            log.error("most records are dead letters: the intake is stopped and probes one record at a time")
        elif breaker.open:
            log.error("Bluecore is out of order: sending is paused and probed", cause=breaker.cause)
        else:
            log.info("Bluecore accepts events again")
