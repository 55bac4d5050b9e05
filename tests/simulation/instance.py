"""One process of the service, made of the real parts and of the simulated ports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from typing import Any

import orjson
from prometheus_client import CollectorRegistry

from consumer.avro.errors import SchemaPending
from consumer.delivery.engine import Engine
from consumer.delivery.failures import joined
from consumer.delivery.parking import NoWatch
from consumer.delivery.policy import DeliveryPolicy
from consumer.kafka.client import Fatal
from consumer.kafka.source import KafkaSource
from consumer.pipeline.intake import Intake
from consumer.pipeline.reporter import Reporter
from consumer.pipeline.routing import ANYWHERE, TopicDestinations
from consumer.pipeline.service import Service
from consumer.records import (
    CONSENTS,
    EventRequest,
    Mapped,
    OrderClass,
    Partition,
    Reason,
    Record,
    Reject,
    Send,
    Skip,
    Stage,
)
from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.stopwatch import Stopwatch
from tests.simulation.brokers import Place
from tests.simulation.kafka import ModelConsumer
from tests.simulation.net import Net
from tests.simulation.oracle import key_of
from tests.simulation.ports import SimClient, SimPublisher, SimWatch
from tests.simulation.setting import Setting, config, subscription

RATED = 0


@cache
def shared_metrics(destinations: tuple[str, ...]) -> Metrics:
    """One catalogue for all runs in which what is counted is not what is tested."""
    return Metrics(CollectorRegistry(), destinations)


def _destinations_of(policy: DeliveryPolicy, topic: str, *, holds: bool) -> TopicDestinations:
    """All of them, where there are several; but of the retry topic nobody knows."""
    if not policy.several or topic == policy.retry_topic:
        return ANYWHERE
    return TopicDestinations(tuple(policy.rates), set_aside=not holds)


class Mapper:
    """Maps the records of the simulation; `registry_down` makes a schema pend.

    `rated`: the number of the route that makes the searches, where that has a rate of its own.
    """

    def __init__(self, rated: int | None = None) -> None:
        self.registry_down = False
        self._rated = rated

    def translate(self, record: Record, now_ms: int) -> Mapped:  # noqa: ARG002 - age is not judged here
        if record.value is None:
            return Skip("tombstone")
        if self.registry_down:
            raise SchemaPending(1)
        event = orjson.loads(record.value)
        if event["kind"] == "unmappable":
            return joined([_unmappable(*each) for each in enumerate(event["events"])])
        customer, refused = event.get("customer", "customer"), event.get("refused")
        where = event.get("destinations") or [""] * len(event["events"])
        apis = event.get("apis") or [""] * len(event["events"])
        bodies = [
            (each, orjson.dumps({"kind": event["kind"], "event": each} | ({"api": api} if api else {})))
            for each, api in zip(event["events"], apis, strict=True)
        ]
        requests = [
            EventRequest(each, body, customer, False, self._rated if each == "search" else None, None, to, api)
            for (each, body), to, api in zip(bodies, where, apis, strict=True)
        ]
        if refused is None:
            return Send(tuple(requests), event["priority"])
        kind = OrderClass.CONSENT if requests[refused].event in CONSENTS else OrderClass.OTHER
        reject = Reject(
            Reason.MISSING_FIELD,
            Stage.MAP,
            "email: missing",
            "email",
            requests[refused].event,
            kind,
            refused,
            where[refused],
        )
        numbers = tuple(number for number in range(len(requests)) if number != refused)
        left = tuple(requests[number] for number in numbers)
        return Send(left, event["priority"], refused=(reject,), numbers=numbers)


def _unmappable(number: int, event: str) -> Reject:
    """What one route says of a record that every route refuses."""
    return Reject(Reason.MISSING_FIELD, Stage.MAP, "email: missing", event=event, number=number)


class Instance:
    """Runs one `Service`, step by step. Its Kafka clients are the service's own, on modelled consumers."""

    def __init__(self, net: Net, name: str, mapper: Mapper, setting: Setting, metrics: Metrics | None = None) -> None:
        self.net, self.name = net, name
        self.engine = Engine(setting.policy)
        policy = setting.policy
        self.client = SimClient(
            net, self._pass_time, self._is_cut_off, policy.concurrency.maximum, policy.throttle.rate
        )
        self.client.route_rate = policy.route_rates.get(RATED, 0)
        self.publisher = SimPublisher(net, self._is_cut_off, policy.max_age.seconds)
        self.consumers: list[ModelConsumer] = []
        self.ended = self.closed = False
        self._waits_inside = False
        self._receipts = policy.receipts
        now = net.world.now
        health = Health(now)
        counts = metrics or shared_metrics(tuple(policy.rates))
        net.make = self._make
        self._reads = subscription(policy)
        self.service = Service(
            engine=self.engine,
            intake=Intake(mapper, lambda partition, held: self.engine.partitions.hold(partition, held=held)),
            source=lambda service: KafkaSource(config(setting.start), self._reads, service),
            publisher=self.publisher,
            client=self.client,
            retry_watch=SimWatch(net) if policy.delays else NoWatch(),
            reporter=Reporter(counts, health, Stopwatch(now, counts.loop_seconds), self.engine),
            clock=net.world,
            priority_of=lambda topic: setting.priorities[topic],
            drain_seconds=2.0,
            destinations_of=partial(_destinations_of, setting.policy, holds=setting.holds),
        )
        self.next_step = net.world.time

    def _make(self, options: dict[str, Any]) -> ModelConsumer:
        consumer = ModelConsumer(self.net, options, self._settled, self.client.forget, self.client.forget_all)
        self.consumers.append(consumer)
        return consumer

    def _settled(self) -> set[Place]:
        """What the service knows to be settled; where there are receipts, with all of them."""
        if not self._receipts:
            return self.client.delivered
        produced, confirmed = self.net.oracle.produced, self.publisher.confirmed
        late = [self.net.oracle.request(key)[0] for key, count in self.publisher.outstanding.items() if count > 0]

        def waits(place: Place) -> bool:
            """A record is settled with its own, behind the earlier ones of its key, or of its partition."""
            return any(
                each[0] == place[0]
                and each[1] <= place[1]
                and (produced[each].key == produced[place].key or self.net.oracle.ordering == "partition")
                for each in late
            )

        return {
            place
            for place in self.client.delivered
            if all(key_of(place, number) in confirmed for number in range(produced[place].requests))
            and not waits(place)
        }

    def _is_cut_off(self) -> bool:
        return self.closed or self.cut_off

    def _pass_time(self, seconds: float) -> None:
        if self._waits_inside:
            self.net.world.advance(self.net.world.time + seconds)

    def step(self) -> None:
        """One round of the service's loop; after a fatal error, what its process does then."""
        self.net.make = self._make
        try:
            self.service.step()
        except Fatal:
            self._end()
        now = self.net.world.time
        self.next_step = min(max(self.service.wake_at, now + 0.001), now + (0.001 if self.readable else 1.0))

    def _end(self) -> None:
        with suppress(Fatal), self._waiting():
            self.service.run()  # its next poll meets the same error; while requests are out, that takes a moment
        self.ended = self.closed = True
        if not all(each.closed for each in self.consumers):
            raise self.net.oracle.broke("a process has ended and not left the group: its partitions stand")

    @property
    def is_due(self) -> bool:
        """Whether anything has happened that it would notice now."""
        waits = self.net.world.time < self.next_step
        return not waits or bool(self.client.answers or self.publisher.results or self.readable)

    @property
    def readable(self) -> bool:
        return any(each.readable for each in self._open)

    @property
    def _open(self) -> list[ModelConsumer]:
        return [each for each in self.consumers if not each.closed]

    def consumer_of(self, topic: str) -> ModelConsumer:
        """Its member that reads this topic."""
        return next(each for each in self._open if topic in each.topics)

    @property
    def joinable(self) -> bool:
        """Whether the group can give it partitions."""
        reads = [topic for each in self._open if each.fatal is None for topic in each.topics]
        return not self.ended and not self.cut_off and set(reads) == set(self._reads)

    @property
    def cut_off(self) -> bool:
        return any(each.cut_off for each in self.consumers)

    @cut_off.setter
    def cut_off(self, cut_off: bool) -> None:
        for each in self.consumers:
            each.cut_off = cut_off

    @property
    def partitions(self) -> list[Partition]:
        return [partition for each in self._open for partition in each.positions]

    @property
    def still_has(self) -> str:
        """When all is settled, nothing may count against the memory any more, as in flight, or as parked."""
        engine, buffer = self.engine, self.engine.partitions.buffer
        for budget in (buffer.memory, buffer.redelivery_memory, *(each.memory for each in engine.endpoints.values())):
            if budget.records or budget.bytes:
                return f"still counts {budget.records} records and {budget.bytes} bytes in memory"
        if engine.requests_in_flight != self.client.in_flight:
            return f"counts {engine.requests_in_flight} requests in flight, and {self.client.in_flight} are"
        return f"still holds {len(engine.parked)} keys to be parked" if len(engine.parked) else ""

    def gain(self, partitions: Sequence[Partition]) -> None:
        for each in self._open:
            each.gain([partition for partition in partitions if partition.topic in each.topics])

    def give_up(self, partitions: Sequence[Partition]) -> None:
        """The group takes partitions back, and waits until they are settled."""
        with self._waiting():
            for each in self._open:
                each.give_up([partition for partition in partitions if partition.topic in each.topics])

    def lose(self) -> list[Partition]:
        """Its session has ended, and it hears of it."""
        lost = [partition for each in self._open for partition in each.lose()]
        self.cut_off = False
        return lost

    def leave(self) -> None:
        """SIGTERM."""
        self.service.stop()
        with self._waiting():
            self.service.run()
        self.closed = True

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """Inside a callback the service waits, and time passes."""
        self._waits_inside = True
        try:
            yield
        finally:
            self._waits_inside = False

    def crash(self) -> None:
        """Kill -9: what was sent may have arrived, what was settled may not be committed."""
        partitions = self.partitions
        self.closed = True
        for each in self.consumers:
            each.closed = True
        self.net.beginnings.left(partitions)
        self.net.excuse_uncommitted(partitions)
