"""How the tests read what was recorded: through the decoder that a topic of that format has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consumer.avro.decoding import WireFormat
from consumer.avro.errors import SchemaUnknown
from consumer.avro.formats import SchemaSources, wire_format
from consumer.avro.registry_types import TYPES
from consumer.avro.schema import AvroSchema, definitions, parse
from consumer.avro.schema_ids import IdKind, NamedId, SchemaId
from consumer.records import Headers
from tests.wild.meaning import told


@dataclass(frozen=True, slots=True)
class OneSchema:
    """A registry that knows one schema, at once."""

    known: SchemaId
    schema: AvroSchema

    def get(self, schema_id: SchemaId) -> AvroSchema:
        if schema_id != self.known:
            raise SchemaUnknown(f"the schema {schema_id} is not the recorded {self.known}")
        return self.schema


def decoder(recorded: Mapping[str, Any], schema: str) -> WireFormat:
    """The decoder of a record.

    Args:
        recorded: `format` and, if a registry has the schema, `registry`, `id`, and the texts of its `references`.
        schema: the text of the schema.
    """
    others: dict[str, Any] = {}
    for text in recorded.get("references", {}).values():
        others |= definitions(text)
    parsed = parse(schema, others)
    registry = TYPES[recorded.get("registry", "confluent")]
    sources = SchemaSources(OneSchema(_schema_id(recorded.get("id", 0)), parsed), (parsed,), registry=registry)
    return wire_format(recorded["format"], sources)


def read(recorded: Mapping[str, Any], schema: str) -> Any:
    """What the decoder makes of a record, in the words of `told`.

    Args:
        recorded: also `value` and, if it has any, `headers`.
        schema: the text of the schema.
    """
    headers: Headers = tuple((name, bytes.fromhex(each)) for name, each in recorded.get("headers", {}).items())
    return told(decoder(recorded, schema).decode(bytes.fromhex(recorded["value"]), headers).value)


def _schema_id(recorded: int | list[Any]) -> SchemaId:
    return recorded if isinstance(recorded, int) else NamedId(IdKind[recorded[0]], recorded[1])
