"""What a record type holds: each value that a path can find, with what its schema says of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from consumer.avro.schema import AvroSchema
from consumer.commands.typecheck.shapes import Shape, items, kind, shape_of, union_of

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DEEPEST: Final = 6
"""Records within records; deeper, and in a type that holds itself, nobody looks for a customer."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that is no record and no list.

    Attributes:
        path: a JMESPath, from the record, or from an element of its list.
        names: the fields on the way, the value's own last.
        shape: its types, in all versions.
        doc: what the schema says of it.
        versions: how many of the versions have it.
    """

    path: str
    names: tuple[str, ...]
    shape: Shape
    doc: str = ""
    versions: int = 1

    @property
    def name(self) -> str:
        return self.names[-1]

    @property
    def kinds(self) -> tuple[str, ...]:
        return self.shape.kinds


@dataclass(frozen=True, slots=True)
class ListLeaf:
    """A list: of records, whose values `leaves` are, or of plain values, which have none."""

    leaf: Leaf
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """All of a record type's values and lists, over its versions; the newest version's order.

    Attributes:
        envelope: the field that holds the record, in front of each path: `after` of a change record.
        versions: how many there are.
    """

    record: str
    doc: str
    leaves: tuple[Leaf, ...]
    lists: tuple[ListLeaf, ...]
    envelope: str = ""
    versions: int = 1


def contents_of(schemas: Sequence[AvroSchema]) -> Contents:
    """Those of all versions of one record type, the newest last.

    Raises:
        ValueError: a schema is no record's.
    """
    merged: dict[str, Leaf] = {}
    lists: dict[str, ListLeaf] = {}
    envelope = ""
    for schema in reversed(schemas):
        if schema.record is None:
            raise ValueError("only a record has contents")
        avro: Any = schema.record.parsed
        root = _envelope(avro, schema.named)
        envelope = envelope or root
        prefix: tuple[str, ...] = (root,) if root else ()
        for found in _walk(avro, schema.named, (), prefix):
            if isinstance(found, ListLeaf):
                known = lists.get(found.leaf.path)
                lists[found.leaf.path] = (
                    found if known is None else replace(known, leaf=_both(known.leaf, found.leaf))
                )
            else:
                before = merged.get(found.path)
                merged[found.path] = found if before is None else _both(before, found)
    newest = schemas[-1].record
    name, doc = (newest.name, str(newest.parsed.get("doc", ""))) if newest else ("", "")
    return Contents(name, doc, tuple(merged.values()), tuple(lists.values()), envelope, len(schemas))


def in_lists(contents: Contents) -> Iterator[Leaf]:
    """What the elements of lists hold, with paths from the top; of a list of plain values, the list."""
    for each in contents.lists:
        if not each.leaves:
            yield each.leaf
        for leaf in each.leaves:
            yield replace(leaf, path=f"{each.leaf.path}[].{leaf.path}", names=(*each.leaf.names, *leaf.names))


def path_of(names: Sequence[str]) -> str:
    """The JMESPath of a field in a field."""
    return ".".join(name if _PLAIN.fullmatch(name) else json.dumps(name) for name in names)


def _both(one: Leaf, other: Leaf) -> Leaf:
    types = union_of([one.shape, Shape(tuple(t for t in other.shape.types if t not in one.shape.types))])
    nullable = one.shape.nullable or other.shape.nullable
    return replace(one, shape=replace(types, nullable=nullable), versions=one.versions + other.versions)


def _envelope(avro: Mapping[str, Any], named: Mapping[str, Any]) -> str:
    """`after`, where the record is a change record as Debezium writes it."""
    types = {each["name"]: each["type"] for each in avro["fields"]}
    if {"before", "after"} <= types.keys() and {"op", "source"} & types.keys():
        after = shape_of(types["after"], named)
        return "after" if "record" in after.kinds else ""
    return ""


def _walk(
    avro: Mapping[str, Any], named: Mapping[str, Any], names: tuple[str, ...], only: tuple[str, ...] = ()
) -> Iterator[Leaf | ListLeaf]:
    for each in avro["fields"]:
        if only and each["name"] not in only:
            continue
        here = (*names, each["name"])
        shape = shape_of(each["type"], named)
        plain = Shape(tuple(t for t in shape.types if kind(t) not in {"record", "array"}), shape.nullable)
        if plain.types:
            yield Leaf(path_of(here), here, plain, str(each.get("doc", "")))
        for inner in shape.types:
            if kind(inner) == "record" and len(here) < _DEEPEST:
                yield from (_nullable(leaf) if shape.nullable else leaf for leaf in _walk(inner, named, here))
        elements = items(shape, named)
        if elements is not None and len(here) < _DEEPEST:
            leaf = Leaf(path_of(here), here, shape, str(each.get("doc", "")))
            inside = [found for t in elements.types if kind(t) == "record" for found in _walk(t, named, ())]
            yield ListLeaf(leaf, tuple(found for found in inside if isinstance(found, Leaf)))


def _nullable(found: Leaf | ListLeaf) -> Leaf | ListLeaf:
    if isinstance(found, ListLeaf):
        return replace(found, leaf=replace(found.leaf, shape=found.leaf.shape.or_null()))
    return replace(found, shape=found.shape.or_null())
