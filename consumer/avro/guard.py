"""What a value may become before it is decoded: the compiled reader itself has no limits.

A value of a recursive type may be nested so deeply that the reader ends the process [fastavro 1.13], and a few bytes
of an array may stand for any number of items. So schemas whose items take no bytes are refused, and a value that may
be nested without end, or large enough to become too many items, is walked over first.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from consumer.avro.errors import InvalidSchema, Undecodable

DEEPEST = 100
"""Levels of a value, and of a schema."""
MOST_ITEMS = 100_000
"""Of all arrays and maps of one value together. Bluecore takes 30 products an event."""
MOST_PARTS = 20_000
"""Of a schema in which each type is written out where it is used: types that double each other take few lines."""
UNSUSPECTED_BYTES = MOST_ITEMS
"""A value of so few bytes has fewer items, as each takes one at least."""

_FIXED_SIZES = {"null": 0, "boolean": 1, "float": 4, "double": 8}
_NUMBERS = frozenset(("int", "long", "enum"))
_TEXTS = frozenset(("bytes", "string"))

Named = Mapping[str, Any]


class Shape(NamedTuple):
    """What the values of a schema can do.

    Attributes:
        recursive: they can be nested without end.
        repeats: they have arrays or maps.
    """

    recursive: bool
    repeats: bool


def shape_of(schema: Any, named: Named) -> Shape:
    """Looks through a parsed schema once.

    Raises:
        InvalidSchema: it is nested too deeply, or the items of an array take no bytes.
    """
    looking = _Look(named)
    looking.at(schema, ())
    if _written_out(schema, named, {}) > MOST_PARTS:
        raise InvalidSchema(f"has more than {MOST_PARTS} parts once each type is written out where it is used")
    return Shape(looking.recursive, looking.repeats)


class _Look:
    def __init__(self, named: Named) -> None:
        self._named = named
        self._seen: set[str] = set()
        self.recursive = self.repeats = False

    def at(self, schema: Any, within: tuple[str, ...], depth: int = 0) -> None:
        """`within`: the named types that this one is a part of."""
        if depth > DEEPEST:
            raise InvalidSchema(f"is nested more than {DEEPEST} levels deep")
        if isinstance(schema, list):
            for branch in schema:
                self.at(branch, within, depth + 1)
            return
        definition = self._named.get(schema, schema) if isinstance(schema, str) else schema
        if isinstance(definition, str):
            return
        if (name := definition.get("name")) is not None:
            self.recursive |= name in within
            if name in self._seen:
                return
            self._seen.add(name)
            within = (*within, name)
        self.repeats |= definition["type"] in {"array", "map"}
        for part in _parts(definition):
            self.at(part, within, depth + 1)
        if definition["type"] == "array" and _takes_no_bytes(definition["items"], self._named):
            what = "a few bytes could stand for any number of them"
            raise InvalidSchema(f"has an array whose items take no bytes: {what}")


def _parts(definition: dict[str, Any]) -> list[Any]:
    inner = [definition[part] for part in ("items", "values") if part in definition]
    return inner + [field["type"] for field in definition.get("fields", ())]


def _written_out(schema: Any, named: Named, known: dict[str, int]) -> int:
    """How many parts a type has; one within itself counts once."""
    if isinstance(schema, list):
        return 1 + sum(_written_out(branch, named, known) for branch in schema)
    definition = named.get(schema, schema) if isinstance(schema, str) else schema
    if isinstance(definition, str):
        return 1
    name = definition.get("name")
    if name in known:
        return known[name]
    if name is not None:
        known[name] = 1
    parts = 1 + sum(_written_out(part, named, known) for part in _parts(definition))
    if name is not None:
        known[name] = parts
    return parts


def _takes_no_bytes(schema: Any, named: Named, within: tuple[str, ...] = ()) -> bool:
    if isinstance(schema, str):
        schema = named.get(schema, schema)
    if isinstance(schema, str):
        return schema == "null"
    if isinstance(schema, list):
        return False  # which branch it is takes a byte
    if schema["type"] == "fixed":
        return bool(schema["size"] == 0)
    if schema["type"] not in {"record", "error"}:
        return bool(schema["type"] == "null")
    if schema["name"] in within:
        return True  # it ends only where another field takes a byte
    inner = (*within, schema["name"])
    return all(_takes_no_bytes(field["type"], named, inner) for field in schema["fields"])


def check_value(data: bytes, start: int, schema: Any, named: Named, shape: Shape) -> None:
    """Refuses a value that would be too deep or too much; what does not fit the schema is left to the reader to tell.

    Raises:
        Undecodable: it is nested more than `DEEPEST` levels deep, or has more than `MOST_ITEMS` items.
    """
    if shape.recursive or (shape.repeats and len(data) - start > UNSUSPECTED_BYTES):
        with suppress(IndexError):
            _Walk(data, start, named).over(schema, 0)


class _Walk:
    """Passes over the parts of a value; an IndexError where they do not fit the schema."""

    def __init__(self, data: bytes, start: int, named: Named) -> None:
        self._data = data
        self._at = start
        self._named = named
        self._items = 0

    def over(self, schema: Any, depth: int) -> None:
        if depth > DEEPEST:
            raise Undecodable(f"the value is nested more than {DEEPEST} levels deep")
        if isinstance(schema, list):
            self.over(schema[self._count()], depth + 1)
            return
        if isinstance(schema, str):
            schema = self._named.get(schema, schema)
        kind = schema if isinstance(schema, str) else schema["type"]
        if kind in _NUMBERS:
            self._number()
        elif kind in _TEXTS:
            self._pass(self._count())
        elif kind in _FIXED_SIZES or kind == "fixed":
            self._pass(_FIXED_SIZES[kind] if kind in _FIXED_SIZES else schema["size"])
        elif kind in {"array", "map"}:
            self._over_blocks(schema, kind, depth)
        else:
            for field in schema["fields"]:
                self.over(field["type"], depth + 1)

    def _over_blocks(self, schema: Any, kind: str, depth: int) -> None:
        inner = schema["items" if kind == "array" else "values"]
        while count := self._number():
            if count < 0:
                count = -count
                self._number()  # the block's size in bytes
            self._items += count
            if self._items > MOST_ITEMS:
                raise Undecodable(f"the value has more than {MOST_ITEMS} items in its arrays and maps")
            for _ in range(count):
                if kind == "map":
                    self._pass(self._count())
                self.over(inner, depth + 1)

    def _number(self) -> int:
        data, at = self._data, self._at
        number = shift = 0
        while True:
            byte = data[at]
            at += 1
            number |= (byte & 0x7F) << shift
            if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follow
                self._at = at
                return (number >> 1) ^ -(number & 1)
            shift += 7
            if shift > 63:  # noqa: PLR2004 - the bits of a long
                raise IndexError

    def _count(self) -> int:
        number = self._number()
        if number < 0:
            raise IndexError
        return number

    def _pass(self, size: int) -> None:
        if self._at + size > len(self._data):
            raise IndexError
        self._at += size
