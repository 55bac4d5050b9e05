"""The defaults of a reader schema as the values that they stand for: fastavro fills in their JSON as it is written.

Rules: the Avro 1.12 specification, "Complex Types" (the table of field default values) and "Unions".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastavro.read import LOGICAL_READERS

from consumer.avro.errors import InvalidSchema
from consumer.avro.schema import AvroSchema, RecordType
from consumer.avro.unreadable import Unreadable

_JSON_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "null": type(None),
    "boolean": bool,
    **dict.fromkeys(("int", "long"), int),
    **dict.fromkeys(("float", "double"), (int, float)),
    **dict.fromkeys(("string", "bytes", "enum", "fixed"), str),
    "array": list,
    **dict.fromkeys(("map", "record", "error"), dict),
}


def with_values(schema: AvroSchema) -> AvroSchema:
    """The schema, its records' defaults as a decoder would give them: bytes, decimals, times.

    Raises:
        InvalidSchema: a default that is none of its type.
    """
    record = None if schema.record is None else _record(schema.record, schema.named)
    branches = tuple(None if each is None else _record(each, schema.named) for each in schema.branches)
    return replace(schema, record=record, branches=branches)


def _record(record: RecordType, named: Mapping[str, Any]) -> RecordType:
    parsed = deepcopy(record.parsed)
    # A definition may stand in the tree and among the named types: the fields of both are the same objects.
    fields = {id(field): (owner, field) for owner, field in _fields([parsed, *parsed["__named_schemas"].values()])}
    for owner, field in fields.values():
        if "default" in field:
            try:
                field["default"] = _value(field["type"], field["default"], named)
            except Exception:  # noqa: BLE001 - whatever a reader of a logical type raises, the default is at fault
                raise InvalidSchema(f"the default of {owner}.{field['name']} is no value of its type") from None
    return replace(record, parsed=parsed)


def _fields(avro: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each field within a parsed schema, with its record's name."""
    if isinstance(avro, list):
        for branch in avro:
            yield from _fields(branch)
    elif isinstance(avro, dict):
        for inner in ("items", "values"):
            yield from _fields(avro.get(inner))
        for field in avro.get("fields", ()):
            yield avro["name"], field
            yield from _fields(field["type"])


def _value(avro: Any, default: Any, named: Mapping[str, Any]) -> Any:
    if isinstance(avro, list):
        return _value(next(each for each in avro if _matches_type(each, default, named)), default, named)
    definition = _definition(avro, named)
    kind = definition if isinstance(definition, str) else definition["type"]
    value = default
    if kind in {"bytes", "fixed"}:
        value = default.encode("iso-8859-1")
    elif kind in {"float", "double"}:
        value = float(default)
    elif kind == "enum":
        value = definition["symbols"][definition["symbols"].index(default)]
    elif kind == "array":
        value = [_value(definition["items"], each, named) for each in default]
    elif kind == "map":
        value = {key: _value(definition["values"], each, named) for key, each in default.items()}
    elif kind in {"record", "error"}:
        fields = definition["fields"]
        value = {each["name"]: _value(each["type"], _field_default(each, default), named) for each in fields}
    logical = definition.get("logicalType") if isinstance(definition, dict) else None
    if logical == "uuid" and kind == "string":
        UUID(value)
    read = LOGICAL_READERS.get(f"{kind}-{logical}")
    meant = read(value, definition, None) if read else value
    if isinstance(meant, Unreadable):
        raise ValueError(meant.rule)  # noqa: TRY004 - of a default, as with the others
    return meant


def _field_default(field: Mapping[str, Any], default: Mapping[str, Any]) -> Any:
    return default[field["name"]] if field["name"] in default else field["default"]


def _matches_type(avro: Any, default: Any, named: Mapping[str, Any]) -> bool:
    definition = _definition(avro, named)
    kind = definition if isinstance(definition, str) else definition["type"]
    return isinstance(default, _JSON_TYPES[kind]) and isinstance(default, bool) <= (kind == "boolean")


def _definition(avro: Any, named: Mapping[str, Any]) -> Any:
    """The type, a named one with the defaults that no value has been filled in for."""
    name = avro.get("name", "") if isinstance(avro, dict) else avro
    return named.get(name, avro)
