"""Whether records of one schema can be resolved to another, before there is a record.

Rules: the Avro 1.12 specification, "Schema Resolution", as fastavro applies it: what it would refuse to read is told
here, with the field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from consumer.avro.matching import NAMED, Matching, kind_of, logical_of, resolved
from consumer.avro.schema import AvroSchema, RecordType


@dataclass(frozen=True, slots=True)
class Finding:
    """Why records cannot be resolved.

    Attributes:
        field: the dotted path of the field; `[]` stands for an array's or a map's elements.
        certain: no record can; else some can, by their values.
    """

    field: str
    message: str
    certain: bool = True


def compatibility_findings(
    written: AvroSchema, record: RecordType, reader: AvroSchema, to: RecordType
) -> list[Finding]:
    """What keeps records of one type from being resolved to another; nothing: all can be.

    Args:
        written: the schema that has the record type.
        record: the type that records were written as.
        reader: the schema that has the other.
        to: the type that they are to be resolved to; its name has been found to be the record's.
    """
    comparison = _Comparison(written.named, reader.named)
    return list(dict.fromkeys(comparison.records(record.parsed, to.parsed, "")))


class _Comparison:
    def __init__(self, written: Mapping[str, Any], reader: Mapping[str, Any]) -> None:
        self._written = written
        self._reader = reader
        self._matching = Matching(written, reader)
        self._seen: set[tuple[str, str]] = set()

    def records(self, written: Any, reader: Any, path: str) -> Iterator[Finding]:
        pair = written["name"], reader["name"]
        if pair in self._seen:
            return
        self._seen.add(pair)
        given = {field["name"]: field for field in written["fields"]}
        for field in reader["fields"]:
            place = f"{path}.{field['name']}".lstrip(".")
            names = [field["name"], *field.get("aliases", ())]
            source = next((given[name] for name in names if name in given), None)
            if source is not None:
                yield from self._types(source["type"], field["type"], place)
            elif "default" not in field:
                yield Finding(place, "is not in what is written, and has no default in the reader schema")

    def _types(self, written: Any, reader: Any, place: str) -> Iterator[Finding]:
        written, reader = resolved(written, self._written), resolved(reader, self._reader)
        if isinstance(written, list):
            yield from self._union(written, reader, place)
            return
        if isinstance(reader, list):
            found = next((each for each in reader if self._matching.match(written, each)), reader)
            reader = resolved(found, self._reader)
        if isinstance(reader, list) or not self._matching.match(written, reader):
            yield Finding(place, f"is written as {_description(written)}, which cannot become {_description(reader)}")
            return
        yield from self._within(written, reader, place)
        # A logical type of the reader's alone is read so: `reader_meaning`.
        if logical_of(written) not in {None, logical_of(reader)}:
            message = f"is written as {_description(written)} and read as that, not as {_description(reader)}"
            yield Finding(place, message, certain=False)

    def _within(self, written: Any, reader: Any, place: str) -> Iterator[Finding]:
        kind = kind_of(written)
        if kind in {"record", "error"}:
            yield from self.records(written, reader, place)
        elif kind == "array":
            yield from self._types(written["items"], reader["items"], f"{place}[]")
        elif kind == "map":
            yield from self._types(written["values"], reader["values"], f"{place}[]")
        elif kind == "enum" and "default" not in reader:
            unknown = [symbol for symbol in written["symbols"] if symbol not in reader["symbols"]]
            if unknown:
                message = f"may be {' or '.join(unknown)}, which the reader schema's enum does not have"
                yield Finding(place, message, certain=len(unknown) == len(written["symbols"]))

    def _union(self, written: list[Any], reader: Any, place: str) -> Iterator[Finding]:
        found = {
            _description(resolved(each, self._written)): list(self._types(each, reader, place)) for each in written
        }
        certain = all(any(each.certain for each in branch) for branch in found.values())
        for name, branch in found.items():
            for each in branch:
                message = each.message if certain or each.field != place else f"may be {name}: {each.message}"
                yield Finding(each.field, message, certain=each.certain and certain)


def _description(avro: Any) -> str:
    if isinstance(avro, list):
        return " or ".join(map(_description, avro))
    if isinstance(avro, str):
        return avro
    kind = kind_of(avro)
    return f"{kind} {avro['name']}" if kind in NAMED else logical_of(avro) or kind
