"""Raw Avro: the body alone, written with a schema that only the configuration knows."""

from __future__ import annotations

from copy import copy
from io import BytesIO
from typing import Self

from consumer.avro.decoding import Decoded, Reading
from consumer.avro.reader_schemas import ReaderSchemas
from consumer.avro.schema import AvroSchema
from consumer.records import Headers


class RawDecoder:
    """Decodes values that were all written with one local schema."""

    def __init__(self, schema: AvroSchema, readers: ReaderSchemas | None = None) -> None:
        self._schema = schema
        self._reading = Reading(readers)

    def narrowed(self, fields: frozenset[str]) -> Self:
        """See `Narrowable.narrowed`."""
        other = copy(self)
        other._reading = self._reading.narrowed(fields)  # noqa: SLF001 - its own copy
        return other

    def decode(self, value: bytes, headers: Headers = ()) -> Decoded:  # noqa: ARG002 - it needs none
        """See `WireFormat.decode`; never raises `SchemaPending`."""
        return self._reading.record(BytesIO(value), self._schema)
