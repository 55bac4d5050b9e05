"""Wire formats are chosen by name, and say what they lack."""

from __future__ import annotations

import pytest

from consumer.avro.formats import FORMATS, SchemaSources, wire_format
from consumer.avro.schema import AvroSchema, parse
from consumer.avro.schema_ids import SchemaId
from consumer.avro.single_object import schema_fingerprint
from tests.avro.support import body, framed, record, text

RECORD = record("R", n="int")
SCHEMA = parse(text(RECORD))


class OneSchema:
    def get(self, schema_id: SchemaId) -> AvroSchema:  # noqa: ARG002 - every id is this schema's
        return SCHEMA


VALUES = {
    "confluent": framed(7, RECORD, {"n": 1}),
    "single_object": b"\xc3\x01" + schema_fingerprint(SCHEMA) + body(RECORD, {"n": 1}),
    "raw": body(RECORD, {"n": 1}),
}


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_reads_its_own_values(name: str) -> None:
    decoded = wire_format(name, SchemaSources(OneSchema(), (SCHEMA,))).decode(VALUES[name])
    assert (decoded.name, decoded.value) == ("R", {"n": 1})


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("confluent", "set schema_registry.url"),
        ("single_object", "local files: name one or more"),
        ("raw", "the one local schema of its records, not 0"),
        ("protobuf", "protobuf is no wire format: choose one of confluent, single_object, raw"),
    ],
)
def test_a_format_without_its_schemas_is_refused(name: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        wire_format(name, SchemaSources())
