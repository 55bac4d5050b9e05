"""Records whose schemas are in a registry, wherever they name them."""

from __future__ import annotations

from copy import copy
from io import BytesIO
from typing import Final, Protocol, Self

from consumer.avro.decoding import Decoded, Reading
from consumer.avro.decryption import Decryption, NoKeys
from consumer.avro.errors import EncryptedPayload, SchemaPending, SchemaUnknown, Undecodable, UnknownSchema
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
        return self._fitting(value, places)

    def _fitting(self, value: bytes, places: tuple[Place, ...]) -> Decoded:
        """The record, by the one schema that it fits."""
        askable = self._registry.askable(places)
        pending: list[SchemaPending] = []
        faults = [] if len(askable) == len(places) else [self._registry.not_askable(places)]
        fitting: list[tuple[Place, Decoded]] = []
        encrypted: EncryptedPayload | None = None
        unknown: tuple[SchemaId, ...] = ()
        for place in askable:
            try:
                plain = with_plain_body(value, self._most_bytes) if place.at == GLUE_PREFIX else value
                reading = self._reading if len(askable) == 1 else self._judging
                fitting.append((place, self._read(BytesIO(plain), place.schema_id, place.at, reading)))
            except SchemaPending as error:
                pending.append(error)
            except EncryptedPayload as error:
                encrypted = error
            except Undecodable as error:
                faults.append(str(error))
                unknown += error.unknown if isinstance(error, UnknownSchema) else ()
        # Where one fits, another that the registry says it has not got is no schema, but bytes that look like its id.
        if waiting := [error for error in pending if not (fitting and error.unknown)]:
            raise waiting[0]
        if not fitting:
            words = "; ".join(faults)
            raise encrypted or (UnknownSchema(words, unknown) if unknown else Undecodable(words))
        (first, decoded), *others = fitting
        for place, other in others:
            if repr(other[:2]) != repr(decoded[:2]):  # a NaN is not equal to itself
                raise Undecodable(
                    f"the record names schema {first.schema_id} by {first.how} and schema {place.schema_id} by "
                    f"{place.how}, and fits both: let the producer write one of the two"
                )
        return decoded

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
