"""The logical types of a reader schema over plain types that were written: fastavro knows the writer's alone.

As Java's Avro 1.12 does: a `long` that is resolved to a timestamp is one. Where both have a logical type, the
writer's says what the producer meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from consumer.avro.matching import Matching, kind_of, logical_of, resolved
from consumer.avro.schema import RecordType

_LOGIC = ("logicalType", "precision", "scale")
_ALIKE = frozenset((("int", "long"), ("string", "bytes"), ("bytes", "string")))
"""Types whose values are the same bytes."""


def with_readers_logic(written: RecordType, reader: RecordType) -> Any:
    """The written record's schema, its plain types with the logical types that the reader's have."""
    parsed = deepcopy(written.parsed)
    _Overlay(parsed["__named_schemas"], reader.parsed["__named_schemas"]).record(parsed, reader.parsed)
    return parsed


class _Overlay:
    """Changes what it is given: a named type stands in the tree and among the names as one object."""

    def __init__(self, written: Mapping[str, Any], reader: Mapping[str, Any]) -> None:
        self._written = written
        self._reader = reader
        self._matching = Matching(written, reader)
        self._seen: set[tuple[str, str]] = set()

    def record(self, written: Any, reader: Any) -> None:
        pair = written["name"], reader["name"]
        if pair in self._seen:
            return
        self._seen.add(pair)
        wanted = {name: field for field in reader["fields"] for name in (*field.get("aliases", ()), field["name"])}
        for field in written["fields"]:
            if field["name"] in wanted:
                field["type"] = self._type(field["type"], wanted[field["name"]]["type"])

    def _type(self, written: Any, reader: Any) -> Any:
        known, to = resolved(written, self._written), resolved(reader, self._reader)
        if isinstance(known, list):
            return [self._type(branch, to) for branch in known]
        if isinstance(to, list):
            to = resolved(next((each for each in to if self._matching.match(known, each)), None), self._reader)
        if to is None or not self._matching.match(known, to):
            return written
        kind, other = kind_of(known), kind_of(to)
        if kind in {"record", "error"}:
            self.record(known, to)
        elif kind in {"array", "map"}:
            inner = "items" if kind == "array" else "values"
            known[inner] = self._type(known[inner], to[inner])
        elif logical_of(to) and not logical_of(known):
            logic = {key: to[key] for key in _LOGIC if key in to}
            if kind == "fixed":
                known |= logic
            elif kind == other or (kind, other) in _ALIKE:
                return {"type": other, **logic}
        return written
