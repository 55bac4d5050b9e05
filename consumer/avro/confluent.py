"""Confluent's wire format: a zero byte, the registry's schema id in four bytes big-endian, the Avro body."""

from __future__ import annotations

from copy import copy
from io import BytesIO
from typing import Protocol, Self

from consumer.avro.decoding import Decoded, Reading
from consumer.avro.errors import SchemaUnknown, Undecodable
from consumer.avro.reader_schemas import ReaderSchemas
from consumer.avro.schema import AvroSchema

_HEADER = 5


class SchemasById(Protocol):
    """The part of `SchemaCache` that decoding needs."""

    def get(self, schema_id: int) -> AvroSchema:
        """The schema, or `SchemaPending`, or `SchemaUnknown`; never blocks."""
        ...


class ConfluentDecoder:
    """Decodes values whose schemas are in a schema registry."""

    def __init__(self, cache: SchemasById, readers: ReaderSchemas | None = None) -> None:
        self._cache = cache
        self._reading = Reading(readers)

    def narrowed(self, fields: frozenset[str]) -> Self:
        """See `Narrowable.narrowed`."""
        other = copy(self)
        other._reading = self._reading.narrowed(fields)  # noqa: SLF001 - its own copy
        return other

    def decode(self, value: bytes) -> Decoded:
        """See `WireFormat.decode`."""
        if len(value) < _HEADER or value[0] != 0:
            raise Undecodable(_not_framed(value))
        schema_id = int.from_bytes(value[1:_HEADER], "big")
        try:
            schema = self._cache.get(schema_id)
        except SchemaUnknown as error:
            raise Undecodable(str(error)) from None
        source = BytesIO(value)
        source.seek(_HEADER)
        try:
            return self._reading.record(source, schema, schema_id)
        except Undecodable as error:
            raise Undecodable(f"schema {schema_id}: {error}", schema_id) from None


def _not_framed(value: bytes) -> str:
    if len(value) < _HEADER:
        return f"a value of {len(value)} bytes is too short for Confluent's wire format"
    return f"the value starts with byte {value[0]:#04x}, not with the 0x00 of Confluent's wire format"
