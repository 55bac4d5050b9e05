"""Raw Avro: the body alone, written with a schema that only the configuration knows."""

from __future__ import annotations

from io import BytesIO

from consumer.avro.decoding import Decoded, read_record
from consumer.avro.reader_schemas import ReaderSchemas
from consumer.avro.schema import AvroSchema


class RawDecoder:
    """Decodes values that were all written with one local schema."""

    def __init__(self, schema: AvroSchema, readers: ReaderSchemas | None = None) -> None:
        self._schema = schema
        self._readers = readers

    def decode(self, value: bytes) -> Decoded:
        """See `WireFormat.decode`; never raises `SchemaPending`."""
        return Decoded(*read_record(BytesIO(value), self._schema, self._readers))
