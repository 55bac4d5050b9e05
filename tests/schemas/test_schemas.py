"""The sample schemas: one an event type, documented throughout, and usable as they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from fastavro import schemaless_writer

from consumer.avro.files import load_file, load_folder, schemas_folder
from consumer.avro.schema import AvroSchema
from consumer.config.model import EVENT_TYPES
from tests.avro.support import read_record

EVERY = {
    "event_id": "3f2b8c1e-6d4a-4f0b-9a57-2c1d8e7f6a5b",
    "occurred_at": datetime(2025, 3, 14, 15, 9, 26, 535000, tzinfo=UTC),
    "channel": "APP",
}
CUSTOMER = {
    "email": "jane@example.com",
    "first_name": "Jane",
    "last_name": "Doe",
    "phone": "+15551234567",
    "city": "Springfield",
    "state": None,
    "zip": "12345",
    "country": "US",
    "gender": "FEMALE",
    "birthday": date(1990, 2, 28),
    "loyalty_points": 1200,
}
SHOPPER = {"distinct_id": "jane@example.com", "email": "jane@example.com"}
PLACE = {"client": "4.2.0", "device": "mobile/iPad"}
PRODUCT = {"product_id": "A-1", "name": "Shoe", "price": Decimal("59.90"), "category": "Shoes/Running"}
LINE = {"product_id": "A-1", "name": "Shoe", "price": Decimal("59.90"), "quantity": 2}
CART = {"products": [LINE], "cart_id": "00000000-0000-4000-8000-000000000001"}

SAMPLES: dict[str, dict[str, Any]] = {
    "customer_patch": {"customer": CUSTOMER, "device": None},
    "identify": {"distinct_id": "device-17", "customer": CUSTOMER} | PLACE,
    "optin": {"email": "jane@example.com", "source": "footer"} | PLACE,
    "unsubscribe": {"email": "jane@example.com", "reason": None} | PLACE,
    "viewed_product": SHOPPER | {"products": [PRODUCT], "referrer": None} | PLACE,
    "search": SHOPPER | {"search_term": "running shoes", "result_count": 12} | PLACE,
    "add_to_cart": SHOPPER | CART | PLACE,
    "remove_from_cart": SHOPPER | CART | PLACE,
    "wishlist": SHOPPER | {"products": [PRODUCT]} | PLACE,
    "purchase": {
        "customer": CUSTOMER,
        "order_id": "2025-0001",
        "total": Decimal("119.80"),
        "currency": "USD",
        "products": [LINE],
        "tags": {"gift": "yes"},
    }
    | PLACE,
}


def schema_of(event_type: str) -> AvroSchema:
    return load_file(schemas_folder() / f"{event_type}.avsc")


def test_there_is_one_for_each_event_type_in_one_namespace() -> None:
    assert sorted(path.stem for path in schemas_folder().iterdir()) == sorted(EVENT_TYPES)
    names = load_folder(schemas_folder())
    assert len(names) == len(EVENT_TYPES)
    assert all(name.startswith("com.shop.events.") for name in names)


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_a_sample_is_read_as_it_was_written(event_type: str) -> None:
    schema, sample = schema_of(event_type), EVERY | SAMPLES[event_type]
    assert schema.record is not None
    data = BytesIO()
    schemaless_writer(data, schema.parsed, sample, strict=True)
    data.seek(0)
    assert read_record(data, schema, None) == (schema.record.name, sample)


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_every_type_and_field_is_documented(event_type: str) -> None:
    bare = [name for name, definition in definitions_in(schema_of(event_type)) if not definition.get("doc")]
    assert bare == []


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_what_may_be_missing_is_null_by_default(event_type: str) -> None:
    """So that a producer may leave it out, and a later version may drop it."""
    for name, field in definitions_in(schema_of(event_type)):
        if isinstance(field["type"], list):
            assert (field["type"][0], field.get("default", "none")) == ("null", None), name


def test_one_name_is_one_type_in_every_file() -> None:
    """Two definitions of one name cannot both be in a program that knows the whole folder."""
    known: dict[str, Any] = {}
    for schema in load_folder(schemas_folder()).values():
        for name, definition in schema.named.items():
            assert known.setdefault(name, definition) == definition, name


def definitions_in(schema: AvroSchema) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every named type of a schema, and every field of its records."""
    for name, definition in schema.named.items():
        yield name, definition
        for field in definition.get("fields", ()):
            yield f"{name}.{field['name']}", field
