"""What a search for the schemas of a route's records gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from consumer.avro.schema import AvroSchema
from consumer.commands.typecheck.findings import Finding
from consumer.commands.typecheck.routes import SchemaVersion
from consumer.commands.typecheck.shapes import Shape, shape_of, union_of
from consumer.config.route import RouteConfig
from consumer.suggestions import nearest


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The schemas that a route's records are, or may be, written with.

    Attributes:
        choices: the versions of each type that may be meant; the one that fits best is taken. A version is of one
            record type.
        how: how they were chosen, as the end of a sentence: `named like the topic`.
        guess: they were chosen by fit alone, and may be meant for other records.
        alike: they were chosen by a record's name that is like the topic's or the event's.
        missing: why there are none, and what to do.
        nearest: the name that exists and was probably meant, when there are none.
        expected: there should be some: a route without is worth a warning.
        unusable: the versions that the records may be of and that cannot be read; their key is not known here.
        lacking: some of those for want of something that the registry says it has not got: it may have it yet.
    """

    choices: tuple[tuple[SchemaVersion, ...], ...] = ()
    how: str = ""
    guess: bool = False
    alike: bool = False
    missing: str = ""
    nearest: str | None = None
    expected: bool = False
    unusable: tuple[Finding, ...] = ()
    lacking: bool = False


class Schemas(Protocol):
    """A place where schemas are: files, a folder, the registry."""

    def for_route(self, route: RouteConfig) -> SearchResult: ...

    def key_of(self, route: RouteConfig) -> Shape | None:
        """What the keys of the route's topic may be, where they are Avro and their schema is there: `<topic>-key`."""
        ...


def key_shape(schemas: Iterable[AvroSchema]) -> Shape | None:
    """What a key of any of these schemas may be."""
    shapes = [shape_of(each.parsed, each.named) for each in schemas]
    return union_of(shapes) if shapes else None


def by_record(label: str, schema: AvroSchema) -> Iterator[tuple[str, SchemaVersion]]:
    """Each record type of a schema by its full name, as a version of its own."""
    for record in schema.records:
        name = f"{label} {record.name}" if schema.branches else label
        yield record.name, SchemaVersion(name, replace(schema, record=record, branches=()))


def of_record(
    route: RouteConfig, versions: Iterable[tuple[str, SchemaVersion]], where: str, how: str
) -> SearchResult:
    """The versions of the route's record among those of its topic; all of them when it names none."""
    pairs = list(versions)
    taken = tuple(version for name, version in pairs if route.record in {None, name})
    if taken:
        return SearchResult((taken,), how)
    return no_record(route.record or "", [name for name, _ in pairs], where)


def no_record(record: str, known: Sequence[str], where: str) -> SearchResult:
    advice = f"correct `record`, or add its schema to {where}"
    return SearchResult(
        missing=f"{where} has no record {record}: {advice}", nearest=nearest(record, known), expected=bool(known)
    )
