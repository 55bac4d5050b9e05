"""The shop's producers: one that writes as it goes, one that writes in transactions and aborts some."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from consumer.kafka.logging import NullLogger
from tests.chaos.events import Chunk, Event, Fate, chunks, value
from tests.chaos.ledger import NUMBER, Ledger
from tests.chaos.plan import Plan
from tests.support.shop import Shop

_DELIVERY_MS: Final = 300_000
_TRY_SECONDS: Final = 5.0
_OPTIONS: Final = {"linger.ms": 20, "logger": NullLogger()}


class Writers:
    """Writes the plan's events at its rate, whatever becomes of the brokers, until it is told to end."""

    def __init__(self, plan: Plan, bootstrap: str, shop: Shop, ledger: Ledger) -> None:
        self.ledger = ledger
        self.aborted = 0
        self._plan = plan
        self._shop = shop
        self._options: dict[str, Any] = {"bootstrap.servers": bootstrap, **_OPTIONS}
        self._began = time.monotonic()

    def plain(self, finish: threading.Event) -> None:
        """Writes what is in no transaction, and returns once all of it is acknowledged.

        Raises:
            AssertionError: the brokers did not take an event for minutes.
        """
        refused: list[KafkaError] = []

        def done(event: Event, error: KafkaError | None, message: Message) -> None:
            if error is not None:
                refused.append(error)
            else:
                self.ledger.acknowledged([(event, message)])

        options = self._options | {"enable.idempotence": True, "delivery.timeout.ms": _DELIVERY_MS}
        with Producer(options) as producer:
            for chunk in self._chunks({Fate.PLAIN}):
                for event in chunk.events:
                    while (due := self._due(event)) > 0 and not finish.is_set():
                        producer.poll(min(due, 0.1))
                    if finish.is_set():
                        break
                    self._write(producer, event, partial(done, event))
                if finish.is_set():
                    break
            producer.flush(_DELIVERY_MS / 1000)
        if refused:
            raise AssertionError(f"{len(refused)} events could not be written: {refused[0].str()}")

    def transactions(self, finish: threading.Event) -> None:
        """Writes each of the other chunks in a transaction of its own; some are aborted."""
        waiting = self._chunks({Fate.COMMITTED, Fate.ABORTED})
        while not finish.is_set():
            # A producer that was fenced, as after a transaction that took too long, is of no more use. It is left
            # to be collected: leaving it as a context aborts its transaction, and what it hears then is an error
            # that confluent-kafka 2.16.1 returns without raising it (SystemError).
            producer = Producer(self._options | {"transactional.id": "chaos-shop"})
            try:
                _until_done(partial(producer.init_transactions, _TRY_SECONDS), finish)
                while not finish.wait(max(0.0, self._due((chunk := next(waiting)).events[0]))):
                    self._transact(producer, chunk, finish)
            except KafkaException as error:
                if not error.args[0].fatal() and not finish.is_set():
                    raise

    def _transact(self, producer: Producer, chunk: Chunk, finish: threading.Event) -> None:
        """One whole transaction; one that fails is aborted, and what was in it is not written again."""
        written: list[tuple[Event, Message]] = []

        def done(event: Event, error: KafkaError | None, message: Message) -> None:
            if error is None:
                written.append((event, message))

        producer.begin_transaction()
        try:
            for event in chunk.events:
                self._write(producer, event, partial(done, event))
            if chunk.fate is Fate.COMMITTED:
                _until_done(partial(producer.commit_transaction, _TRY_SECONDS), finish)
                self.ledger.acknowledged(written)
                return
            producer.flush(_TRY_SECONDS)  # else the abort would purge what has not been sent
        except KafkaException as error:
            if not error.args[0].txn_requires_abort():
                raise
        _until_done(partial(producer.abort_transaction, _TRY_SECONDS), finish)
        self.aborted += len(written)

    def _write(self, producer: Producer, event: Event, done: Any) -> None:
        self.ledger.begun(event)
        headers: list[tuple[str, str | bytes | None]] = [(NUMBER, str(event.number))]
        producer.produce(event.topic, value(event, self._shop), event.customer, headers=headers, on_delivery=done)
        producer.poll(0)

    def _chunks(self, fates: set[Fate]) -> Iterator[Chunk]:
        return (chunk for chunk in chunks(self._plan.seed, self._plan.customers) if chunk.fate in fates)

    def _due(self, event: Event) -> float:
        """In how many seconds."""
        return self._began + event.number / self._plan.rate - time.monotonic()


def _until_done(call: Any, finish: threading.Event) -> None:
    """Calls again for as long as the brokers only take their time; when all ends, one try more has to do."""
    while True:
        last = finish.is_set()
        try:
            call()
        except KafkaException as error:
            if last or not error.args[0].retriable():
                raise
        else:
            return
