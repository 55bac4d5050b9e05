"""Keys whose schemas are in a registry: of any type, not of records alone; their subject is `<topic>-key`."""

from __future__ import annotations

from functools import lru_cache, partial
from io import BytesIO
from typing import Any, Final

from fastavro import schemaless_reader

from consumer.avro.decoding import Reading
from consumer.avro.decryption import NO_EXTRA, Decryption
from consumer.avro.encryption import Keys
from consumer.avro.errors import SchemaUnknown, Undecodable
from consumer.avro.fitting import the_one_that_fits
from consumer.avro.glue_body import with_plain_body
from consumer.avro.guard import check_value
from consumer.avro.naming import GLUE_PREFIX, Place, before_body, naming_headers
from consumer.avro.registered import SchemasById
from consumer.avro.registry_types import CONFLUENT, RegistryType
from consumer.records import Headers

_HEADERS: Final = naming_headers("key")
_MOST_BYTES: Final = 64 << 10
"""Of a key that was deflated."""
_MOST_REMEMBERED: Final = 4096
"""Topics: a redelivery names its own, in a header that anyone may write."""


class KeyDecoder:
    """Decodes keys whose schemas are in a schema registry, wherever they name them.

    A header counts before what looks like an id at the beginning of the key, which may be a part of it.
    """

    def __init__(self, cache: SchemasById, registry: RegistryType = CONFLUENT, keys: Keys = NO_EXTRA) -> None:
        """Takes what it is made of.

        Args:
            cache: the schemas of the registry.
            registry: what that registry can be asked for.
            keys: where the keys of what is encrypted are had from.
        """
        self._cache = cache
        self._registry = registry
        self._decryption = lru_cache(_MOST_REMEMBERED)(partial(_of_keys, keys))

    def __call__(self, key: bytes, headers: Headers = (), topic: str = "") -> Any:
        """The key's value; in the place of what cannot be decrypted, `Unreadable`.

        Args:
            key: the bytes.
            headers: those of its record, which may name the schema.
            topic: what the record was first written to.

        Raises:
            Undecodable: no retry can help these bytes.
            SchemaPending: the schema, or the key of what is encrypted, is not here yet: ask again.
        """
        places = _HEADERS.places(headers) or tuple(before_body(key))
        if not places:
            raise Undecodable("it names no schema, nor does a header; `key_format` says what it is")
        read = partial(self._read, key, *self._decryption(topic))
        return the_one_that_fits(places, self._registry, read, lambda value: value)

    def _read(self, key: bytes, decryption: Decryption, records: Reading, place: Place, _alone: bool) -> Any:  # noqa: FBT001 - see `the_one_that_fits`
        try:
            schema = self._cache.get(place.schema_id)
        except SchemaUnknown as error:
            raise Undecodable(str(error)) from None
        plain = with_plain_body(key, _MOST_BYTES) if place.at == GLUE_PREFIX else key
        body = decryption.payload(plain[place.at :], schema)
        source = BytesIO(body)
        if schema.record is not None or schema.records:
            return records.record(source, schema, place.schema_id).value
        check_value(body, 0, schema.parsed, schema.named, schema.shape)
        try:
            value = schemaless_reader(source, schema.parsed, None)
        except Exception:  # noqa: BLE001 - fastavro raises whatever the bytes provoke
            raise Undecodable("the bytes do not fit its schema") from None
        if source.tell() < len(body):
            raise Undecodable("bytes are left over: it was written with another schema")
        return value if schema.encryption is None else decryption.anything(value)


def _of_keys(keys: Keys, topic: str) -> tuple[Decryption, Reading]:
    decryption = Decryption(keys, topic, "key")
    return decryption, Reading(decryption=decryption)
