"""What an expression can look at beside the record, by its types: `_kafka`, and the tables of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from consumer.commands.typecheck.shapes import UNKNOWN, Shape
from consumer.config.route import RouteConfig
from consumer.mapping.tables import Tables

_TEXT: Final = Shape(("string",), nullable=True)
_KEYS: Final[Mapping[str, Shape]] = {"text": _TEXT, "bytes": Shape(("bytes",), nullable=True)}
_SURROUNDINGS: Final[Mapping[str, Shape]] = {
    "headers": Shape(({"type": "map", "values": ["null", "string"]},)),
    "timestamp": Shape(({"type": "long", "logicalType": "timestamp-millis"},), nullable=True),
    "topic": Shape(("string",)),
    "partition": Shape(("int",)),
    "offset": Shape(("long",)),
}


@dataclass(frozen=True, slots=True)
class Beside:
    """What there is.

    Attributes:
        key: the key of a record.
        tables: those that `lookup` looks into.
    """

    key: Shape = _TEXT
    tables: Tables = field(default_factory=dict)

    def surroundings(self, name: str) -> Shape:
        return self.key if name == "key" else _SURROUNDINGS[name]


def beside(route: RouteConfig, tables: Tables, key: Shape | None = None) -> Beside:
    """What a route's expressions have.

    Args:
        route: the route.
        tables: those of the configuration.
        key: of Avro keys, where their schema is known.
    """
    return Beside(_KEYS.get(route.key_format, UNKNOWN if key is None else key.or_null()), tables)
