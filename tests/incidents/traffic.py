"""The shop's producer: three topics at a steady rate, and what goes wrong with them."""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final

from confluent_kafka import Producer

from consumer.kafka.logging import NullLogger
from tests.support.avro import encode
from tests.support.shop import Shop, usual

SEARCHES, CARTS, ORDERS = "lab.searches", "lab.carts", "lab.orders"
EVENTS: Final = {SEARCHES: "search", CARTS: "add_to_cart", ORDERS: "purchase"}
HOT: Final = "hot@example.com"
UNLUCKY: Final = "unlucky@example.com"
_CUSTOMERS: Final = 300
_TICK_SECONDS: Final = 0.1


@dataclass
class Traffic:
    """What is written; a fault changes it while it lasts.

    Attributes:
        rate: events a second, of all topics together.
        silent: topics that get nothing.
        hot: events a second of one customer, beside the others.
        age_seconds: of each record's timestamp, of the searches.
        schemas: by event, the schema id and the schema that are written with in place of the usual ones.
        drop: fields that are left out.
        unlucky: events a second of a customer whom Bluecore fails.
        broken: records a second that are no Avro.
    """

    rate: float = 30.0
    silent: set[str] = field(default_factory=set)
    hot: float = 0.0
    age_seconds: float = 0.0
    schemas: dict[str, tuple[int, Any]] = field(default_factory=dict)
    drop: dict[str, str] = field(default_factory=dict)
    unlucky: float = 0.0
    broken: float = 0.0

    def reset(self) -> None:
        """All as usual."""
        self.__dict__.update(Traffic(rate=self.rate).__dict__)


class Writer:
    """Writes from a thread of its own until it is closed."""

    def __init__(self, bootstrap: str, shop: Shop, traffic: Traffic) -> None:
        self._shop = shop
        self._traffic = traffic
        self._closed = threading.Event()
        self._numbers = itertools.count()
        self._producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 20, "logger": NullLogger()})
        self._owed: dict[str, float] = {}
        self._thread = threading.Thread(target=self._run, name="traffic", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._thread.join()
        self._producer.flush(5)

    def _run(self) -> None:
        last = time.monotonic()
        while not self._closed.wait(_TICK_SECONDS):
            now = time.monotonic()
            elapsed, last = now - last, now
            traffic = self._traffic
            topics = [topic for topic in EVENTS if topic not in traffic.silent]
            for topic in topics:
                for _ in range(self._due(topic, traffic.rate / len(EVENTS) * elapsed)):
                    self._write(topic, f"customer-{next(self._numbers) % _CUSTOMERS}@example.com")
            for _ in range(self._due(HOT, traffic.hot * elapsed)):
                self._write(SEARCHES, HOT)
            for _ in range(self._due(UNLUCKY, traffic.unlucky * elapsed)):
                self._write(SEARCHES, UNLUCKY)
            for _ in range(self._due("broken", traffic.broken * elapsed)):
                self._producer.produce(CARTS, b"no Avro", b"broken")
            self._producer.poll(0)

    def _due(self, what: str, more: float) -> int:
        owed = self._owed.get(what, 0.0) + more
        self._owed[what] = owed - int(owed)
        return int(owed)

    def _write(self, topic: str, email: str) -> None:
        event, traffic = EVENTS[topic], self._traffic
        schema_id, schema = traffic.schemas.get(event, self._shop.schemas[event])
        values = usual(email)
        if name := traffic.drop.get(event):
            values |= {f"{name}_v2": values.pop(name)}
        age = traffic.age_seconds if topic == SEARCHES else 0.0
        timestamp = int((time.time() - age) * 1000)
        self._producer.produce(topic, encode(schema_id, schema, values), email, timestamp=timestamp)
