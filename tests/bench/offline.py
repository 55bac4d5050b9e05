"""The service with nothing outside of it: records come from a list and every request is accepted at once."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from types import MappingProxyType

from prometheus_client import CollectorRegistry

from consumer.avro.files import load_file
from consumer.avro.registered import RegistryDecoder
from consumer.avro.schema import AvroSchema
from consumer.avro.schema_ids import SchemaId
from consumer.clock import Clock, SystemClock
from consumer.config.model import Config
from consumer.delivery.decisions import Commit
from consumer.delivery.engine import Engine
from consumer.delivery.parking import NoWatch
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.task import Task
from consumer.mapping.translate import Translator
from consumer.pipeline.intake import Intake
from consumer.pipeline.reporter import Reporter
from consumer.pipeline.routing import router
from consumer.pipeline.service import Service
from consumer.ports import Assigned, Client, Publisher, Source
from consumer.records import Answer, Partition, Receipt, Record
from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.stopwatch import Stopwatch
from tests.bench.stream import EVENT, SCHEMA_FILE, events

PARTITIONS = tuple(Partition("backlog", number) for number in range(4))
_ACCEPTED = Answer(202, headers=MappingProxyType({}), seconds=0.001)
_ANSWERED_TOGETHER = 16


class Schemas:
    """A registry with one schema, under every id."""

    def __init__(self) -> None:
        self.schema = load_file(SCHEMA_FILE)

    def get(self, _: SchemaId) -> AvroSchema:
        return self.schema


class Backlog:
    """A source that has its records in memory."""

    joined = True

    def __init__(self, listener: Service, records: Sequence[Record]) -> None:
        self.committing = False
        self._records = records
        self._next = 0
        listener.on_assigned([Assigned(partition, None, "") for partition in PARTITIONS])

    def poll(self, most: int, _: float) -> list[Record]:
        taken = list(self._records[self._next : self._next + most])
        self._next += len(taken)
        return taken

    def pause(self, partitions: Sequence[Partition]) -> None: ...
    def resume(self, partitions: Sequence[Partition]) -> None: ...
    def commit(self, commits: Sequence[Commit], *, wait: bool = False) -> None: ...
    def close(self) -> None: ...


class Nowhere:
    """A publisher that is never called upon: nothing fails here."""

    def publish(self, ticket: int, task: Task) -> None:
        raise AssertionError(f"record {task.record.offset} failed, as send {ticket}: {task.failure}")

    def receipt(self, ticket: int, receipt: Receipt) -> None:
        raise AssertionError(f"{receipt.idempotency_key} has a receipt, {ticket}, and none are asked for")

    def poll(self, _: float = 0) -> list[tuple[int, str | None]]:
        return []

    def close(self, seconds: float) -> None: ...


class Accepting:
    """A client whose requests are accepted, some at a time."""

    def __init__(self) -> None:
        self.accepted = 0
        self._out: deque[int] = deque()

    @property
    def in_flight(self) -> int:
        return len(self._out)

    def send(self, ticket: int, *_: object, **__: object) -> None:
        self._out.append(ticket)

    def wait(self, _: float) -> list[tuple[int, Answer]]:
        answered = [(self._out.popleft(), _ACCEPTED) for _ in range(min(_ANSWERED_TOGETHER, len(self._out)))]
        self.accepted += len(answered)
        return answered

    def close(self) -> None: ...


def backlog(count: int) -> list[Record]:
    """`count` records over the partitions, just written."""
    now_ms = int(time.time() * 1000)
    spread = enumerate(events(1, count))
    return [
        Record(PARTITIONS[number % len(PARTITIONS)], number // len(PARTITIONS), key, value, now_ms)
        for number, (key, value) in spread
    ]


def offline(
    source: Callable[[Service], Source],
    client: Client,
    clock: Clock,
    publisher: Publisher | None = None,
    *,
    is_paused: Callable[[str], bool] = lambda _: False,
    **delivery: int,
) -> Service:
    """The service between this source and this client; `delivery` changes the defaults of that section.

    `publisher`: takes receipts; without one, none are asked for. `is_paused`: which topics are not to be read.
    """
    config = Config.model_validate(
        {
            "kafka": {"bootstrap_servers": "none"},
            "receipts": {} if publisher is None else {"topic": "receipts"},
            "schema_registry": {"url": "http://none"},
            "bluecore": {"namespace": "bench"},
            "delivery": delivery,
            "routes": [{"topic": PARTITIONS[0].topic, "event": EVENT}],
        }
    )
    metrics, decoder = Metrics(CollectorRegistry()), RegistryDecoder(Schemas())
    engine = Engine(DeliveryPolicy.from_config(config))
    return Service(
        engine=engine,
        intake=Intake(Translator(router(config), lambda _: decoder), lambda _partition, _held: None),
        source=source,
        publisher=publisher or Nowhere(),
        client=client,
        retry_watch=NoWatch(),
        reporter=Reporter(metrics, Health(clock.now), Stopwatch(clock.now, metrics.loop_seconds), engine),
        clock=clock,
        priority_of=lambda _: 0,
        drain_seconds=1,
        is_paused=is_paused,
    )


def deliver(records: Sequence[Record], publisher: Publisher | None = None) -> None:
    """Take every record through decoding, mapping, delivery, settling and the metrics; `publisher`: with receipts."""
    client = Accepting()
    service = offline(lambda listener: Backlog(listener, records), client, SystemClock(), publisher)
    while client.accepted < len(records):
        service.step()
