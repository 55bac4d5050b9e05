"""Values of any two versions of a type are read as one, in every wire format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consumer.avro.compatibility import compatibility_findings
from consumer.avro.defaults import with_values
from consumer.avro.formats import SchemaSources, wire_format
from consumer.avro.reader_schemas import ReaderSchema, ReaderSchemas
from consumer.avro.schema import AvroSchema, parse
from consumer.avro.schema_ids import SchemaId
from consumer.avro.single_object import schema_fingerprint
from tests.avro.support import body, framed

NAMES = ("a", "b", "c", "d")
# A field of the reader, and what an older or newer version may have written in its place.
TYPES: Mapping[str, tuple[Any, ...]] = {
    "long": ("int", "long"),
    "double": ("int", "long", "float", "double"),
    "string": ("string", "bytes"),
}
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**53), 2**53),
    "float": st.integers(-9999, 9999).map(lambda eighths: eighths / 8),
    "double": st.floats(allow_nan=False, allow_infinity=False),
    "string": st.text(),
    "bytes": st.text().map(str.encode),
}
DEFAULTS: Mapping[str, Any] = {"long": 7, "double": 0.5, "string": "none"}


class Registry:
    """The schemas by id."""

    def __init__(self, schemas: Mapping[SchemaId, AvroSchema]) -> None:
        self._schemas = schemas

    def get(self, schema_id: SchemaId) -> AvroSchema:
        return self._schemas[schema_id]


def order(fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "record", "name": "com.shop.Order", "fields": fields}


@st.composite
def readers(draw: st.DrawFn) -> dict[str, Any]:
    """A record whose fields all have defaults."""
    kinds = draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(list(TYPES))))
    return order([{"name": name, "type": kind, "default": DEFAULTS[kind]} for name, kind in kinds.items()])


@st.composite
def versions(draw: st.DrawFn, reader: Mapping[str, Any]) -> dict[str, Any]:
    """A version that resolves to the reader: some of its fields, perhaps narrower, some of its own, in any order."""
    kinds = {field["name"]: field["type"] for field in reader["fields"]}
    names = draw(st.lists(st.sampled_from((*NAMES, "own")), unique=True))
    return order([{"name": name, "type": draw(st.sampled_from(TYPES[kinds.get(name, "double")]))} for name in names])


def a_value(schema: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({field["name"]: VALUES[field["type"]] for field in schema["fields"]})


# Schemas are drawn before values: the first example is slow to draw, by nature.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_values_of_any_two_versions_have_the_readers_fields(data: st.DataObject) -> None:
    """A field that was written keeps its value, one that was not has its default, and no other comes through."""
    target = data.draw(readers())
    two = [data.draw(versions(target)) for _ in range(2)]
    reader = with_values(parse(json.dumps(target)))
    parsed = [parse(json.dumps(version)) for version in two]
    resolving = ReaderSchemas([ReaderSchema(reader)])
    registry = Registry(dict[SchemaId, AvroSchema](enumerate(parsed, start=1)))
    of_registry = wire_format("confluent", SchemaSources(registry, readers=resolving))
    single = wire_format("single_object", SchemaSources(local=tuple(parsed), readers=resolving))
    for number, (version, schema) in enumerate(zip(two, parsed, strict=True), start=1):
        assert schema.record is not None
        assert reader.record is not None
        assert compatibility_findings(schema, schema.record, reader, reader.record) == []
        value = data.draw(a_value(version))
        plain = {name: each.decode() if isinstance(each, bytes) else each for name, each in value.items()}
        expected = {field["name"]: plain.get(field["name"], field["default"]) for field in target["fields"]}
        raw = wire_format("raw", SchemaSources(local=(schema,), readers=resolving))
        written = body(version, value)
        assert raw.decode(written).value == expected
        assert single.decode(b"\xc3\x01" + schema_fingerprint(schema) + written).value == expected
        assert of_registry.decode(framed(number, version, value)).value == expected
