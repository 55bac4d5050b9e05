"""Keys whose schemas are in a registry: of any type, not of records alone; their subject is `<topic>-key`."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

from fastavro import schemaless_reader

from consumer.avro.decoding import Reading
from consumer.avro.errors import SchemaUnknown, Undecodable
from consumer.avro.glue_body import with_plain_body
from consumer.avro.guard import check_value
from consumer.avro.naming import GLUE_PREFIX, Place, before_body, naming_headers
from consumer.avro.registered import SchemasById
from consumer.avro.registry_types import CONFLUENT, RegistryType
from consumer.records import Headers

_HEADERS: Final = naming_headers("key")
_MOST_BYTES: Final = 64 << 10
"""Of a key that was deflated."""


class KeyDecoder:
    """Decodes keys whose schemas are in a schema registry, wherever they name them.

    A header counts before what looks like an id at the beginning of the key, which may be a part of it.
    """

    def __init__(self, cache: SchemasById, registry: RegistryType = CONFLUENT) -> None:
        """`registry`: what the registry of `cache` can be asked for."""
        self._cache = cache
        self._registry = registry
        self._records = Reading()

    def __call__(self, key: bytes, headers: Headers = ()) -> Any:
        """The key's value.

        Raises:
            Undecodable: no retry can help these bytes.
            SchemaPending: the schema is not here yet: ask again.
        """
        places = _HEADERS.places(headers) or tuple(before_body(key))
        if not places:
            raise Undecodable("it names no schema, nor does a header; `key_format` says what it is")
        askable = self._registry.askable(places)
        if not askable:
            raise Undecodable(self._registry.not_askable(places))
        return self._read(key, askable[0])

    def _read(self, key: bytes, place: Place) -> Any:
        try:
            schema = self._cache.get(place.schema_id)
        except SchemaUnknown as error:
            raise Undecodable(str(error)) from None
        plain = with_plain_body(key, _MOST_BYTES) if place.at == GLUE_PREFIX else key
        source = BytesIO(plain)
        source.seek(place.at)
        if schema.record is not None or schema.records:
            return self._records.record(source, schema, place.schema_id).value
        check_value(plain, place.at, schema.parsed, schema.named, schema.shape)
        try:
            value = schemaless_reader(source, schema.parsed, None)
        except Exception:  # noqa: BLE001 - fastavro raises whatever the bytes provoke
            raise Undecodable("the bytes do not fit its schema") from None
        if source.tell() < len(plain):
            raise Undecodable("bytes are left over: it was written with another schema")
        return value
