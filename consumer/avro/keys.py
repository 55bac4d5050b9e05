"""Keys in Confluent's wire format: of any type, not of records alone; their subject is `<topic>-key`."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from fastavro import schemaless_reader

from consumer.avro.errors import SchemaUnknown, Undecodable
from consumer.avro.guard import check_value
from consumer.avro.registered import RegistryDecoder, SchemasById

_HEADER = 5


class KeyDecoder:
    """Decodes keys whose schemas are in a schema registry."""

    def __init__(self, cache: SchemasById) -> None:
        self._cache = cache
        self._records = RegistryDecoder(cache)

    def __call__(self, key: bytes) -> Any:
        """The key's value.

        Raises:
            Undecodable: no retry can help these bytes.
            SchemaPending: the schema is not here yet: ask again.
        """
        if len(key) < _HEADER or key[0] != 0:
            raise Undecodable("it is not in Confluent's wire format; `key_format` says what it is")
        try:
            schema = self._cache.get(int.from_bytes(key[1:_HEADER], "big"))
        except SchemaUnknown as error:
            raise Undecodable(str(error)) from None
        if schema.record is not None or schema.records:
            return self._records.decode(key).value
        check_value(key, _HEADER, schema.parsed, schema.named, schema.shape)
        source = BytesIO(key)
        source.seek(_HEADER)
        try:
            value = schemaless_reader(source, schema.parsed, None)
        except Exception:  # noqa: BLE001 - fastavro raises whatever the bytes provoke
            raise Undecodable("the bytes do not fit its schema") from None
        if source.tell() < len(key):
            raise Undecodable("bytes are left over: it was written with another schema")
        return value
