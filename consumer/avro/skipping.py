"""Where values end that count their parts: arrays, maps, and what has some within.

Rules: the Avro 1.12 specification, "Binary Encoding".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from consumer.avro.boundaries import Boundaries, IrregularError

Find = Callable[[bytes, int], int]
"""Of a value that begins there, where it ends; raises `LostError` where it has no end."""


class LostError(Exception):
    """The bytes are none of the type, or of a form that only who decodes them knows."""


def finder(avro: Any, named: Mapping[str, Any]) -> Find:
    """What finds the end of values of a parsed type; `named` are its schema's named types by full name."""
    return _Finders(named).of(avro)


class _Finders:
    def __init__(self, named: Mapping[str, Any]) -> None:
        self._named = named
        self._records: dict[str, list[Find]] = {}

    def of(self, avro: Any) -> Find:
        boundaries = Boundaries(self._named)
        try:
            return _matching(re.compile(boundaries.of(avro), re.DOTALL))
        except IrregularError:
            return self._irregular(self._named.get(avro, avro) if isinstance(avro, str) else avro)

    def _irregular(self, avro: Any) -> Find:
        if isinstance(avro, list):
            return _union([self.of(branch) for branch in avro])
        if avro["type"] == "array":
            return _blocks(self.of(avro["items"]))
        if avro["type"] == "map":
            entry = {"type": "record", "name": "", "fields": [{"type": "string"}, {"type": avro["values"]}]}
            return _blocks(self.of(entry))
        parts = self._records.get(avro["name"]) if avro["name"] else None
        if parts is None:
            # Known before its fields are, for it may be within itself.
            self._records[avro["name"]] = parts = []
            parts += [self.of(field["type"]) for field in avro["fields"]]
        return _sequence(parts)


def _matching(pattern: re.Pattern[bytes]) -> Find:
    match = pattern.match

    def find(data: bytes, at: int) -> int:
        found = match(data, at)
        if found is None:
            raise LostError
        return found.end()

    return find


def _sequence(parts: list[Find]) -> Find:
    def find(data: bytes, at: int) -> int:
        for part in parts:
            at = part(data, at)
        return at

    return find


def _union(branches: list[Find]) -> Find:
    def find(data: bytes, at: int) -> int:
        index, at = _number(data, at)
        if not 0 <= index < len(branches):
            raise LostError
        return branches[index](data, at)

    return find


def _blocks(item: Find) -> Find:
    def find(data: bytes, at: int) -> int:
        while True:
            # A call costs as much as an item.
            if data[at : at + 1] == b"\0":
                return at + 1
            count, at = _number(data, at)
            if count == 0:
                return at
            if count < 0:
                # Such a block tells its size.
                size, at = _number(data, at)
                if not 0 <= size <= len(data) - at:
                    raise LostError
                at += size
                continue
            if count > len(data):
                raise LostError
            for _ in range(count):
                at = item(data, at)

    return find


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number, and where it ends."""
    if at < len(data) and data[at] < 0x80:  # noqa: PLR2004 - the bit that says that more follow
        return (data[at] >> 1) ^ -(data[at] & 1), at + 1
    number = shift = 0
    for place in range(at, min(at + 10, len(data))):
        number |= (data[place] & 0x7F) << shift
        if data[place] < 0x80:  # noqa: PLR2004 - the bit that says that more follow
            return (number >> 1) ^ -(number & 1), place + 1
        shift += 7
    raise LostError
