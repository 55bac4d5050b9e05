"""Avro's single-object encoding: the bytes C3 01, the schema's CRC-64-AVRO fingerprint, the Avro body.

Rules: the Avro 1.12 specification, "Single-object encoding" and "Parsing Canonical Form for Schemas".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from copy import copy
from io import BytesIO
from typing import Self

from fastavro.schema import fingerprint, to_parsing_canonical_form

from consumer.avro.canonical_forms import canonical_forms
from consumer.avro.decoding import Decoded, Reading
from consumer.avro.errors import Undecodable
from consumer.avro.reader_schemas import ReaderSchemas
from consumer.avro.schema import AvroSchema, branches_alone
from consumer.records import Headers

_MARKER = b"\xc3\x01"
_HEADER = 10


class SingleObjectDecoder:
    """Decodes values whose schemas are in local files: any number of types, and of versions of them.

    A record of a union may be written with the union's fingerprint, or with its own. Of schemas that differ only in
    what the specification's fingerprint does not show (logical types, defaults, documentation), the first is taken.
    Libraries whose fingerprints differ from the specification's are understood too.
    """

    def __init__(self, schemas: Iterable[AvroSchema], readers: ReaderSchemas | None = None) -> None:
        self._schemas: dict[bytes, AvroSchema] = {}
        every = [each for schema in schemas for each in (schema, *branches_alone(schema))]
        for each in every:
            self._schemas.setdefault(schema_fingerprint(each), each)
        for each in every:
            for fingerprinted in _other_fingerprints(each):
                self._schemas.setdefault(fingerprinted, each)
        self._reading = Reading(readers)

    def narrowed(self, fields: frozenset[str]) -> Self:
        """See `Narrowable.narrowed`."""
        other = copy(self)
        other._reading = self._reading.narrowed(fields)  # noqa: SLF001 - its own copy
        return other

    def decode(self, value: bytes, headers: Headers = ()) -> Decoded:  # noqa: ARG002 - it needs none
        """See `WireFormat.decode`; never raises `SchemaPending`."""
        if len(value) < _HEADER or not value.startswith(_MARKER):
            raise Undecodable("the value does not start with the header of Avro's single-object encoding")
        schema = self._schemas.get(value[2:_HEADER])
        if schema is None:
            raise Undecodable(
                f"no local schema has the fingerprint {value[2:_HEADER].hex()}: add the .avsc file of this version"
            )
        source = BytesIO(value)
        source.seek(_HEADER)
        return self._reading.record(source, schema)


def schema_fingerprint(schema: AvroSchema) -> bytes:
    """The 8 bytes by which the header names a schema: CRC-64-AVRO of its canonical form, little-endian."""
    return bytes.fromhex(fingerprint(to_parsing_canonical_form(schema.parsed), "CRC-64-AVRO"))


def _other_fingerprints(schema: AvroSchema) -> Iterator[bytes]:
    """Those of libraries that differ, of the schema as it was written, and with what it refers to in its place."""
    for written in (schema.raw, schema.parsed):
        # What a tolerant parser takes need not have every form.
        with suppress(AttributeError, LookupError, TypeError):
            for form in canonical_forms(written):
                yield bytes.fromhex(fingerprint(form, "CRC-64-AVRO"))
