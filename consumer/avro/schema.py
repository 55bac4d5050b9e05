"""An Avro schema, parsed once and complete in itself: what it refers to elsewhere is built in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from fastavro.schema import UnknownType, parse_schema

from consumer.avro import logical
from consumer.avro.errors import InvalidSchema

logical.install()

_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class RecordType:
    """One record type: its full name, and fastavro's parsed schema of it."""

    name: str
    parsed: dict[str, Any]

    @property
    def aliases(self) -> tuple[str, ...]:
        """The other names by which it knows records, as its schema has them."""
        return tuple(self.parsed.get("aliases", ()))


@dataclass(frozen=True, slots=True, eq=False)
class AvroSchema:
    """A parsed schema.

    Attributes:
        raw: the schema as it was written, decoded from JSON.
        parsed: fastavro's parsed schema, complete in itself.
        named: every named type within it, by full name; a type's second use in `parsed` is only its name.
        references: the full names that `raw` uses and does not define itself.
        record: the record type, when the schema is one.
        branches: for a top-level union, each branch: its record type, or None where it is no record.
    """

    raw: Any
    parsed: Any
    named: Mapping[str, Any]
    references: tuple[str, ...]
    record: RecordType | None
    branches: tuple[RecordType | None, ...] = ()

    @property
    def records(self) -> tuple[RecordType, ...]:
        """The record types that a value of this schema can be."""
        return tuple(record for record in (self.record, *self.branches) if record is not None)


def parse(text: str | bytes, others: Mapping[str, Any] = _NONE) -> AvroSchema:
    """Parse the text of a schema.

    Args:
        text: JSON.
        others: types defined elsewhere that it may refer to, by full name: `definitions` of their schemas.

    Raises:
        InvalidSchema: it is not JSON, no Avro schema, or refers to a type that nobody defines.
    """
    raw = _json(text)
    _, references = _outline(raw)
    for name in references:
        if name not in others:
            raise InvalidSchema(f"refers to {name}, which is defined nowhere")
    named = dict(others)
    whole = _inlined(_fastavro(raw, named), named, set())
    complete: dict[str, Any] = {}
    parsed = _fastavro(whole, complete)
    branches = tuple(_record(branch, complete) for branch in parsed) if isinstance(parsed, list) else ()
    record = None if isinstance(parsed, list) else _record(parsed, complete)
    return AvroSchema(raw, parsed, complete, references, record, branches)


def branches_alone(schema: AvroSchema) -> tuple[AvroSchema, ...]:
    """Each record type of a top-level union as a schema of its own; none for any other schema."""
    if schema.record is not None:
        return ()
    return tuple(parse(json.dumps(_inlined(schema.named[each.name], schema.named, set()))) for each in schema.records)


def definitions(text: str | bytes) -> dict[str, Any]:
    """The named types that a schema defines, by full name.

    Raises:
        InvalidSchema: it is not JSON, or no Avro schema.
    """
    return _outline(_json(text))[0]


def _json(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidSchema(f"is not JSON: {error}") from None


def _outline(raw: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The types that a schema defines, and the names of those that it takes from elsewhere."""
    missing: dict[str, Any] = {}
    while True:
        named = dict(missing)
        try:
            _fastavro(raw, named)
        except UnknownType as error:
            name = str(error.name)
            if name in missing or isinstance(error.name, dict):
                raise InvalidSchema(f"is no Avro schema: unknown type {name}") from None
            missing[name] = {"type": "record", "name": name, "fields": []}
        else:
            return {name: named[name] for name in named if name not in missing}, tuple(missing)


def _fastavro(raw: Any, named: dict[str, Any]) -> Any:
    try:
        return parse_schema(raw, named)
    except UnknownType:
        raise
    except Exception as error:  # noqa: BLE001 - fastavro raises whatever the text provokes
        raise InvalidSchema(f"is no Avro schema: {type(error).__name__}: {error}") from None


def _inlined(schema: Any, named: Mapping[str, Any], seen: set[str]) -> Any:
    """The schema with each type defined where it is first used, as the Avro specification has it."""
    if isinstance(schema, list):
        return [_inlined(branch, named, seen) for branch in schema]
    if isinstance(schema, str):
        return _inlined(named[schema], named, seen) if schema in named and schema not in seen else schema
    if "name" in schema:
        if schema["name"] in seen:
            return schema["name"]
        seen.add(schema["name"])
    inlined = {key: value for key, value in schema.items() if not key.startswith("__")}
    for inner in ("items", "values"):
        if inner in schema:
            inlined[inner] = _inlined(schema[inner], named, seen)
    if "fields" in schema:
        inlined["fields"] = [f | {"type": _inlined(f["type"], named, seen)} for f in schema["fields"]]
    return inlined


def _record(parsed: Any, named: dict[str, Any]) -> RecordType | None:
    definition = named.get(parsed) if isinstance(parsed, str) else parsed
    if not isinstance(definition, dict) or definition["type"] not in {"record", "error"}:
        return None
    return RecordType(definition["name"], _fastavro(definition, named))
