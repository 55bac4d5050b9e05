"""What the brokers have taken, told while it happens and read from their log at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Final

from confluent_kafka import Message

from tests.chaos.events import TOPICS, Event
from tests.support.brokers import Broker

NUMBER: Final = "chaos.event"
"""The header that has an event's number."""
_READ_SECONDS: Final = 120.0

Place = tuple[str, int]
"""A topic and the number of a partition."""


def place_of(key: str) -> tuple[Place, int]:
    """The partition and the offset that an idempotency key names."""
    topic, partition, offset = key.rsplit(":", 2)
    return (topic, int(partition)), int(offset)


class Ledger:
    """Written by the producers' threads, read by any.

    `visible`: since when a consumer could read a record, in ms since the epoch, by the idempotency key of its
    requests. `ends`: the offset behind the last of these, by partition.
    """

    def __init__(self) -> None:
        self.visible: dict[str, int] = {}
        self.good: set[str] = set()
        self.ends: dict[Place, int] = {}
        self._events: dict[int, Event] = {}
        self._lock = threading.Lock()

    def begun(self, event: Event) -> None:
        """It is about to be written; whether it ever counts is not known yet."""
        self._events[event.number] = event

    def acknowledged(self, written: Iterable[tuple[Event, Message]]) -> None:
        """The brokers have these, and consumers may read them."""
        now = time.time_ns() // 1_000_000
        with self._lock:
            for event, message in written:
                place, offset = (message.topic() or "", message.partition() or 0), message.offset() or 0
                key = f"{place[0]}:{place[1]}:{offset}"
                self.visible[key] = now
                if not event.broken:
                    self.good.add(key)
                self.ends[place] = max(self.ends.get(place, 0), offset + 1)

    def missing(self, arrived: set[str]) -> bool:
        """Whether any sound event has yet to arrive."""
        with self._lock:
            return not self.good <= arrived

    def log(self, broker: Broker) -> dict[str, Event]:
        """What a consumer can read, by idempotency key: a transaction's end may be known to the brokers alone.

        Raises:
            AssertionError: the brokers lost what they had acknowledged.
        """
        found: dict[str, Event] = {}
        for topic in TOPICS:
            for record in broker.read(topic, seconds=_READ_SECONDS):
                if number := dict(record.headers).get(NUMBER):
                    key = f"{topic}:{record.partition.number}:{record.offset}"
                    found[key] = self._events[int(number)]
        if vanished := self.visible.keys() - found.keys():
            raise AssertionError(f"Kafka itself lost {len(vanished)} records: {sorted(vanished)[:10]}")
        return found
