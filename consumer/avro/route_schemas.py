"""The local schemas of a route: what its values were written with, and what their records are resolved to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from consumer.avro.decoding import WireFormat
from consumer.avro.decryption import Decryption
from consumer.avro.defaults import with_values
from consumer.avro.errors import InvalidSchema, UnusableSchemas
from consumer.avro.files import SchemaFile, load_file, load_files
from consumer.avro.formats import SchemaSources, wire_format
from consumer.avro.reader_schemas import ReaderSchema, ReaderSchemas
from consumer.avro.registered import SchemasById
from consumer.avro.registry_types import CONFLUENT, RegistryType
from consumer.config.route import RouteConfig


@dataclass(frozen=True, slots=True)
class RouteSchemas:
    """A route with what its files hold.

    Attributes:
        written: the schemas of `schema`; of `confluent` none.
        reader: that of `reader_schema`, if there is one.
    """

    route: RouteConfig
    written: tuple[SchemaFile, ...]
    reader: ReaderSchema | None


def route_schemas(route: RouteConfig) -> RouteSchemas:
    """Read the files that a route names.

    Raises:
        UnusableSchemas: some cannot be used.
    """
    return RouteSchemas(route, written_schemas(route), reader_schema(route))


def written_schemas(route: RouteConfig) -> tuple[SchemaFile, ...]:
    """Read the files of `schema`.

    Raises:
        UnusableSchemas: some cannot be used, none is of a record, or there are several for `raw`.
    """
    files = load_files(map(Path, route.schema_files))
    if files and not any(file.schema.records for file in files):
        raise UnusableSchemas((f"{files[0].path.name}: defines no record",))
    if route.wire_format == "raw" and len(files) > 1:
        named = ", ".join(file.path.name for file in files)
        raise UnusableSchemas(
            (f"a raw value does not tell its schema: name the one file of all values, not {named}",)
        )
    return files


def reader_schema(route: RouteConfig) -> ReaderSchema | None:
    """Read the file of `reader_schema`.

    Raises:
        UnusableSchemas: it cannot be used, or is not of the route's record.
    """
    if route.reader_schema is None:
        return None
    path = Path(route.reader_schema)
    try:
        reader = ReaderSchema(with_values(load_file(path)), route.record)
    except InvalidSchema as error:
        raise UnusableSchemas((f"{path.name}: {error}",)) from None
    names = " and ".join(record.name for record in reader.schema.records)
    if not names:
        raise UnusableSchemas((f"{path.name}: defines no record",))
    if route.record is not None and reader.for_name(route.record) is None:
        alias = f'give it "aliases": ["{route.record}"]'
        raise UnusableSchemas((f"{path.name}: defines {names}, and the route's record is {route.record}; {alias}",))
    return reader


def topic_decoder(  # noqa: PLR0913 - what a topic's decoder is made of
    taking: Sequence[RouteSchemas],
    cache: SchemasById | None,
    registry: RegistryType = CONFLUENT,
    most_bytes: int = 8 << 20,
    decryption: Decryption | None = None,
    *,
    any_record: bool = False,
) -> WireFormat:
    """The decoder of a topic.

    Args:
        taking: the routes that take the topic, at least one; they have one wire format.
        cache: the schemas of the registry.
        registry: what it can be asked for.
        most_bytes: of a body that was deflated.
        decryption: of the topic's encrypted fields.
        any_record: read record types that no route takes, too.
    """
    first = taking[0]
    # A topic's single objects may be of any route's files: each value names its schema.
    pooled = taking if first.route.wire_format == "single_object" else taking[:1]
    local = tuple(file.schema for each in pooled for file in each.written)
    names = [each.route.record for each in taking]
    taken = None if any_record or None in names else frozenset(name for name in names if name is not None)
    readers = ReaderSchemas((each.reader for each in taking if each.reader is not None), taken)
    sources = SchemaSources(cache, local, readers, decryption, registry, most_bytes)
    return wire_format(first.route.wire_format, sources)
