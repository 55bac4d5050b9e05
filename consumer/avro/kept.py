"""The schemas of the registry that are kept in memory: those used last, as many as there is room for."""

from __future__ import annotations

from collections import OrderedDict

from consumer.avro.schema import AvroSchema
from consumer.avro.schema_ids import SchemaId

MOST_BYTES = 48 << 20
"""Of all schemas together, about: some hundreds of a few kilobytes of text each."""
_BYTES_A_CHARACTER = 12
"""What a character of a schema's text takes once it is parsed [measured]."""
_BYTES_A_SCHEMA = 4000


class KeptSchemas:
    """By id. One thread gets, another puts."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """`most_bytes`: of the schemas; the last one is kept, however large it is."""
        self._most_bytes = most_bytes
        self._schemas: OrderedDict[SchemaId, AvroSchema] = OrderedDict()
        self.bytes = 0
        """About the memory that they take."""

    def __len__(self) -> int:
        return len(self._schemas)

    def get(self, schema_id: SchemaId) -> AvroSchema | None:
        """The schema of an id, which is the one used last from now on; None: it is not kept."""
        schema = self._schemas.get(schema_id)
        if schema is not None:
            try:
                self._schemas.move_to_end(schema_id)
            except KeyError:  # it has just been forgotten
                return schema
        return schema

    def put(self, schema_id: SchemaId, schema: AvroSchema) -> None:
        """Keeps a schema; those that were not used for longest make room for it."""
        if schema_id in self._schemas:
            return
        self._schemas[schema_id] = schema
        self.bytes += _size(schema)
        while self.bytes > self._most_bytes and len(self._schemas) > 1:
            self.bytes -= _size(self._schemas.popitem(last=False)[1])


def _size(schema: AvroSchema) -> int:
    return _BYTES_A_SCHEMA + _BYTES_A_CHARACTER * schema.characters
