"""Avro keys: of any type, in Confluent's wire format."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from fastavro import schemaless_writer

from consumer.avro.errors import SchemaPending, SchemaUnknown, Undecodable
from consumer.avro.keys import KeyDecoder
from consumer.avro.registry_types import TYPES
from consumer.avro.schema import AvroSchema, parse
from consumer.avro.schema_ids import IdKind, NamedId, SchemaId
from consumer.records import Headers

RECORD = {"type": "record", "name": "Key", "fields": [{"name": "id", "type": "long"}]}


class Schemas:
    def __init__(self, schema: Any = None, error: Exception | None = None) -> None:
        self._schema, self._error = schema, error

    def get(self, schema_id: SchemaId) -> AvroSchema:
        if self._error is not None:
            raise self._error
        assert schema_id == 7
        return parse(json.dumps(self._schema))


def written(schema: Any, value: Any) -> bytes:
    out = BytesIO(b"\x00\x00\x00\x00\x07")
    out.seek(5)
    schemaless_writer(out, schema, value)
    return out.getvalue()


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ("string", "u1"),
        ("long", 7),
        (["null", "string"], None),
        (["null", "string"], "u1"),
        (RECORD, {"id": 7}),
        ({"type": "array", "items": "int"}, [1, 2]),
        ("bytes", b"\x00"),
    ],
)
def test_a_key_of_any_type_is_read(schema: Any, value: Any) -> None:
    assert KeyDecoder(Schemas(schema))(written(schema, value)) == value


@pytest.mark.parametrize(
    ("key", "rule"),
    [
        (b"u1", "it names no schema, nor does a header; `key_format` says what it is"),
        (b"\x01\x00\x00\x00\x07\x02a", "it names no schema"),
        (written("string", "u1")[:-1], "the bytes do not fit its schema"),
        (written("string", "u1") + b"x", "bytes are left over"),
    ],
)
def test_what_is_no_such_key_is_told_so(key: bytes, rule: str) -> None:
    with pytest.raises(Undecodable, match=rule):
        KeyDecoder(Schemas("string"))(key)


def test_a_schema_that_is_not_here_is_waited_for_and_one_that_there_is_not_is_told() -> None:
    with pytest.raises(SchemaPending):
        KeyDecoder(Schemas(error=SchemaPending(7)))(written("string", "u1"))
    with pytest.raises(Undecodable, match="no schema 7"):
        KeyDecoder(Schemas(error=SchemaUnknown("no schema 7")))(written("string", "u1"))


def test_a_key_is_read_by_its_header() -> None:
    """The value's header is not the key's."""
    headers: Headers = (("other", b"x"), ("__key_schema_id", b"\x00\x00\x00\x00\x07"))
    assert KeyDecoder(Schemas("string"))(b"\x04u1", headers) == "u1"
    with pytest.raises(Undecodable, match="names no schema"):
        KeyDecoder(Schemas("string"))(b"\x04u1", (("__value_schema_id", b"\x00\x00\x00\x00\x07"),))


def test_a_key_of_debezium_with_apicurios_converter_needs_apicurios_api() -> None:
    headers = (("apicurio.key.globalId", (7).to_bytes(8, "big")),)
    with pytest.raises(Undecodable, match=r"apicurio\.key\.globalId, .* set schema_registry.type: apicurio"):
        KeyDecoder(Schemas("string"))(b"\x04u1", headers)
    assert KeyDecoder(Global(), TYPES["apicurio"])(b"\x04u1", headers) == "u1"


@pytest.mark.parametrize("kind", [IdKind.CONTENT_ID, IdKind.GLOBAL_ID])
def test_a_legacy_id_of_8_bytes_is_whichever_apicurio_has(kind: IdKind) -> None:
    """It does not say its kind; where it is said in the configuration, only that is asked for."""
    key = b"\x00" + (7).to_bytes(8, "big") + b"\x04u1"
    assert KeyDecoder(Only(kind), TYPES["apicurio"])(key) == "u1"
    assert KeyDecoder(Only(kind), TYPES["apicurio"].with_legacy(kind))(key) == "u1"
    other = next(each for each in (IdKind.CONTENT_ID, IdKind.GLOBAL_ID) if each is not kind)
    with pytest.raises(Undecodable, match="no schema 7"):
        KeyDecoder(Only(kind), TYPES["apicurio"].with_legacy(other))(key)


def test_a_legacy_id_that_is_two_schemas_is_read_by_what_fits() -> None:
    key = b"\x00" + (7).to_bytes(8, "big")
    assert KeyDecoder(Both('"long"', '"string"'), TYPES["apicurio"])(key + b"\x04u1") == "u1"
    with pytest.raises(Undecodable, match="fits both: let the producer write one of the two"):
        KeyDecoder(Both('"int"', '"string"'), TYPES["apicurio"])(key + b"\x00")


def test_a_legacy_id_waits_for_either_schema() -> None:
    with pytest.raises(SchemaPending):
        KeyDecoder(Schemas(error=SchemaPending(7)), TYPES["apicurio"])(b"\x00" + (7).to_bytes(8, "big") + b"\x04u1")


class Only:
    """Has the schema under one kind of id."""

    def __init__(self, kind: IdKind) -> None:
        self._kind = kind

    def get(self, schema_id: SchemaId) -> AvroSchema:
        if schema_id != NamedId(self._kind, 7):
            raise SchemaUnknown("no schema 7")
        return parse('"string"')


class Both:
    def __init__(self, content: str, of_global: str) -> None:
        self._schemas = {IdKind.CONTENT_ID: content, IdKind.GLOBAL_ID: of_global}

    def get(self, schema_id: SchemaId) -> AvroSchema:
        assert isinstance(schema_id, NamedId)
        return parse(self._schemas[schema_id.kind])


class Global:
    def get(self, schema_id: SchemaId) -> AvroSchema:
        assert schema_id == NamedId(IdKind.GLOBAL_ID, 7)
        return parse('"string"')
