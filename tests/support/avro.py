"""Avro values as a producer with a schema registry writes them."""

from __future__ import annotations

import io
import struct
from typing import Any

from fastavro import parse_schema, schemaless_writer


def encode(schema_id: int, schema: dict[str, Any] | list[Any] | str, value: Any) -> bytes:
    """Bytes in the Confluent wire format: a zero, the schema's id in four bytes (big-endian), the Avro value."""
    out = io.BytesIO()
    out.write(struct.pack(">bI", 0, schema_id))
    schemaless_writer(out, parse_schema(schema), value)
    return out.getvalue()
