"""One process of the service, made of the real parts and of the simulated ports."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import orjson
from prometheus_client import CollectorRegistry

from consumer.age import AgeLimit
from consumer.avro.errors import SchemaPending
from consumer.backoff import Backoff
from consumer.delivery.breaker import BreakerPolicy
from consumer.delivery.concurrency import ConcurrencyPolicy
from consumer.delivery.engine import Engine
from consumer.delivery.parts import CONSENT_STEP
from consumer.delivery.policy import DeliveryPolicy
from consumer.pipeline.intake import Intake
from consumer.pipeline.reporter import Reporter
from consumer.pipeline.service import Service
from consumer.records import EventRequest, Mapped, Partition, Reason, Record, Reject, Send, Skip, Stage
from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.stopwatch import Stopwatch
from tests.simulation.ports import CONSENT_TOPIC, MAX_AGE, RETRY, Net, SimClient, SimPublisher, SimSource, SimWatch

POLICY = DeliveryPolicy(
    concurrency=ConcurrencyPolicy(maximum=8, initial=4),
    attempts=3,
    backoff=Backoff(0.2, 2),
    delays=(2, 5, 8),
    retry_topic=RETRY,
    ordered_events=frozenset({"customer_patch", "optin", "unsubscribe"}),
    max_age=AgeLimit(MAX_AGE),
    buffered_records=30,
    breaker=BreakerPolicy(failures=3, window_seconds=1.5, probes=Backoff(0.5, 3)),
)


@cache
def metrics() -> Metrics:
    """One catalogue for all runs: what is counted is not what is tested here."""
    return Metrics(CollectorRegistry())


class Mapper:
    """Maps the records of the simulation; `registry_down` makes a schema pend."""

    def __init__(self) -> None:
        self.registry_down = False

    def translate(self, record: Record, now_ms: int) -> Mapped:  # noqa: ARG002 - age is not judged here
        if record.value is None:
            return Skip("tombstone")
        if self.registry_down:
            raise SchemaPending(1)
        event = orjson.loads(record.value)
        if event["kind"] == "unmappable":
            return Reject(Reason.MISSING_FIELD, Stage.MAP, "email: missing")
        bodies = [(each, orjson.dumps({"kind": event["kind"], "event": each})) for each in event["events"]]
        return Send(tuple(EventRequest(each, body, "customer") for each, body in bodies), event["priority"])


class Instance:
    """Runs one `Service`, step by step."""

    def __init__(self, net: Net, name: str, mapper: Mapper) -> None:
        self.net, self.name = net, name
        self.engine = Engine(POLICY)
        self.client = SimClient(net, self._pass_time, self._is_cut_off)
        self.publisher = SimPublisher(net, self._is_cut_off)
        self.source: SimSource
        self._inside_callback = False
        now = net.world.now
        health = Health(now)
        self.service = Service(
            engine=self.engine,
            intake=Intake(mapper, lambda partition, held: self.engine.partitions.hold(partition, held=held)),
            source=self._connect,
            publisher=self.publisher,
            client=self.client,
            retry_watch=SimWatch(net),
            reporter=Reporter(metrics(), health, Stopwatch(now, metrics().loop_seconds), self.engine),
            clock=net.world,
            priority_of=lambda topic: CONSENT_STEP if topic == CONSENT_TOPIC else 0,
            drain_seconds=2.0,
        )
        self.next_step = net.world.time

    def _connect(self, service: Service) -> SimSource:
        self.source = SimSource(self.net, service, delivered=self.client.delivered, on_drop=self.client.forget)
        return self.source

    def _is_cut_off(self) -> bool:
        return self.source.cut_off or self.source.closed

    def _pass_time(self, seconds: float) -> None:
        if self._inside_callback:
            self.net.world.advance(self.net.world.time + seconds)

    def step(self) -> None:
        self.service.step()
        now = self.net.world.time
        self.next_step = min(max(self.service.wake_at, now + 0.001), now + (0.001 if self.source.readable else 1.0))

    @property
    def is_due(self) -> bool:
        """Whether anything has happened that it would notice now."""
        waits = self.net.world.time < self.next_step
        return not waits or bool(self.client.answers or self.publisher.results or self.source.readable)

    @property
    def partitions(self) -> list[Partition]:
        return list(self.source.positions)

    def give_up(self, partitions: Sequence[Partition]) -> None:
        """The group takes partitions back, and waits until they are settled."""
        self._inside_callback = True
        try:
            self.service.on_revoked(partitions)
        finally:
            self._inside_callback = False
        self.source.drop(partitions)
        self.excuse_uncommitted(partitions)

    def leave(self) -> None:
        """SIGTERM."""
        self.give_up(self.partitions)
        self.source.close()

    def crash(self) -> None:
        """Kill -9: what was sent may have arrived, what was settled may not be committed."""
        partitions = self.partitions
        self.source.closed = True
        self.excuse_uncommitted(partitions)

    def excuse_uncommitted(self, partitions: Sequence[Partition]) -> None:
        """What was in flight, or settled and not committed yet, may be accepted once more: nothing else may."""
        oracle = self.net.oracle
        for partition in partitions:
            places = self.net.places(partition)
            committed, metadata = self.net.brokers.committed.get(partition, (0, ""))
            durable = self.net.decode(committed, metadata)
            for offset in range(committed, len(places)):
                place = places[offset]
                if offset not in durable and place in oracle.touched | oracle.delivered | oracle.retried:
                    oracle.excused[place] = max(oracle.excused[place], 0) + oracle.produced[place].requests
