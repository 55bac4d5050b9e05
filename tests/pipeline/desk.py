"""A reporter, and all that it reports to."""

from __future__ import annotations

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from consumer.avro.schema_ids import SchemaId
from consumer.config.model import Config
from consumer.delivery.engine import Engine
from consumer.delivery.policy import DeliveryPolicy
from consumer.pipeline.reporter import Reporter
from consumer.records import EventRequest, Partition, Record, Send
from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.stopwatch import Stopwatch
from tests.support.configs import SOUND

HOME = Partition("shop.orders", 3)


NOW = 1_800_000_000.0


@dataclass
class Registry:
    """A schema registry as the reporter sees it."""

    outage: str | None = None
    key_outage: str | None = None

    def __init__(self) -> None:
        self.unknown_ids: dict[SchemaId, str] = {}


@dataclass
class Tokens:
    """What gets tokens for Kafka, as the reporter sees it."""

    failure: str = ""
    expired: str = ""


@dataclass
class Desk:
    """A reporter, and all that it reports to."""

    prometheus: CollectorRegistry = field(default_factory=CollectorRegistry)
    registry: Registry = field(default_factory=Registry)
    tokens: Tokens = field(default_factory=Tokens)
    waiting: dict[str, int] = field(default_factory=dict)
    engine: Engine = field(default_factory=lambda: Engine(DeliveryPolicy.from_config(Config.model_validate(SOUND))))
    health: Health = field(default_factory=lambda: Health(lambda: NOW))

    def __post_init__(self) -> None:
        metrics = Metrics(self.prometheus, self.engine.destinations)
        watch = Stopwatch(lambda: NOW, metrics.loop_seconds)
        self.reporter = Reporter(
            metrics,
            self.health,
            watch,
            self.engine,
            self.registry,
            intake=self,
            tokens=self.tokens,
            name_of=lambda customer: f"{len(customer)} letters",
        )

    def oldest(self) -> dict[str, int]:
        """As of an intake whose records wait for a schema."""
        return self.waiting

    def value(self, name: str, **labels: str) -> float | None:
        return self.prometheus.get_sample_value(f"bluecore_consumer_{name}", labels)


def record(offset: int = 0, *, age: float = 0.0) -> Record:
    return Record(HOME, offset, key=b"k", value=b"v", timestamp_ms=int((NOW - age) * 1000))


def to(*destinations: str) -> Send:
    return Send(tuple(EventRequest("purchase", b"{}", "jane", destination=each) for each in destinations))


def send(*events: str) -> Send:
    return Send(tuple(EventRequest(event, b"{}", "jane") for event in events))
