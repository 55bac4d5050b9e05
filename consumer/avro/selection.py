"""Some fields of a record, cut out of its bytes and read; the others are only stepped over.

What cannot be read so is for who reads the whole record, which also tells what is wrong with it: `Selection` never
guesses, and a record that it reads has been followed to its last byte.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from typing import Any, Protocol, cast

from fastavro import schemaless_reader

from consumer.avro.boundaries import Boundaries, IrregularError
from consumer.avro.schema import RecordType

Fields = Sequence[dict[str, Any]]

_WORTH = 8
"""So many fields that nobody asks for must stand together: reading in two parts costs as much as reading some."""
_MOST_TEXTS = 300
"""An expression with so many takes more than half a second to compile."""


class _Step(Protocol):
    def read(self, data: bytes, at: int, record: dict[str, Any]) -> int:
        """Adds the fields that begin there, and gives where they end; -1 where that cannot be told."""
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
class _Cut:
    """Reads what the groups hold.

    Attributes:
        groups: the numbers of the groups, at least two; none where no field is asked for.
    """

    pattern: re.Pattern[bytes]
    groups: tuple[int, ...]
    schema: dict[str, Any]

    def read(self, data: bytes, at: int, record: dict[str, Any]) -> int:
        found = self.pattern.match(data, at)
        if found is None:
            return -1
        if self.groups:
            record.update(_read(BytesIO(b"".join(found.group(*self.groups))), self.schema))
        return found.end()


@dataclass(frozen=True, slots=True)
class Selection:
    """Reads some fields of one record type."""

    steps: tuple[_Step, ...]

    def read(self, data: bytes, at: int) -> dict[str, Any] | None:
        """The fields of the record that begins there and ends with the data; None where that cannot be told.

        Raises:
            Exception: whatever fastavro raises of a field that is asked for.
        """
        record: dict[str, Any] = {}
        for step in self.steps:
            at = step.read(data, at, record)
            if at < 0:
                return None
        return record if at == len(data) else None


def selection(record: RecordType, names: Collection[str]) -> Selection | None:
    """How to read no more of a record than some of its fields; None where that is not worth it."""
    named = record.alone["__named_schemas"]
    texts = Boundaries(named)
    parts = [(cut, list(fields)) for cut, fields in groupby(_parted(record.parsed["fields"], names, texts), _is_cut)]
    if not any(cut for cut, _ in parts) or texts.texts > _MOST_TEXTS:
        return None
    return Selection(
        tuple(
            _cut(record, [field for _, field in fields], names, named)
            if cut
            else _Whole(_schema(record, [field for _, field in fields]))
            for cut, fields in parts
        )
    )


def _is_cut(pair: tuple[bool, dict[str, Any]]) -> bool:
    return pair[0]


def _parted(fields: Fields, names: Collection[str], texts: Boundaries) -> Iterator[tuple[bool, dict[str, Any]]]:
    """Each field, and whether it stands in a run that is worth being cut."""
    for regular, run in groupby(fields, lambda field: _is_regular(field, texts)):
        together = list(run)
        spared = sum(field["name"] not in names for field in together)
        yield from ((regular and spared >= _WORTH, field) for field in together)


def _is_regular(field: dict[str, Any], texts: Boundaries) -> bool:
    try:
        texts.of(field["type"])
    except IrregularError:
        return False
    return True


def _cut(record: RecordType, fields: Fields, names: Collection[str], named: Mapping[str, Any]) -> _Cut:
    boundaries = Boundaries(named)
    # An empty one, so that there are two wherever there is one: `group` gives a tuple then.
    groups, pattern = [1], b"()"
    boundaries.groups = 1
    for wanted, run in groupby(fields, lambda field: field["name"] in names):
        if wanted:
            boundaries.groups += 1
            groups.append(boundaries.groups)
        found = b"".join([boundaries.of(field["type"]) for field in run])
        pattern += b"(" + found + b")" if wanted else found
    kept = [field for field in fields if field["name"] in names]
    return _Cut(re.compile(pattern, re.DOTALL), tuple(groups) if kept else (), _schema(record, kept))


def _schema(record: RecordType, fields: Fields) -> dict[str, Any]:
    return record.alone | {"fields": list(fields)}


def _read(source: BytesIO, schema: dict[str, Any]) -> dict[str, Any]:
    fields: Any = schemaless_reader(source, schema, None)
    return cast("dict[str, Any]", fields)
