"""What a path can find, by the Avro schema alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

_LOGICAL = {
    **dict.fromkeys(("bytes-decimal", "fixed-decimal", "bytes-big-decimal"), "number"),
    "record-io.debezium.data.VariableScaleDecimal": "number",
    **dict.fromkeys(("string-uuid", "fixed-uuid"), "uuid"),
    "fixed-duration": "duration",
    **dict.fromkeys(("long-io.debezium.time.MicroDuration", "long-io.debezium.time.NanoDuration"), "duration"),
    **dict.fromkeys(("int-date", "string-io.debezium.time.IsoDate"), "date"),
    **dict.fromkeys(("int-time-millis", "long-time-micros", "long-io.debezium.time.NanoTime"), "time"),
    "string-io.debezium.time.IsoTime": "time",
    **dict.fromkeys(
        (f"long-{local}timestamp-{unit}" for local in ("", "local-") for unit in ("millis", "micros", "nanos")),
        "datetime",
    ),
    **dict.fromkeys(("string-io.debezium.time.ZonedTimestamp", "string-io.debezium.time.IsoTimestamp"), "datetime"),
}
"""The logical types that are read, by their base types; others are ignored."""
_KINDS = {
    "int": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "enum": "string",
    "fixed": "bytes",
    "error": "record",
}
OBJECTS = frozenset(("record", "map"))
_WRITTEN_AS_TEXT = frozenset(("uuid", "bytes", "date", "time", "datetime", "duration"))
_SOMETIMES_FALSE = frozenset(("boolean", "bytes", "array", "map"))


@dataclass(frozen=True, slots=True)
class Shape:
    """The types that a value can have.

    Attributes:
        types: Avro types out of fastavro's parsed schema, names resolved, null apart. What an expression makes
            is written in the same way, with a `Shape` where Avro has a type; a text that the expression itself
            holds is an enum of that one symbol, without a name.
        nullable: it can be null, or not be there.
        known: False: nothing can be said of it.
    """

    types: tuple[Any, ...] = ()
    nullable: bool = False
    known: bool = True

    @property
    def kinds(self) -> tuple[str, ...]:
        """Of each type: boolean, integer, number, string, uuid, bytes, array, map, record; or a logical one.

        Those are date, time, datetime, duration.
        """
        return tuple(dict.fromkeys(kind(each) for each in self.types))

    def or_null(self) -> Shape:
        return replace(self, nullable=True)

    def not_null(self) -> Shape:
        return replace(self, nullable=False)

    def described(self) -> str:
        return " or ".join(self.kinds) or "null"


UNKNOWN = Shape(nullable=True, known=False)


def kind(avro: Any) -> str:
    if isinstance(avro, str):
        return _KINDS.get(avro, avro)
    written = str(avro["type"])
    return _LOGICAL.get(f"{written}-{avro.get('logicalType')}", _KINDS.get(written, written))


def has_no_zone(avro: Any) -> bool:
    """Whether it is a local timestamp."""
    return isinstance(avro, dict) and str(avro.get("logicalType")).startswith("local-") and kind(avro) == "datetime"


def symbols_of(avro: Any) -> tuple[str, ...] | None:
    """All the texts that it can be, where the schema lists them."""
    return tuple(avro["symbols"]) if isinstance(avro, dict) and avro["type"] == "enum" else None


def literal(text: str) -> Shape:
    """A text of the expression itself."""
    return Shape(({"type": "enum", "name": "", "symbols": [text]},))


def is_literal(avro: Any) -> bool:
    return symbols_of(avro) is not None and not avro["name"]


def may_be_false(avro: Any) -> bool:
    """Whether JMESPath can hold a value of this type for false: false itself, and what is empty."""
    symbols = symbols_of(avro)
    if symbols is not None:
        return "" in symbols
    return kind(avro) in _SOMETIMES_FALSE or kind(avro) == "string" or (kind(avro) == "record" and not avro["fields"])


def shape_of(avro: Any, named: Mapping[str, Any]) -> Shape:
    """The shape of a type, a union with its branches; `named` are the named types by full name."""
    if isinstance(avro, Shape):
        return avro
    if isinstance(avro, list):
        return union_of([shape_of(branch, named) for branch in avro])
    if isinstance(avro, str):
        if avro == "null":
            return Shape(nullable=True)
        return shape_of(named[avro], named) if avro in named else Shape((avro,))
    if isinstance(avro["type"], dict | list):
        return shape_of(avro["type"], named)
    return Shape(nullable=True) if avro["type"] == "null" else Shape((avro,))


def texts(shape: Shape) -> Shape:
    """As an expression finds it: what has no JSON type of its own is the text that it is written as."""
    types = tuple("string" if kind(avro) in _WRITTEN_AS_TEXT else avro for avro in shape.types)
    return replace(shape, types=types)


def union_of(shapes: list[Shape]) -> Shape:
    """Either of them."""
    return Shape(
        tuple(avro for shape in shapes for avro in shape.types),
        any(shape.nullable for shape in shapes),
        all(shape.known for shape in shapes),
    )


def list_of(items: Shape, *, nullable: bool = False) -> Shape:
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
    whole = union_of(found)
    return whole if certain and not shape.nullable else whole.or_null()


def documentation_of(names: Sequence[str], shape: Shape, named: Mapping[str, Any]) -> str | None:
    """What the schema says of a field of fields; None where no type of the shape has it."""
    *above, name = names
    for each in above:
        inner = field(shape, each, named)
        if inner is None:
            return None
        shape = inner
    records = [avro for avro in shape.types if kind(avro) == "record"]
    found = [str(each.get("doc", "")) for avro in records for each in avro["fields"] if each["name"] == name]
    return found[0] if found else None


def items(shape: Shape, named: Mapping[str, Any]) -> Shape | None:
    """What stands in the lists of the shape; None when no type of it is a list."""
    found = [shape_of(avro["items"], named) for avro in shape.types if kind(avro) == "array"]
    return union_of(found) if found else None


def values(shape: Shape, named: Mapping[str, Any]) -> Shape | None:
    """The values of all names of the shape's records and maps; None when no type of it is either."""
    found = [shape_of(avro["values"], named) for avro in shape.types if kind(avro) == "map"]
    found += [
        shape_of(each["type"], named) for avro in shape.types if kind(avro) == "record" for each in avro["fields"]
    ]
    return union_of(found) if found else None
