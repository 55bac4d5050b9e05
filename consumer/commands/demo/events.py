"""Sample events of the ten types, as a small shop would write them, some of them broken on purpose."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

from fastavro import schemaless_writer

from consumer.avro.schema import AvroSchema
from consumer.config.model import EVENT_TYPES

_NAMES = (("Jane", "Doe"), ("Ali", "Kaya"), ("Mia", "Rossi"), ("Noah", "Berg"), ("Lena", "Novak"), ("Sam", "Ito"))
_GOODS = (
    ("SKU-1001", "Linen shirt", "39.90"),
    ("SKU-2040", "Sneakers", "89.00"),
    ("SKU-3300", "Wool scarf", "24.50"),
)
_UNKNOWN_SCHEMA = 2_000_000_000
_CUSTOMERS = 97


@dataclass(frozen=True, slots=True)
class Sample:
    """A record to produce.

    Attributes:
        fault: in a word, what is wrong with it on purpose; empty when nothing is.
    """

    event: str
    key: bytes
    value: bytes | None
    fault: str = ""


class Shop:
    """Makes events; the same seed makes the same."""

    def __init__(self, schemas: Mapping[str, tuple[int, AvroSchema]], now: float, seed: int = 1) -> None:
        """Open the shop.

        Args:
            schemas: by event type, the registry's id and the schema.
            now: seconds since the epoch, the time of every event.
            seed: of the chances.
        """
        self._schemas = schemas
        self._random = Random(seed)  # noqa: S311 - reproducible samples are the point
        self._now = now

    def events(self, count: int) -> Iterator[Sample]:
        """`count` events, the ten types in turn; about one in twenty is broken."""
        broken = 0
        for number in range(count):
            event = EVENT_TYPES[number % len(EVENT_TYPES)]
            customer = self._random.randrange(_CUSTOMERS)
            key = f"customer-{customer}".encode()
            if number % 20 == number // 20 % 20:
                yield self._broken(event, key, self._values(event, customer), broken // len(EVENT_TYPES))
                broken += 1
            else:
                yield Sample(event, key, self._encoded(event, self._values(event, customer)))

    def _broken(self, event: str, key: bytes, values: dict[str, Any], number: int) -> Sample:
        faults: list[Callable[[], Sample]] = [
            lambda: Sample(event, key, b"\x00garbage", "garbage"),
            lambda: Sample(event, key, b"\x00" + _UNKNOWN_SCHEMA.to_bytes(4) + b"\x02", "unknown schema"),
            lambda: Sample(event, key, None, "tombstone"),
            lambda: Sample(event, key, self._encoded(event, _without_needed_fields(values)), "broken field"),
        ]
        return faults[number % len(faults)]()

    def _encoded(self, event: str, values: dict[str, Any]) -> bytes:
        schema_id, schema = self._schemas[event]
        buffer = io.BytesIO(b"\x00" + schema_id.to_bytes(4))
        buffer.seek(0, io.SEEK_END)
        schemaless_writer(buffer, schema.parsed, values)
        return buffer.getvalue()

    def _values(self, event: str, customer: int) -> dict[str, Any]:
        """A value for every field that any of the types has; the schema takes what is its own."""
        first, last = _NAMES[customer % len(_NAMES)]
        email = f"{first}.{last}.{customer}@example.com".lower()
        goods = self._random.sample(_GOODS, 1 if event in {"viewed_product", "add_to_cart"} else 2)
        products = [
            {"product_id": sku, "name": name, "price": Decimal(price), "quantity": 1} for sku, name, price in goods
        ]
        return {
            "event_id": uuid.UUID(int=self._random.getrandbits(128), version=4),
            "occurred_at": datetime.fromtimestamp(self._now, UTC),
            "channel": self._random.choice(("WEB", "APP", "STORE")),
            "distinct_id": f"device-{customer}" if event == "identify" else email,
            "email": email,
            "customer": {
                "email": email,
                "first_name": first,
                "last_name": last,
                "city": "Istanbul",
                "birthday": date(1980 + customer % 20, 1 + customer % 12, 1 + customer % 28),
            },
            "order_id": f"order-{self._random.getrandbits(32):08x}",
            "total": sum((Decimal(price) for _, _, price in goods), Decimal(0)),
            "currency": "EUR",
            "tags": {},
            "products": products,
            "search_term": self._random.choice(("linen shirt", "sneakers", "gifts under 50")),
            "client": "5.2.0",
            "device": self._random.choice(("mobile/iPhone", "mobile/Android", "desktop")),
        }


def _without_needed_fields(values: dict[str, Any]) -> dict[str, Any]:
    """The same record with what Bluecore cannot do without taken out."""
    return values | {
        "email": "",
        "distinct_id": "",
        "customer": values["customer"] | {"email": ""},
        "products": [],
        "search_term": "",
    }
