"""The wire formats by name. A new one is a module with a `decode`, and one line in `FORMATS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from consumer.avro.confluent import Decoder, SchemasById
from consumer.avro.decoding import WireFormat
from consumer.avro.raw import RawDecoder
from consumer.avro.readers import Readers
from consumer.avro.schema import AvroSchema
from consumer.avro.single_object import SingleObjectDecoder


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a format takes schemas from; each format needs one of the first two.

    Attributes:
        cache: the schemas of the registry.
        local: the schemas of local files.
        readers: what records are resolved to; without, and for a type that they do not know, as written.
    """

    cache: SchemasById | None = None
    local: tuple[AvroSchema, ...] = ()
    readers: Readers | None = None


def wire_format(name: str, sources: Sources) -> WireFormat:
    """The decoder of a format.

    Raises:
        ValueError: there is no such format, or `sources` lacks what it needs.
    """
    if name not in FORMATS:
        raise ValueError(f"{name} is no wire format: choose one of {', '.join(FORMATS)}")
    return FORMATS[name](sources)


def _confluent(sources: Sources) -> WireFormat:
    if sources.cache is None:
        raise ValueError("confluent takes its schemas from a registry: set schema_registry.url")
    return Decoder(sources.cache, sources.readers)


def _single_object(sources: Sources) -> WireFormat:
    if not sources.local:
        raise ValueError("single_object takes its schemas from local files: name one or more")
    return SingleObjectDecoder(sources.local, sources.readers)


def _raw(sources: Sources) -> WireFormat:
    if len(sources.local) != 1:
        raise ValueError(f"raw needs the one local schema of its records, not {len(sources.local)}")
    return RawDecoder(sources.local[0], sources.readers)


FORMATS: Mapping[str, Callable[[Sources], WireFormat]] = MappingProxyType(
    {"confluent": _confluent, "single_object": _single_object, "raw": _raw}
)
