"""The shop's systems: every customer's events, numbered, at an even pace whatever becomes of the broker."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Final

from confluent_kafka import KafkaError, Message, Producer

from consumer.kafka.logging import NullLogger
from tests.chaos.plan import Plan, customer
from tests.support.shop import Shop

PROFILES, BEHAVIOUR = "chaos.profiles", "chaos.behaviour"
TOPICS: Final = {
    PROFILES: ("customer_patch", "optin", "unsubscribe"),
    BEHAVIOUR: ("search", "viewed_product", "add_to_cart", "purchase"),
}
"""The types of event in each topic. Those of the profiles keep their order through the retry topic, too."""

_BROKEN_SHARE = 0.002
_DELIVERY_MS = 300_000


@dataclass(frozen=True, slots=True)
class Event:
    """A record to be written: the customer's `sequence`-th in this topic, from 0 on."""

    topic: str
    kind: str
    customer: str
    sequence: int
    broken: str = ""

    @property
    def ordered(self) -> bool:
        return self.topic == PROFILES


def events(plan: Plan) -> Iterator[Event]:
    """What the shop writes: customers and types at random, a few records broken on purpose."""
    random = Random(plan.seed)
    written: Counter[tuple[str, str]] = Counter()
    for _ in range(plan.events):
        topic = random.choice(tuple(TOPICS))
        whose = customer(random.randrange(plan.customers))
        broken = random.choice(("no Avro", "no e-mail")) if random.random() < _BROKEN_SHARE else ""
        yield Event(topic, random.choice(TOPICS[topic]), whose, written[topic, whose], broken)
        written[topic, whose] += 1


class ShopSystems:
    """Writes the events of a plan. `written` has those that the brokers acknowledged, by idempotency key."""

    def __init__(self, plan: Plan, bootstrap: str, shop: Shop) -> None:
        self.written: dict[str, Event] = {}
        self._plan = plan
        self._shop = shop
        self._refused: list[KafkaError] = []
        self._bootstrap = bootstrap

    def run(self, stopped: threading.Event) -> None:
        """Return when all is written, or soon after `stopped` is set.

        Raises:
            AssertionError: the brokers did not take an event for minutes.
        """
        options = {
            "bootstrap.servers": self._bootstrap,
            "enable.idempotence": True,
            "delivery.timeout.ms": _DELIVERY_MS,
            "linger.ms": 20,
            "logger": NullLogger(),
        }
        began, pace = time.monotonic(), self._plan.events / self._plan.seconds
        with Producer(options) as producer:
            for index, event in enumerate(events(self._plan)):
                while (due := began + index / pace - time.monotonic()) > 0 and not stopped.is_set():
                    producer.poll(min(due, 0.1))
                if stopped.is_set():
                    break
                producer.produce(
                    event.topic, self._value(event), event.customer, on_delivery=partial(self._done, event)
                )
                producer.poll(0)
            while len(producer) and not stopped.is_set():
                producer.flush(0.5)
        if self._refused:
            raise AssertionError(f"{len(self._refused)} events could not be written: {self._refused[0].str()}")

    def _value(self, event: Event) -> bytes:
        if event.broken == "no Avro":
            return b"this is no Avro"
        email = "no-address" if event.broken else event.customer
        return self._shop.event(event.kind, email, device=str(event.sequence))

    def _done(self, event: Event, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._refused.append(error)
        else:
            self.written[f"{message.topic()}:{message.partition()}:{message.offset()}"] = event
