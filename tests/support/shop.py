"""A retailer's events as its systems write them: values of the schemas in `schemas/`, registered and encoded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from consumer.avro.files import load_folder, schemas_folder
from consumer.avro.register import register_folder
from consumer.avro.registry import RegistryClient
from tests.support.avro import encode

ORDER: dict[str, Any] = {
    "type": "record",
    "name": "com.shop.legacy.Order",
    "doc": "What a system without checks of its own writes: any text, any double, any list.",
    "fields": [
        {"name": "email", "type": "string"},
        {"name": "order_id", "type": "string"},
        {"name": "total", "type": "double"},
        {
            "name": "products",
            "type": {
                "type": "array",
                "items": {
                    "type": "record",
                    "name": "Line",
                    "fields": [{"name": "sku", "type": "string"}, {"name": "name", "type": "string"}],
                },
            },
        },
        {"name": "note", "type": "string", "default": ""},
    ],
}
"""A purchase whose schema allows what Bluecore does not."""


@dataclass(frozen=True)
class Shop:
    """Encodes events under the ids that a registry gave to their schemas, by event type and `order`."""

    registry_url: str
    schemas: Mapping[str, tuple[int, Any]]

    def encode(self, event: str, values: Mapping[str, Any]) -> bytes:
        """The bytes of one event; `values` may have more than the schema's fields."""
        schema_id, schema = self.schemas[event]
        return encode(schema_id, schema, values)

    def event(self, event: str, email: str, **changes: Any) -> bytes:
        """The bytes of a usual event of this type and customer; `changes` replace fields."""
        return self.encode(event, usual(email) | changes)


def registered(registry_url: str) -> Shop:
    """Register the schemas of the ten event types, and `ORDER`."""
    schemas: dict[str, tuple[int, Any]] = {}
    with RegistryClient(registry_url) as client:
        parsed = load_folder(schemas_folder())
        for each in register_folder(client, schemas_folder()):
            schemas[_event(each.subject)] = each.id, parsed[each.subject].parsed
        schemas["order"] = client.register(ORDER["name"], json.dumps(ORDER)), ORDER
    return Shop(registry_url, schemas)


def usual(email: str) -> dict[str, Any]:
    """A value for every field that any of the schemas asks for."""
    return {
        "event_id": "6f2c1c5e-0d8a-4a57-9d0e-3a1f3d2b7c11",
        "occurred_at": datetime.now(UTC),
        "channel": "WEB",
        "distinct_id": email,
        "email": email,
        "customer": {"email": email, "first_name": "Jane"},
        "products": [
            {"product_id": "SKU-1", "sku": "SKU-1", "name": "Scarf", "price": Decimal("19.90"), "quantity": 1}
        ],
        "order_id": "order-1",
        "total": Decimal("19.90"),
        "currency": "EUR",
        "search_term": "scarves",
    }


def _event(record: str) -> str:
    """`com.shop.events.AddToCart` is the record of `add_to_cart`."""
    words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in record.rsplit(".", 1)[-1])
    return words.lstrip("_").replace("opt_in", "optin")
