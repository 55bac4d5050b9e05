"""The events that everybody works on: `add_to_cart` as in `schemas/`, nested, of 100,000 customers."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from fastavro import schemaless_writer

from consumer.avro.files import load_file, schemas_folder

EVENT = "add_to_cart"
SCHEMA_FILE = schemas_folder() / f"{EVENT}.avsc"
_CUSTOMERS = 100_000


def events(schema_id: int, count: int, seed: int = 1) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of `count` events, in Confluent's wire format; the same seed makes the same."""
    schema, chance = load_file(SCHEMA_FILE).parsed, Random(seed)
    for number in range(count):
        customer = chance.randrange(_CUSTOMERS)
        out = io.BytesIO(b"\x00" + schema_id.to_bytes(4, "big"))
        out.seek(0, io.SEEK_END)
        schemaless_writer(out, schema, _values(number, f"jane.doe.{customer}@example.com"))
        yield f"customer-{customer}".encode(), out.getvalue()


def write_backlog(bootstrap: str, topic: str, schema_id: int, count: int) -> None:
    """Write `count` events as fast as the broker takes them.

    Raises:
        confluent_kafka.KafkaException: the broker did not take one.
    """
    refused: list[KafkaError] = []

    def report(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            refused.append(error)

    # Made once and written over and over: a benchmark's own preparation should not take longer than the benchmark.
    sample = list(events(schema_id, min(count, _CUSTOMERS)))
    options = {"bootstrap.servers": bootstrap, "linger.ms": 50, "compression.type": "lz4"}
    with Producer({**options, "queue.buffering.max.messages": 200_000}) as producer:
        for number in range(count):
            key, value = sample[number % len(sample)]
            while True:
                try:
                    producer.produce(topic, value, key, on_delivery=report)
                except BufferError:
                    producer.poll(0.1)
                else:
                    break
            if number % 1000 == 0:
                producer.poll(0)
        producer.flush()
    if refused:
        raise KafkaException(refused[0])


def write_steadily(bootstrap: str, topic: str, schema_id: int, rate: int, count: int) -> dict[str, float]:
    """Write `rate` events a second; give the time at which each was handed to the producer.

    Returns:
        Seconds since the epoch, by `<topic>:<partition>:<offset>`.
    """
    written: dict[str, float] = {}

    def note(at: float, _: KafkaError | None, message: Message) -> None:
        written[f"{message.topic()}:{message.partition()}:{message.offset()}"] = at

    with Producer({"bootstrap.servers": bootstrap, "linger.ms": 0}) as producer:
        begun = time.monotonic()
        for number, (key, value) in enumerate(events(schema_id, count, seed=2)):
            due = begun + number / rate
            while (early := due - time.monotonic()) > 0:
                producer.poll(min(early, 0.001))
            at = time.time()
            producer.produce(topic, value, key, on_delivery=partial(note, at))
        producer.flush()
    return written


def _values(number: int, email: str) -> dict[str, Any]:
    product = {"product_id": "SKU-1001", "name": "Linen shirt", "price": Decimal("39.90"), "quantity": 2}
    return {
        "event_id": UUID(int=number),
        "occurred_at": datetime(2026, 1, 31, 12, tzinfo=UTC),
        "channel": "WEB",
        "distinct_id": email,
        "email": email,
        "products": [product],
        "currency": "USD",
        "client": "web 4.2",
        "device": "mobile/iPad",
    }
