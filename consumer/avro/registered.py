"""Records whose schemas are in a registry, wherever they name them."""

from __future__ import annotations

from copy import copy
from functools import partial
from io import BytesIO
from operator import itemgetter
from typing import Final, Protocol, Self

from consumer.avro.decoding import Decoded, Reading
from consumer.avro.decryption import Decryption, NoKeys
from consumer.avro.errors import SchemaUnknown, Undecodable, UnknownSchema
from consumer.avro.fitting import the_one_that_fits
from consumer.avro.glue_body import with_plain_body
from consumer.avro.naming import GLUE_PREFIX, PREFIX, Place, before_body, naming_headers
from consumer.avro.reader_schemas import ReaderSchemas
from consumer.avro.registry_types import CONFLUENT, RegistryType
from consumer.avro.schema import AvroSchema
from consumer.avro.schema_ids import SchemaId
from consumer.avro.unnamed import without_a_name
from consumer.records import Headers

_HEADERS: Final = naming_headers("value")


class SchemasById(Protocol):
    """The part of `SchemaCache` that decoding needs."""

    def get(self, schema_id: SchemaId) -> AvroSchema:
        """The schema, or `SchemaPending`, or `SchemaUnknown`; never blocks."""
        ...


class RegistryDecoder:
    """Decodes values whose schemas are in a schema registry.

    A record may seem to name more than one schema: a header says one, and the first bytes of the value another, which
    are a part of the body then, or the header is another record's. What counts is what the body fits, to its last
    byte; where it fits more than one of them, and is another record by each, it is refused.
    """

    def __init__(
        self,
        cache: SchemasById,
        readers: ReaderSchemas | None = None,
        registry: RegistryType = CONFLUENT,
        most_bytes: int = 8 << 20,
        decryption: Decryption | None = None,
    ) -> None:
        """Takes what it is made of.

        Args:
            cache: the schemas of the registry.
            readers: what records are resolved to; without, as written.
            registry: what that registry can be asked for.
            most_bytes: of a body that was deflated.
            decryption: of what is encrypted; without, it is unreadable.
        """
        self._cache = cache
        self._decryption = decryption or Decryption(NoKeys("there is no registry of keys"), "")
        self._reading = Reading(readers, decryption=self._decryption)
        judged = None if readers is None else readers.of_any_record()
        self._judging = Reading(judged, decryption=self._decryption)
        self._registry = registry
        self._numbers = registry.numbers
        self._most_bytes = most_bytes

    def narrowed(self, fields: frozenset[str]) -> Self:
        """See `Narrowable.narrowed`."""
        other = copy(self)
        other._reading = self._reading.narrowed(fields)  # noqa: SLF001 - its own copy
        return other

    def decode(self, value: bytes, headers: Headers = ()) -> Decoded:
        """See `WireFormat.decode`."""
        named = _HEADERS.places(headers) if headers else ()
        if not named and self._numbers and len(value) >= PREFIX and value[0] == 0:
            # Nearly every record of nearly every topic; 0 is no registry's id.
            schema_id = int.from_bytes(value[1:PREFIX], "big")
            if schema_id:
                return self._read(BytesIO(value), schema_id, PREFIX, self._reading)
        places = (*named, *before_body(value))
        if not places:
            raise Undecodable(without_a_name(value, headers, self._registry))
        return the_one_that_fits(places, self._registry, partial(self._read_at, value), itemgetter(0, 1))

    def _read_at(self, value: bytes, place: Place, alone: bool) -> Decoded:  # noqa: FBT001 - see `the_one_that_fits`
        plain = with_plain_body(value, self._most_bytes) if place.at == GLUE_PREFIX else value
        reading = self._reading if alone else self._judging
        return self._read(BytesIO(plain), place.schema_id, place.at, reading)

    def _read(self, source: BytesIO, schema_id: SchemaId, at: int, reading: Reading) -> Decoded:
        try:
            schema = self._cache.get(schema_id)
        except SchemaUnknown as error:
            raise UnknownSchema(str(error), (schema_id,)) from None
        source.seek(at)
        try:
            if schema.encryption is not None and schema.encryption.payload:
                source = BytesIO(self._decryption.payload(source.read(), schema))
            return reading.record(source, schema, schema_id)
        except Undecodable as error:
            raise type(error)(f"schema {schema_id}: {error}", schema_id) from None
