"""A schema of the registry with all that it refers to, whichever subjects those are in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from consumer.avro.encrypted_fields import with_encryption
from consumer.avro.errors import InvalidSchema, SchemaUnknown, SchemaUnusable
from consumer.avro.protocol import RegisteredSchema
from consumer.avro.schema import AvroSchema, definitions, parse
from consumer.avro.schema_ids import SchemaId

MOST_REFERENCES = 300
"""Each is a request to the registry."""


class SchemaStore(Protocol):
    """The part of `Registry` by which schemas are found."""

    def schema(self, schema_id: SchemaId) -> RegisteredSchema: ...

    def schema_of(self, subject: str, version: int | str = ..., *, deleted: bool = ...) -> RegisteredSchema: ...


def load_schema(store: SchemaStore, schema_id: SchemaId) -> AvroSchema:
    """Fetch the schema of an id, with its references and with what its rules say to be encrypted.

    Raises:
        SchemaUnknown: the registry has none.
        SchemaUnusable: what it has is no Avro schema.
        RegistryUnavailable: it is out of reach.
    """
    try:
        registered = store.schema(schema_id)
        return with_encryption(parse_registered(store, registered), registered)
    except InvalidSchema as error:
        raise SchemaUnusable(f"schema {schema_id} of the registry {error}") from None
    except SchemaUnusable:
        raise
    except SchemaUnknown as error:
        unknown = SchemaUnknown(f"schema {schema_id} is unknown to the registry: {error}")
        unknown.unasked = error.unasked
        raise unknown from None


def parse_registered(store: SchemaStore, registered: RegisteredSchema) -> AvroSchema:
    """Parse a schema that the registry gave, and fetch what it refers to.

    Raises:
        InvalidSchema: it is no Avro schema.
        SchemaUnknown: the registry has not got what it refers to.
        RegistryUnavailable: the registry is out of reach.
    """
    found: dict[tuple[str, int | str], RegisteredSchema] = {}
    _collect(store, registered, found, set())
    others: dict[str, Any] = {}
    for other in found.values():
        others |= definitions(_avro(other))
    characters = sum(len(each.text) for each in (registered, *found.values()))
    return replace(parse(_avro(registered), others), characters=characters)


def _collect(
    store: SchemaStore,
    registered: RegisteredSchema,
    found: dict[tuple[str, int | str], RegisteredSchema],
    seen: set[tuple[str, int | str]],
) -> None:
    """What a schema refers to, by subject and version: each once, behind what it refers to itself."""
    for reference in registered.references:
        place = reference.subject, reference.version
        if place in seen:
            continue
        if len(seen) >= MOST_REFERENCES:
            raise InvalidSchema(f"refers to more than {MOST_REFERENCES} others, which refer to others themselves")
        seen.add(place)
        # A subject deleted softly is hidden, but what was written with it is still to be read.
        other = store.schema_of(reference.subject, reference.version, deleted=True)
        _collect(store, other, found, seen)
        found[place] = other


def _avro(registered: RegisteredSchema) -> str:
    if registered.schema_type != "AVRO":
        raise InvalidSchema(f"is {registered.schema_type}, not AVRO")
    return registered.text
