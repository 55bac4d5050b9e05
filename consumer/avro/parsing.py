"""The text of a schema as Java's Avro 1.12 understands it, in the form that fastavro reads with.

fastavro's own parser refuses what Java takes: invalid logical types and defaults, symbols beyond ASCII, a type that
is defined twice alike. So it is handed what is parsed already.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Any, cast

from consumer.avro.errors import InvalidSchema
from consumer.avro.logical_types import meant, meant_of_record

Named = Mapping[str, Any]

_PRIMITIVES = frozenset(("null", "boolean", "int", "long", "float", "double", "bytes", "string"))
_RECORDS = frozenset(("record", "error"))
_NAMED = _RECORDS | {"enum", "fixed"}
_OF_TYPE = frozenset(("type", "name", "namespace", "fields", "items", "values", "logicalType", "precision", "scale"))
_UNTOLD = frozenset(("doc", "aliases"))
"""In what two definitions of one type may differ."""


class Parser:
    """Parses one text. A type that it defines stands where it was defined; elsewhere is its full name.

    Attributes:
        named: the types that it defines, by full name.
        missing: the full names that it takes from elsewhere, in the order of their use.
    """

    def __init__(self, others: Named) -> None:
        """Takes the types that are defined elsewhere, by full name."""
        self.named: dict[str, Any] = {}
        self.missing: dict[str, None] = {}
        self._others = others

    def parse(self, schema: Any, space: str = "") -> Any:
        """A type.

        Args:
            schema: decoded from JSON.
            space: the namespace that it stands in.

        Raises:
            InvalidSchema: it is none.
        """
        if isinstance(schema, list):
            return [self.parse(branch, space) for branch in schema]
        written = {"type": schema} if isinstance(schema, str) else schema
        kind = written.get("type") if isinstance(written, dict) else None
        if isinstance(kind, dict | list):
            return self.parse(kind, space)
        if not isinstance(kind, str):
            raise InvalidSchema("is no Avro schema: a type is a name, a list, or an object with a `type`")
        return self._of_kind(written, kind, space)

    def _of_kind(self, schema: dict[str, Any], kind: str, space: str) -> Any:
        if kind in _PRIMITIVES:
            logical = meant(schema, kind)
            return _rest(schema) | {"type": kind, **logical} if logical else kind
        if kind in {"array", "map"}:
            inner = "items" if kind == "array" else "values"
            return _rest(schema) | {"type": kind, inner: self.parse(_part(schema, inner), space)}
        if kind in _NAMED:
            return self._defined(schema, kind, space)
        if "name" in schema:
            raise InvalidSchema(f"is no Avro schema: unknown type {kind}")
        return self._reference(kind, space)

    def _reference(self, written: str, space: str) -> str:
        inside = f"{space}.{written}" if space and "." not in written else written
        name = next((each for each in (inside, written) if each in self.named or each in self._others), inside)
        if name not in self.named:
            self.missing.setdefault(name)
        return name

    def _defined(self, schema: dict[str, Any], kind: str, space: str) -> Any:
        name = _full_name(schema, space)
        if name in self.named:
            self._compare(name, schema, space)
            return name
        definition: dict[str, Any] = _rest(schema) | {"type": kind, "name": name}
        self.named[name] = definition
        if kind == "enum":
            definition["symbols"] = _symbols(schema, name)
        elif kind == "fixed":
            size = _part(schema, "size")
            if type(size) is not int or size < 0:
                raise InvalidSchema(f"is no Avro schema: the size of {name} is no whole number")
            definition |= meant(schema, kind)
        else:
            inner = name.rpartition(".")[0]
            definition["fields"] = [self._field(field, name, inner) for field in schema.get("fields") or ()]
            definition |= meant_of_record(name, definition["fields"])
        return definition

    def _field(self, field: Any, record: str, space: str) -> dict[str, Any]:
        if not isinstance(field, dict) or not isinstance(field.get("name"), str) or "type" not in field:
            raise InvalidSchema(f"is no Avro schema: a field of {record} is no object with a `name` and a `type`")
        parsed = field | {"type": self.parse(field["type"], space)}
        if not isinstance(parsed.get("aliases", []), list):
            del parsed["aliases"]
        return parsed

    def _compare(self, name: str, schema: dict[str, Any], space: str) -> None:
        again = Parser(ChainMap(self.named, cast("dict[str, Any]", self._others)))
        again.parse(schema, space)
        # Each by itself, with the others by their names: a type that is referred to is not looked through again.
        for each, second in again.named.items():
            if each not in self.named or _told(self.named[each]) != _told(second):
                raise InvalidSchema(f"is no Avro schema: it defines {name} twice, and not alike")


def inlined(schema: Any, named: Named, seen: dict[str, Any]) -> Any:
    """The type with each other defined where it is first used, as the Avro specification has it.

    Args:
        schema: what a parser made.
        named: all types, by full name.
        seen: takes the types that are defined within it, by full name.
    """
    if isinstance(schema, list):
        return [inlined(branch, named, seen) for branch in schema]
    if isinstance(schema, str):
        return inlined(named[schema], named, seen) if schema in named and schema not in seen else schema
    copy = {key: value for key, value in schema.items() if not key.startswith("__")}
    if schema["type"] in _NAMED:
        if schema["name"] in seen:
            return schema["name"]
        seen[schema["name"]] = copy
    for inner in ("items", "values"):
        if inner in schema:
            copy[inner] = inlined(schema[inner], named, seen)
    if "fields" in schema:
        copy["fields"] = [field | {"type": inlined(field["type"], named, seen)} for field in schema["fields"]]
    return copy


def _told(definition: Any) -> Any:
    """What tells a definition from another, with the types that are defined within it by their names."""

    def part(schema: Any) -> Any:
        if isinstance(schema, list):
            return [part(each) for each in schema]
        if not isinstance(schema, dict):
            return schema
        if isinstance(kind := schema.get("type"), str) and kind in _NAMED and "name" in schema:
            return schema["name"]
        return {key: part(value) for key, value in schema.items() if key not in _UNTOLD}

    return {key: part(value) for key, value in definition.items() if key not in _UNTOLD}


def _rest(schema: dict[str, Any]) -> dict[str, Any]:
    """What else stands beside the type, such as its documentation; no marks of fastavro's own."""
    return {key: value for key, value in schema.items() if key not in _OF_TYPE and not key.startswith("__")}


def _part(schema: dict[str, Any], key: str) -> Any:
    if key not in schema:
        raise InvalidSchema(f"is no Avro schema: a type {schema['type']} has no `{key}`")
    return schema[key]


def _full_name(schema: dict[str, Any], space: str) -> str:
    name, given = schema.get("name"), schema.get("namespace")
    if not isinstance(name, str) or not name:
        raise InvalidSchema(f"is no Avro schema: a type {schema['type']} has no `name`")
    within = given if isinstance(given, str) else space
    return f"{within}.{name}" if within and "." not in name else name


def _symbols(schema: dict[str, Any], name: str) -> list[str]:
    symbols = _part(schema, "symbols")
    if not isinstance(symbols, list) or not all(isinstance(each, str) for each in symbols):
        raise InvalidSchema(f"is no Avro schema: the symbols of {name} are no list of texts")
    if len(set(symbols)) < len(symbols):
        raise InvalidSchema(f"is no Avro schema: the symbols of {name} must be unique")
    return symbols
