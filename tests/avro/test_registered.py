"""Confluent's wire format: a zero byte, four bytes of schema id, the record."""

from __future__ import annotations

import pytest

from consumer.avro.decoding import Decoded
from consumer.avro.errors import SchemaPending, SchemaUnknown, Undecodable
from consumer.avro.reader_schemas import ReaderSchema, ReaderSchemas
from consumer.avro.registered import RegistryDecoder
from consumer.avro.schema import AvroSchema, parse
from consumer.avro.schema_ids import SchemaId
from tests.avro.support import framed, record, text

ORDER = record("com.shop.Order", id="string")
BIG_ID = 0x01020304


class Schemas:
    """Schema 0x01020304 is an order, schema 1 is on its way, and there are no others."""

    def get(self, schema_id: SchemaId) -> AvroSchema:
        if schema_id == 1:
            raise SchemaPending(schema_id)
        if schema_id != BIG_ID:
            raise SchemaUnknown(f"schema {schema_id} is unknown to the registry")
        return parse(text(ORDER))


@pytest.fixture
def decoder() -> RegistryDecoder:
    return RegistryDecoder(Schemas())


def test_the_schema_id_is_four_bytes_big_endian(decoder: RegistryDecoder) -> None:
    value = b"\x00\x01\x02\x03\x04" + b"\x04A1"
    assert decoder.decode(value) == Decoded("com.shop.Order", {"id": "A1"}, BIG_ID)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"", "0 bytes is too short"),
        (b"\x00\x00\x00\x01", "4 bytes is too short"),
        (b'{"id": "A1"}', "starts with 0x7b, as JSON text does"),
        (framed(9, ORDER, {"id": "A1"}), "schema 9 is unknown"),
        (framed(BIG_ID, ORDER, {"id": "A1"}) + b"x", f"schema {BIG_ID}: 1 bytes are left over"),
    ],
)
def test_what_is_undecodable_says_why(decoder: RegistryDecoder, value: bytes, said: str) -> None:
    with pytest.raises(Undecodable, match=said):
        decoder.decode(value)


def test_a_schema_that_is_not_here_yet_is_no_fault_of_the_record(decoder: RegistryDecoder) -> None:
    with pytest.raises(SchemaPending):
        decoder.decode(framed(1, ORDER, {"id": "A1"}))


def test_a_reader_schema_applies_to_the_records_that_it_knows() -> None:
    reader = record("com.shop.Order")
    reader["fields"].append({"name": "total", "type": "int", "default": 0})
    decoder = RegistryDecoder(Schemas(), ReaderSchemas([ReaderSchema(parse(text(reader)))]))
    assert decoder.decode(framed(BIG_ID, ORDER, {"id": "A1"})).value == {"total": 0}
