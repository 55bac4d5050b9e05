"""What a value may become before it is decoded: the compiled reader itself has no limits.

A value of a recursive type may be nested so deeply that the reader ends the process [fastavro 1.13], and a few bytes
of an array may stand for any number of items. So schemas whose items take no bytes are refused, and a value that may
be nested without end, or large enough to become too many items, is walked over first.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from consumer.avro.errors import InvalidSchema, Undecodable

DEEPEST = 100
"""Levels of a value, and of a schema."""
MOST_ITEMS = 100_000
"""Of all arrays and maps of one value together. Bluecore takes 30 products an event."""
MOST_VALUES = 250_000
"""Of one value, null ones too: an item may have fields that take no bytes."""
MOST_PARTS = 20_000
"""Of a schema in which each type is written out where it is used: types that double each other take few lines."""

_FIXED_SIZES = {"null": 0, "boolean": 1, "float": 4, "double": 8}
_NUMBERS = frozenset(("int", "long", "enum"))
_TEXTS = frozenset(("bytes", "string"))

Named = Mapping[str, Any]


class Shape(NamedTuple):
    """What the values of a schema can do.

    Attributes:
        recursive: they can be nested without end.
        unsuspected: bytes of a value that surely becomes not too much; each item takes one at least.
    """

    recursive: bool
    unsuspected: int


def shape_of(schema: Any, named: Named) -> Shape:
    """Looks through a parsed schema once.

    Raises:
        InvalidSchema: it is nested too deeply, or the items of an array take no bytes.
    """
    looking = _Look(named)
    looking.at(schema, ())
    sizes = _Sizes(named)
    if sizes.of(schema).parts > MOST_PARTS:
        raise InvalidSchema(f"has more than {MOST_PARTS} parts once each type is written out where it is used")
    if any(sizes.of(items).takes_no_bytes for items in looking.items_of_arrays):
        what = "a few bytes could stand for any number of them"
        raise InvalidSchema(f"has an array whose items take no bytes: {what}")
    if not looking.items:
        return Shape(looking.recursive, sys.maxsize)
    freest = max(sizes.of(each).free for each in looking.items)
    return Shape(looking.recursive, min(MOST_ITEMS, MOST_VALUES // (1 + freest)))


class _Look:
    def __init__(self, named: Named) -> None:
        self._named = named
        self._seen: set[str] = set()
        self.recursive = False
        self.items: list[Any] = []
        self.items_of_arrays: list[Any] = []

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
        self.items += [definition[part] for part in ("items", "values") if part in definition]
        if definition["type"] == "array":
            self.items_of_arrays.append(definition["items"])
        for part in _parts(definition):
            self.at(part, within, depth + 1)


def _parts(definition: dict[str, Any]) -> list[Any]:
    inner = [definition[part] for part in ("items", "values") if part in definition]
    return inner + [field["type"] for field in definition.get("fields", ())]


class _Size(NamedTuple):
    """How much there is of a type, each type in it written out.

    Attributes:
        parts: in all.
        free: those of them that take no bytes, but become a value.
        takes_no_bytes: so it is with all of them; what is within itself ends only where another part takes a byte.
    """

    parts: int
    free: int
    takes_no_bytes: bool


class _Sizes:
    """Each named type is looked at once; one within itself counts once."""

    def __init__(self, named: Named) -> None:
        self._named = named
        self._known: dict[str, _Size] = {}

    def of(self, schema: Any) -> _Size:
        if isinstance(schema, list):
            branches = [self.of(branch) for branch in schema]
            # Which branch it is takes a byte.
            free = max((each.free for each in branches), default=0)
            return _Size(1 + sum(each.parts for each in branches), free, takes_no_bytes=False)
        definition = self._named.get(schema, schema) if isinstance(schema, str) else schema
        if isinstance(definition, str):
            return _alone(definition == "null")
        name = definition.get("name")
        if name in self._known:
            return self._known[name]
        if name is not None:
            self._known[name] = _Size(1, 1, takes_no_bytes=True)
        size = self._of(definition)
        if name is not None:
            self._known[name] = size
        return size

    def _of(self, definition: dict[str, Any]) -> _Size:
        kind = definition["type"]
        inner = [self.of(part) for part in _parts(definition)]
        parts = 1 + sum(each.parts for each in inner)
        if kind in {"record", "error"}:
            free = 1 + sum(each.free for each in inner)
            return _Size(parts, free, all(each.takes_no_bytes for each in inner))
        if kind in {"array", "map"}:
            return _Size(parts, 0, takes_no_bytes=False)
        return _alone(kind == "null" or (kind == "fixed" and definition["size"] == 0))


def _alone(takes_no_bytes: bool) -> _Size:  # noqa: FBT001 - its only argument
    return _Size(1, int(takes_no_bytes), takes_no_bytes)


def check_value(data: bytes, start: int, schema: Any, named: Named, shape: Shape) -> None:
    """Refuses a value that would be too deep or too much; what does not fit the schema is left to the reader to tell.

    Raises:
        Undecodable: it is nested more than `DEEPEST` levels deep, or has more than `MOST_ITEMS` items or
            `MOST_VALUES` values.
    """
    if shape.recursive or len(data) - start > shape.unsuspected:
        with suppress(IndexError):
            _Walk(data, start, named).over(schema, 0)


class _Walk:
    """Passes over the parts of a value; an IndexError where they do not fit the schema."""

    def __init__(self, data: bytes, start: int, named: Named) -> None:
        self._data = data
        self._at = start
        self._named = named
        self._items = self._values = 0

    def over(self, schema: Any, depth: int) -> None:
        if depth > DEEPEST:
            raise Undecodable(f"the value is nested more than {DEEPEST} levels deep")
        self._values += 1
        if self._values > MOST_VALUES:
            raise Undecodable(f"the value has more than {MOST_VALUES} values in it")
        if isinstance(schema, list):
            self._values -= 1  # it is its branch
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
