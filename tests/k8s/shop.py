"""What the pods find beside them: Apache Kafka, a registry and the sandbox, and a steady flow of events."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from confluent_kafka import KafkaError, Message, Producer

from consumer.kafka.logging import NullLogger
from consumer.sandbox.registry import registry_app
from consumer.sandbox.sandbox import Sandbox, running_sandbox
from consumer.sandbox.serve import serve
from consumer.sandbox.settings import SandboxSettings
from consumer.sandbox.store import Filter
from tests.support.apache_kafka import ApacheKafka
from tests.support.brokers import Broker
from tests.support.kafka_settings import DEFAULT_WAITS
from tests.support.shop import Shop, registered
from tests.support.waiting import eventually

KAFKA, REGISTRY, BLUECORE = "127.2.0.1", "127.2.0.2", "127.2.0.3"
"""Addresses of their own, so that each has the port that the examples name."""
HOSTS: Final = f"127.0.0.1 localhost\n{KAFKA} kafka\n{REGISTRY} registry\n{BLUECORE} bluecore\n"
"""What pods look up."""
BROKERS: Final = f"{KAFKA}:9092"
NAMESPACE: Final = "shop"
PARTITIONS: Final = 6
_EXAMPLES: Final = ("shop.customers", "shop.orders", "shop.views", "shop.consent", "shop.purchases")
_START_SECONDS: Final = 300.0
_ARRIVAL_SECONDS: Final = 300.0
_TICK_SECONDS: Final = 0.02
_KEPT: Final = 100_000


@dataclass(frozen=True)
class Beside:
    """All that runs.

    Attributes:
        kafka: the broker; pods reach it as `kafka:9092`.
        sandbox: Bluecore; pods reach it as `bluecore:8090`.
        shop: encodes events.
        url: Bluecore's, as a pod is told it.
    """

    kafka: ApacheKafka
    sandbox: Sandbox
    shop: Shop
    url: str

    @property
    def broker(self) -> Broker:
        return Broker(self.kafka.bootstrap, lambda name, partitions: self.kafka.create_topics({name: partitions}))

    def topics(self, *names: str, partitions: int = PARTITIONS) -> None:
        """Create these."""
        self.kafka.create_topics(dict.fromkeys(names, partitions))


@contextmanager
def running(folder: Path) -> Iterator[Beside]:
    """All of it, until the block ends; Kafka's data is in `folder`."""
    # Sessions as long as Kafka's own: on a busy machine a heartbeat may be late, and what is shown is not that.
    settings = {
        **DEFAULT_WAITS,
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PODS:PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT",
    }
    kafka = ApacheKafka(folder, settings, doors={"PODS": BROKERS})
    account = SandboxSettings(namespace=NAMESPACE, allow_hosts=("bluecore",), keep_events=_KEPT)
    with ExitStack() as stack:
        stack.callback(kafka.stop)
        kafka.start(_START_SECONDS)
        registry = stack.enter_context(serve(registry_app(), REGISTRY, 8081))
        bluecore = stack.enter_context(running_sandbox(account, BLUECORE, 8090))
        url = f"http://bluecore:8090{account.path}"
        beside = Beside(kafka, bluecore.sandbox, registered(registry), url)
        beside.topics(*_EXAMPLES)
        yield beside


@dataclass
class Flow:
    """Events that are written at a steady rate, and what became of them.

    Attributes:
        written: the idempotency keys of those that the brokers have.
        refused: why a record was not taken; nothing is to be in it.
    """

    topic: str
    written: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def acknowledged(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self.refused.append(error.str())
        else:
            self.written.add(f"{self.topic}:{message.partition()}:{message.offset()}")

    def stop(self) -> None:
        self._stopped.set()

    def write(self, beside: Beside, rate: float) -> None:
        """Until it is stopped; of some hundreds of customers."""
        options = {"bootstrap.servers": beside.kafka.bootstrap, "linger.ms": 5, "logger": NullLogger()}
        producer = Producer(options)
        began = time.monotonic()
        for number in itertools.count():
            while (early := began + number / rate - time.monotonic()) > 0:
                producer.poll(min(early, _TICK_SECONDS))
            if self._stopped.is_set():
                break
            email = f"customer-{number % 300}@example.com"
            producer.produce(
                self.topic, beside.shop.event("search", email), email.encode(), on_delivery=self.acknowledged
            )
        producer.flush(30)


def accepted(sandbox: Sandbox, topic: str) -> Mapping[str, int]:
    """By idempotency key, how often Bluecore has taken each event of a topic."""
    found: dict[str, int] = {}
    for each in sandbox.store.newest(Filter(outcome="accepted"), _KEPT):
        if each.idempotency_key.rsplit(":", 2)[0] == topic:
            found[each.idempotency_key] = found.get(each.idempotency_key, 0) + 1
    return found


@contextmanager
def flowing(beside: Beside, topic: str, rate: float = 50) -> Iterator[Flow]:
    """Write to a topic until the block ends; then all is to arrive, and nothing twice.

    Raises:
        AssertionError: something is lost, or was sent twice.
    """
    flow = Flow(topic)
    writer = threading.Thread(target=flow.write, args=(beside, rate), name="flow")
    writer.start()
    try:
        yield flow
    finally:
        flow.stop()
        writer.join()
    assert not flow.refused, flow.refused[0]

    def missing() -> int:
        return len(flow.written - accepted(beside.sandbox, topic).keys())

    eventually(lambda: not missing(), _ARRIVAL_SECONDS, f"all of {len(flow.written)} events to arrive")
    twice = [key for key, times in accepted(beside.sandbox, topic).items() if times > 1]
    assert not twice, f"{len(twice)} of {len(flow.written)} events were sent twice: {sorted(twice)[:5]}"
