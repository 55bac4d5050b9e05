"""What the tests of this room share: bytes of records, a registry that can be broken, patience."""

from __future__ import annotations

import json
import struct
from io import BytesIO
from typing import Any

from fastavro import parse_schema, schemaless_writer
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from consumer.avro.cache import SchemaCache
from consumer.avro.decoding import Reading
from consumer.avro.errors import SchemaPending
from consumer.avro.reader_schemas import ReaderSchemas
from consumer.avro.schema import AvroSchema
from consumer.sandbox.registry import registry_app
from tests.support.waiting import eventually


def record(name: str, **fields: Any) -> dict[str, Any]:
    """A record schema: field name -> type."""
    return {"type": "record", "name": name, "fields": [{"name": key, "type": of} for key, of in fields.items()]}


def text(schema: Any) -> str:
    return json.dumps(schema)


def body(schema: Any, value: Any) -> bytes:
    """A value as Avro alone."""
    out = BytesIO()
    schemaless_writer(out, parse_schema(schema), value)
    return out.getvalue()


def framed(schema_id: int, schema: Any, value: Any) -> bytes:
    """A value in Confluent's wire format."""
    return struct.pack(">bI", 0, schema_id) + body(schema, value)


def fetched(cache: SchemaCache, schema_id: int) -> AvroSchema:
    """The schema, once it is not pending any more."""

    def found() -> AvroSchema | None:
        try:
            return cache.get(schema_id)
        except SchemaPending:
            return None

    schema = eventually(found, 10, f"schema {schema_id}")
    assert schema is not None
    return schema


class BreakableRegistry:
    """The sandbox's registry, which answers `instead` while that is set, and counts what it was asked."""

    def __init__(self) -> None:
        self.registry = registry_app()
        self.instead: Response | None = None
        self.requests: list[str] = []
        self.queries: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.requests.append(scope["path"])
            self.queries.append(scope["query_string"].decode())
            if self.instead is not None:
                await self.instead(scope, receive, send)
                return
        await self.registry(scope, receive, send)


def read_record(source: BytesIO, schema: AvroSchema, readers: ReaderSchemas | None) -> tuple[str, dict[str, Any]]:
    """The type and the value of one record, all of it."""
    name, value, _ = Reading(readers).record(source, schema)
    return name, value
