"""Which of a reader schema's types is meant for a type that was written.

Rules: the Avro 1.12 specification, "Schema Resolution", as fastavro applies it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from consumer.avro.logical_types import SHORTEST

NAMED = frozenset(("record", "error", "enum", "fixed"))
_PROMOTIONS = {
    "int": {"long", "float", "double"},
    "long": {"float", "double"},
    "float": {"double"},
    "string": {"bytes"},
    "bytes": {"string"},
}


class Matching:
    """Between two schemas, by the named types of each."""

    def __init__(self, written: Mapping[str, Any], reader: Mapping[str, Any]) -> None:
        self._written = written
        self._reader = reader

    def match(self, written: Any, reader: Any) -> bool:
        """Whether the two are of one kind; what is within them may still differ."""
        written, reader = resolved(written, self._written), resolved(reader, self._reader)
        if isinstance(written, list) or isinstance(reader, list):
            return True
        kind, other = kind_of(written), kind_of(reader)
        if kind != other:
            return other in _PROMOTIONS.get(kind, ())
        if kind in {"array", "map"}:
            inner = "items" if kind == "array" else "values"
            return self.match(written[inner], reader[inner])
        if kind not in NAMED:
            return True
        alike = is_name_of(written["name"], reader["name"], reader.get("aliases", ()))
        return alike and written.get("size") == reader.get("size")


def resolved(avro: Any, named: Mapping[str, Any]) -> Any:
    """The type that a name stands for."""
    return named.get(avro, avro) if isinstance(avro, str) else avro


def kind_of(avro: Any) -> str:
    """The base type of a type that is no union."""
    return avro if isinstance(avro, str) else str(avro["type"])


def logical_of(avro: Any) -> str | None:
    """The logical type, as Avro has it: a 32-bit float is only read in its own way."""
    logical = avro.get("logicalType") if isinstance(avro, dict) else None
    return None if logical == SHORTEST else logical


def is_name_of(written: str, name: str, aliases: Iterable[str]) -> bool:
    """Whether what is written under a full name may be resolved to a type of this name and these aliases."""
    unqualified = _unqualified(written)
    return unqualified == _unqualified(name) or bool({written, unqualified} & set(aliases))


def _unqualified(name: str) -> str:
    return name.rpartition(".")[2]
