"""Some fields of a record, cut out of its bytes and read; the others are only stepped over.

What cannot be read so is for who reads the whole record, which also tells what is wrong with it: `Selection` never
guesses, and a record that it reads has been followed to its last byte.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from typing import Any, Protocol, cast

from fastavro import schemaless_reader

from consumer.avro.boundaries import MOST_TEXTS, Boundaries, IrregularError
from consumer.avro.schema import RecordType
from consumer.avro.skipping import Find, LostError, finder

Fields = Sequence[dict[str, Any]]

_WORTH = 8
"""So many fields that nobody asks for are worth it, and as many more as reading in another part costs."""
_A_PART = 3


class _Step(Protocol):
    def read(self, data: bytes, at: int, record: dict[str, Any]) -> int:
        """Adds the fields that begin there, and gives where they end.

        Raises:
            LostError: that cannot be told.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Whole:
    """Reads all fields."""

    schema: dict[str, Any]

    def read(self, data: bytes, at: int, record: dict[str, Any]) -> int:
        source = BytesIO(data)
        source.seek(at)
        record.update(_read(source, self.schema))
        return source.tell()


@dataclass(frozen=True, slots=True)
class _Run:
    """Fields whose ends one expression finds.

    Attributes:
        groups: the numbers of the groups that hold what is asked for, at least two or none.
    """

    pattern: re.Pattern[bytes]
    groups: tuple[int, ...]

    def find(self, data: bytes, at: int, pieces: list[bytes]) -> int:
        found = self.pattern.match(data, at)
        if found is None:
            raise LostError
        if self.groups:
            pieces += found.group(*self.groups)
        return found.end()


@dataclass(frozen=True, slots=True)
class _Skipped:
    """A field that nobody asks for, and whose end is counted out."""

    end: Find

    def find(self, data: bytes, at: int, _pieces: list[bytes]) -> int:
        return self.end(data, at)


@dataclass(frozen=True, slots=True)
class _Cut:
    """Reads what is asked for, put together from pieces; `schema` is of that alone, None where it is nothing."""

    parts: tuple[_Run | _Skipped, ...]
    schema: dict[str, Any] | None

    def read(self, data: bytes, at: int, record: dict[str, Any]) -> int:
        pieces: list[bytes] = []
        for part in self.parts:
            at = part.find(data, at, pieces)
        if self.schema is not None:
            record.update(_read(BytesIO(b"".join(pieces)), self.schema))
        return at


@dataclass(frozen=True, slots=True)
class Selection:
    """Reads some fields of one record type."""

    steps: tuple[_Step, ...]

    def read(self, data: bytes, at: int) -> dict[str, Any]:
        """The fields of the record that begins there and ends with the data.

        Raises:
            Exception: whatever fastavro raises of a field that is asked for; or where the record ends cannot be told.
        """
        record: dict[str, Any] = {}
        for step in self.steps:
            at = step.read(data, at, record)
        if at != len(data):
            raise LostError
        return record


def selection(record: RecordType, names: Collection[str]) -> Selection | None:
    """How to read no more of a record than some of its fields; None where that is not worth it."""
    spared = sum(field["name"] not in names for field in record.parsed["fields"])
    if spared < _WORTH:
        return None
    try:
        making = _Making(record, names)
        steps = [making.step(whole, list(run)) for whole, run in groupby(record.parsed["fields"], making.is_whole)]
    except Exception:  # noqa: BLE001 - whatever a schema may hold, its records can be read whole
        return None
    if making.texts.texts > MOST_TEXTS or spared < _WORTH + _A_PART * (len(steps) - 1):
        return None
    return Selection(tuple(steps))


class _Making:
    """Makes the steps for one record type."""

    def __init__(self, record: RecordType, names: Collection[str]) -> None:
        self._schema = record.alone
        self._named = record.alone["__named_schemas"]
        self._names = names
        self.texts = Boundaries(self._named)
        self._regular = {field["name"]: self._is_regular(field["type"]) for field in record.parsed["fields"]}

    def is_whole(self, field: dict[str, Any]) -> bool:
        """Whether it is asked for, and has no end that is found fast."""
        return field["name"] in self._names and not self._regular[field["name"]]

    def step(self, is_whole: bool, fields: Fields) -> _Step:  # noqa: FBT001 - groupby's key
        if is_whole:
            return _Whole(self._schema | {"fields": list(fields)})
        parts: list[_Run | _Skipped] = []
        for regular, run in groupby(fields, lambda field: self._regular[field["name"]]):
            together = list(run)
            skipped = [_Skipped(finder(field["type"], self._named)) for field in together if not regular]
            parts += skipped or [self._run(together)]
        kept = [field for field in fields if field["name"] in self._names]
        return _Cut(tuple(parts), self._schema | {"fields": kept} if kept else None)

    def _run(self, fields: Fields) -> _Run:
        boundaries = Boundaries(self._named)
        # An empty one, so that there are two wherever there is one: `group` gives a tuple then.
        groups, pattern = [1], b"()"
        boundaries.groups = 1
        for wanted, run in groupby(fields, lambda field: field["name"] in self._names):
            if wanted:
                boundaries.groups += 1
                groups.append(boundaries.groups)
            found = b"".join([boundaries.of(field["type"]) for field in run])
            pattern += b"(" + found + b")" if wanted else found
        return _Run(re.compile(pattern, re.DOTALL), tuple(groups) if len(groups) > 1 else ())

    def _is_regular(self, avro: Any) -> bool:
        try:
            self.texts.of(avro)
        except IrregularError:
            return False
        return True


def _read(source: BytesIO, schema: dict[str, Any]) -> dict[str, Any]:
    fields: Any = schemaless_reader(source, schema, None)
    return cast("dict[str, Any]", fields)
