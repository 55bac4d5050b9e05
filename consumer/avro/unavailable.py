"""What Debezium writes in the place of a column that has not changed and that the database did not send: no value.

Rules: Debezium's PostgreSQL connector, "Toasted values", with its default `unavailable.value.placeholder`, and what
its class `UnchangedToastedPlaceholder` makes of that for arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from hashlib import md5
from typing import Any
from uuid import UUID

PLACEHOLDER = b"__debezium_unavailable_value"
_TEXT = PLACEHOLDER.decode()
# Java's UUID of a name is one of version 3 without a namespace.
_UUID = str(UUID(bytes=md5(PLACEHOLDER, usedforsecurity=False).digest(), version=3))
_DAYS = [date(1970, 1, 1) + timedelta(code) for code in PLACEHOLDER]
_FORMS: tuple[Any, ...] = (
    _TEXT,
    PLACEHOLDER,
    [_TEXT],
    [PLACEHOLDER],
    {_TEXT: _TEXT},
    list(PLACEHOLDER),
    _DAYS,
    [_UUID],
)
"""Of a text or JSON column, of bytes, of their arrays, and of hstore; of arrays of numbers, dates and UUIDs."""


def marks_in_arrays(named: Mapping[str, Any]) -> tuple[bytes, ...]:
    """What else than `PLACEHOLDER` a record is searched for, by the arrays in its types: bytes as Avro has them.

    Args:
        named: the types, by full name.
    """
    return tuple(sorted({mark for definition in named.values() for mark in _marks(definition.get("fields", ()))}))


def _marks(fields: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    for field in fields:
        yield from _marks_of(field["type"])


def _marks_of(avro: Any) -> Iterator[bytes]:
    """Of a type that stands in another; the named ones stand among the others by themselves."""
    if isinstance(avro, list):
        for branch in avro:
            yield from _marks_of(branch)
    elif isinstance(avro, dict) and avro["type"] == "map":
        yield from _marks_of(avro["values"])
    elif isinstance(avro, dict) and avro["type"] == "array":
        items = avro["items"]
        for index, branch in enumerate(items if isinstance(items, list) else [items]):
            kind = branch["type"] if isinstance(branch, dict) else branch
            before = bytes([2 * index]) if isinstance(items, list) else b""
            if kind in {"int", "long"}:
                # Numbers from 64 on take two bytes in Avro.
                yield b"".join(before + bytes([2 * code & 0x7F | 0x80, code >> 6]) for code in PLACEHOLDER)
            elif kind == "string":
                yield _UUID.encode()
        yield from _marks_of(items)


def without_placeholders(value: Any) -> Any:
    """The value with null for each placeholder in it, whatever it is nested in."""
    if value in _FORMS:
        return None
    if isinstance(value, dict):
        return {name: without_placeholders(each) for name, each in value.items()}
    if isinstance(value, list):
        return [without_placeholders(each) for each in value]
    return value
