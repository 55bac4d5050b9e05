"""The wire formats by name. A new one is a module with a `decode`, and one line in `FORMATS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from consumer.avro.decoding import WireFormat
from consumer.avro.decryption import Decryption
from consumer.avro.raw import RawDecoder
from consumer.avro.reader_schemas import ReaderSchemas
from consumer.avro.registered import RegistryDecoder, SchemasById
from consumer.avro.registry_types import CONFLUENT, RegistryType
from consumer.avro.schema import AvroSchema
from consumer.avro.single_object import SingleObjectDecoder


@dataclass(frozen=True, slots=True)
class SchemaSources:
    """Where a format takes schemas from; each format needs one of the first two.

    Attributes:
        cache: the schemas of the registry.
        local: the schemas of local files.
        readers: what records are resolved to; without, and for a type that they do not know, as written.
        decryption: of encrypted fields; without, they are unreadable.
        registry: what the registry can be asked for.
        most_bytes: of a body that was deflated.
    """

    cache: SchemasById | None = None
    local: tuple[AvroSchema, ...] = ()
    readers: ReaderSchemas | None = None
    decryption: Decryption | None = None
    registry: RegistryType = CONFLUENT
    most_bytes: int = 8 << 20


def wire_format(name: str, sources: SchemaSources) -> WireFormat:
    """The decoder of a format.

    Raises:
        ValueError: there is no such format, or `sources` lacks what it needs.
    """
    if name not in FORMATS:
        raise ValueError(f"{name} is no wire format: choose one of {', '.join(FORMATS)}")
    return FORMATS[name](sources)


def _confluent(sources: SchemaSources) -> WireFormat:
    if sources.cache is None:
        raise ValueError("confluent takes its schemas from a registry: set schema_registry.url")
    return RegistryDecoder(sources.cache, sources.readers, sources.registry, sources.most_bytes, sources.decryption)


def _single_object(sources: SchemaSources) -> WireFormat:
    if not sources.local:
        raise ValueError("single_object takes its schemas from local files: name one or more")
    return SingleObjectDecoder(sources.local, sources.readers)


def _raw(sources: SchemaSources) -> WireFormat:
    if len(sources.local) != 1:
        raise ValueError(f"raw needs the one local schema of its records, not {len(sources.local)}")
    return RawDecoder(sources.local[0], sources.readers)


FORMATS: Mapping[str, Callable[[SchemaSources], WireFormat]] = MappingProxyType(
    {"confluent": _confluent, "single_object": _single_object, "raw": _raw}
)
