"""Registering a folder of schemas: what a schema refers to first, then the schema itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Protocol

from consumer.avro.errors import RegistryUnavailable, UnusableSchemas
from consumer.avro.files import load_folder
from consumer.avro.protocol import Reference, RegisteredSchema
from consumer.avro.schema import AvroSchema, definitions


class SchemaWriter(Protocol):
    """The part of `RegistryClient` that registers."""

    def lookup(self, subject: str, text: str, references: Sequence[Reference] = ...) -> RegisteredSchema | None: ...

    def register(self, subject: str, text: str, references: Sequence[Reference] = ...) -> int: ...


@dataclass(frozen=True, slots=True)
class Registered:
    """One schema under one subject; `new` when the registry had not got it."""

    subject: str
    id: int
    new: bool


def register_folder(client: SchemaWriter, folder: Path) -> list[Registered]:
    """Register every schema of a folder; registering the same again changes nothing.

    The subject is the record's full name, whatever the topic (Confluent's RecordNameStrategy).

    Raises:
        UnusableSchemas: the folder has files that are no usable schemas; nothing was registered.
        RegistryRefused: the registry will not take one; those before it are registered.
        RegistryUnavailable: the registry is out of reach.
    """
    schemas = load_folder(folder)
    owners = _owners(schemas)
    results: list[Registered] = []
    placed: dict[str, Reference] = {}
    for name in _dependencies_first(schemas, owners):
        schema = schemas[name]
        references = [placed[owner] for owner in _needs(schema, owners)]
        text = json.dumps(schema.raw)
        known = client.lookup(name, text, references)
        if known is None:
            client.register(name, text, references)
        found = known or client.lookup(name, text, references)
        if found is None or found.id is None or found.version is None:
            raise RegistryUnavailable(f"the schema registry has not kept {name}, which it had accepted")
        placed[name] = Reference(name, name, found.version)
        results.append(Registered(name, found.id, new=known is None))
    return results


def _owners(schemas: Mapping[str, AvroSchema]) -> dict[str, str]:
    """Type name -> the schema that defines it; a type that has a file of its own is that file's."""
    inner = {each: name for name, schema in schemas.items() for each in definitions(json.dumps(schema.raw))}
    return inner | {name: name for name in schemas}


def _needs(schema: AvroSchema, owners: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(owners[each] for each in schema.references))


def _dependencies_first(schemas: Mapping[str, AvroSchema], owners: Mapping[str, str]) -> tuple[str, ...]:
    needs = {name: _needs(schema, owners) for name, schema in schemas.items()}
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise UnusableSchemas((f"schemas refer to one another in a circle: {circle}",)) from None
