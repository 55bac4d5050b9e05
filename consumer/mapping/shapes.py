"""What a path can find, by the Avro schema alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LOGICAL = {
    "decimal": "number",
    "uuid": "uuid",
    "date": "date",
    "time-millis": "time",
    "time-micros": "time",
    **dict.fromkeys(
        (f"{local}timestamp-{unit}" for local in ("", "local-") for unit in ("millis", "micros", "nanos")), "datetime"
    ),
}
_KINDS = {
    "int": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "enum": "string",
    "fixed": "bytes",
    "error": "record",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """The types that a value can have.

    Attributes:
        types: Avro types out of fastavro's parsed schema, names resolved, null apart. What an expression makes
            is written in the same way, with a `Shape` where Avro has a type.
        nullable: it can be null, or not be there.
        known: False: nothing can be said of it.
    """

    types: tuple[Any, ...] = ()
    nullable: bool = False
    known: bool = True

    @property
    def kinds(self) -> tuple[str, ...]:
        """Of each type: boolean, integer, number, string, uuid, bytes, date, time, datetime, array, map, record."""
        return tuple(dict.fromkeys(kind(each) for each in self.types))

    def or_null(self) -> Shape:
        return replace(self, nullable=True)


UNKNOWN = Shape(nullable=True, known=False)


def kind(avro: Any) -> str:
    if isinstance(avro, str):
        return _KINDS.get(avro, avro)
    written = str(avro["type"])
    return _LOGICAL.get(avro.get("logicalType", ""), _KINDS.get(written, written))


def shape_of(avro: Any, named: Mapping[str, Any]) -> Shape:
    """The shape of a type, a union with its branches; `named` are the named types by full name."""
    if isinstance(avro, Shape):
        return avro
    if isinstance(avro, list):
        return united([shape_of(branch, named) for branch in avro])
    if isinstance(avro, str):
        if avro == "null":
            return Shape(nullable=True)
        return shape_of(named[avro], named) if avro in named else Shape((avro,))
    if isinstance(avro["type"], dict | list):
        return shape_of(avro["type"], named)
    return Shape(nullable=True) if avro["type"] == "null" else Shape((avro,))


def united(shapes: list[Shape]) -> Shape:
    """Either of them."""
    return Shape(
        tuple(avro for shape in shapes for avro in shape.types),
        any(shape.nullable for shape in shapes),
        all(shape.known for shape in shapes),
    )


def listed(items: Shape, *, nullable: bool = False) -> Shape:
    return Shape(({"type": "array", "items": items},), nullable)


def fields_of(shape: Shape) -> Iterator[str]:
    """The names of all fields, of whichever record it is."""
    for avro in shape.types:
        if kind(avro) == "record":
            yield from (field["name"] for field in avro["fields"])


def field(shape: Shape, name: str, named: Mapping[str, Any]) -> Shape | None:
    """The field of that name; None when no type of the shape can have one."""
    found: list[Shape] = []
    certain = True
    for avro in shape.types:
        inner = None
        if kind(avro) == "map":
            inner = shape_of(avro["values"], named).or_null()
        elif kind(avro) == "record":
            inner = next((shape_of(each["type"], named) for each in avro["fields"] if each["name"] == name), None)
        if inner is None:
            certain = False
        else:
            found.append(inner)
    if not found:
        return None
    whole = united(found)
    return whole if certain and not shape.nullable else whole.or_null()


def items(shape: Shape, named: Mapping[str, Any]) -> Shape | None:
    """What stands in the lists of the shape; None when no type of it is a list."""
    found = [shape_of(avro["items"], named) for avro in shape.types if kind(avro) == "array"]
    return united(found) if found else None
