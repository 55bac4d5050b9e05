"""An Avro schema, parsed once and complete in itself: what it refers to elsewhere is built in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from consumer.avro import logical
from consumer.avro.encryption import Encryption
from consumer.avro.errors import InvalidSchema
from consumer.avro.guard import Shape, shape_of
from consumer.avro.parsing import Parser, inlined

logical.install()

_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class RecordType:
    """One record type.

    Attributes:
        name: its full name.
        parsed: fastavro's parsed schema of it, with all named types of the schema that it is of: to resolve it.
        alone: the same with no more of them than it refers to by name: fastavro copies them with each record.
    """

    name: str
    parsed: dict[str, Any]
    alone: dict[str, Any]

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
        shape: what its values can do.
        branches: for a top-level union, each branch: its record type, or None where it is no record.
        encryption: what of its records is encrypted, if something is.
        subjects: those that the registry has it under; None where that is not known.
        characters: of the text that it was read from, with all that it refers to; 0 where that is not known.
    """

    raw: Any
    parsed: Any
    named: Mapping[str, Any]
    references: tuple[str, ...]
    record: RecordType | None
    shape: Shape
    branches: tuple[RecordType | None, ...] = ()
    encryption: Encryption | None = None
    characters: int = 0
    subjects: tuple[str, ...] | None = None

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
    try:
        return _parse(_json(text), others)
    except InvalidSchema:
        raise
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        # What another registry takes without a look is the schema's fault all the same.
        raise InvalidSchema(f"is no Avro schema: {type(error).__name__}: {error}"[:200]) from None


def _parse(raw: Any, others: Mapping[str, Any]) -> AvroSchema:
    parser, outline = _outline(raw, others)
    references = tuple(name for name in parser.missing if name not in parser.named)
    for name in references:
        if name not in others:
            raise InvalidSchema(f"refers to {name}, which is defined nowhere")
    named: dict[str, Any] = {}
    whole = inlined(outline, {**others, **parser.named}, named)
    shape = shape_of(whole, named)  # before any more is made of it
    branches = tuple(_record(branch, named) for branch in whole) if isinstance(whole, list) else ()
    record = None if isinstance(whole, list) else _record(whole, named)
    return AvroSchema(raw, _marked(whole, named), named, references, record, shape, branches)


def branches_alone(schema: AvroSchema) -> tuple[AvroSchema, ...]:
    """Each record type of a top-level union as a schema of its own; none for any other schema."""
    if schema.record is not None:
        return ()
    alone = []
    for each in schema.records:
        named: dict[str, Any] = {}
        whole = inlined(schema.named[each.name], schema.named, named)
        record, shape = _record(whole, named), shape_of(whole, named)
        alone.append(AvroSchema(whole, _marked(whole, named), named, (), record, shape))
    return tuple(alone)


def definitions(text: str | bytes) -> dict[str, Any]:
    """The named types that a schema defines, by full name.

    Raises:
        InvalidSchema: it is not JSON, or no Avro schema.
    """
    return _outline(_json(text), _NONE)[0].named


def _json(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidSchema(f"is not JSON: {error}") from None


def _outline(raw: Any, others: Mapping[str, Any]) -> tuple[Parser, Any]:
    parser = Parser(others)
    try:
        return parser, parser.parse(raw)
    except RecursionError:
        raise InvalidSchema("is no Avro schema: it is nested too deeply") from None


def _marked(whole: Any, named: Mapping[str, Any]) -> Any:
    """With fastavro's own marks of a schema that is parsed."""
    if isinstance(whole, list):
        return [_marked(branch, named) for branch in whole]
    return whole | {"__fastavro_parsed": True, "__named_schemas": named} if isinstance(whole, dict) else whole


def _record(parsed: Any, named: dict[str, Any]) -> RecordType | None:
    definition = named.get(parsed) if isinstance(parsed, str) else parsed
    if not isinstance(definition, dict) or definition["type"] not in {"record", "error"}:
        return None
    used: dict[str, Any] = {}
    _collect_used(definition, named, used)
    return RecordType(definition["name"], _marked(definition, named), _marked(definition, used))


def _collect_used(avro: Any, named: Mapping[str, Any], used: dict[str, Any]) -> None:
    """Adds the types that are referred to by name, also within those."""
    if isinstance(avro, list):
        for branch in avro:
            _collect_used(branch, named, used)
    elif isinstance(avro, dict):
        for inner in ("items", "values"):
            _collect_used(avro.get(inner), named, used)
        for field in avro.get("fields", ()):
            _collect_used(field["type"], named, used)
    elif avro in named and avro not in used:
        used[avro] = named[avro]
        _collect_used(named[avro], named, used)
