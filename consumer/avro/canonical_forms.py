"""The canonical forms by which Avro libraries fingerprint schemas: the specification's, and those that differ.

Rules: the Avro 1.12 specification, "Parsing Canonical Form for Schemas"; `canonical_form` of Python's avro 1.12.2 and
Rust's apache-avro 0.22.0, `String` of Go's hamba/avro 2.31.0. goavro's is in `goavro_form`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

from consumer.avro.goavro_form import goavro_forms

Extra = Callable[[str, Mapping[str, Any]], Mapping[str, Any] | None]
"""What a library keeps of a primitive or fixed type; None: a primitive is its mere name."""

_PRIMITIVES: Final = frozenset(("null", "boolean", "int", "long", "float", "double", "bytes", "string"))
_NAMED: Final = frozenset(("record", "error", "enum", "fixed"))
_LOGICAL: Final = {
    "int": {"date", "time-millis"},
    "long": {
        *("time-micros", "timestamp-millis", "timestamp-micros", "local-timestamp-millis", "local-timestamp-micros"),
    },
    "string": {"uuid"},
    "bytes": {"decimal"},
    "fixed": {"decimal", "duration"},
}
_RUSTS: Final = {
    "long": {"timestamp-nanos", "local-timestamp-nanos"},
    "bytes": {"big-decimal", "uuid"},
    "fixed": {"uuid"},
}


def _specified(_kind: str, _schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return None


def _pythons(kind: str, schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A primitive that is written as an object with more than its type stays an object."""
    return {} if kind in _PRIMITIVES and len(schema) > 1 else None


def _rusts(kind: str, schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A primitive with a logical type stays an object, and a decimal keeps its digits."""
    logical = schema.get("logicalType")
    if logical not in _LOGICAL.get(kind, set()) | _RUSTS.get(kind, set()):
        return None
    return {"precision": schema.get("precision"), "scale": schema.get("scale", 0)} if logical == "decimal" else {}


def _hambas(kind: str, schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A logical type that it knows is kept."""
    logical = schema.get("logicalType")
    if logical not in _LOGICAL.get(kind, set()):
        return None
    if logical != "decimal":
        return {"logicalType": logical}
    scale = {"scale": schema["scale"]} if schema.get("scale") else {}
    return {"logicalType": logical, "precision": schema.get("precision"), **scale}


_FORMS: Final[tuple[tuple[Extra, frozenset[str]], ...]] = (
    (_specified, frozenset()),
    (_pythons, frozenset()),
    (_rusts, frozenset()),
    (_rusts, frozenset(("order",))),
    (_hambas, frozenset()),
)
"""What is kept of types, and what of fields."""


def canonical_forms(schema: Any) -> Iterator[str]:
    """Every text that some library fingerprints for a schema.

    Args:
        schema: decoded from JSON; types that it does not define itself are names.

    Raises:
        AttributeError, LookupError, TypeError: it is no schema.
    """
    forms = (_Form(extra, of_fields).of(schema, "") for extra, of_fields in _FORMS)
    for form in chain(forms, goavro_forms(schema)):
        yield json.dumps(form, separators=(",", ":"), ensure_ascii=False)


class _Form:
    """One form of one schema: which types it has defined, it remembers."""

    def __init__(self, extra: Extra, of_fields: frozenset[str]) -> None:
        self._extra = extra
        self._of_fields = of_fields
        self._defined: set[str] = set()
        self._fixed: dict[str, Any] = {}

    def of(self, schema: Any, space: str) -> Any:
        if isinstance(schema, list):
            return [self.of(branch, space) for branch in schema]
        if isinstance(schema, str):
            return self._reference(schema, space)
        kind = schema["type"]
        if isinstance(kind, dict | list):
            return self.of(kind, space)
        if kind in _NAMED:
            return self._named(schema, kind, space)
        if kind in {"array", "map"}:
            inner = "items" if kind == "array" else "values"
            return {"type": kind, inner: self.of(schema[inner], space)}
        kept = self._extra(kind, schema) if kind in _PRIMITIVES else None
        return self._reference(kind, space) if kept is None else {"type": kind, **kept}

    def _reference(self, name: str, space: str) -> Any:
        inside = f"{space}.{name}"
        if space and "." not in name and name not in _PRIMITIVES and inside in self._defined:
            name = inside
        return self._again(name)

    def _again(self, name: str) -> Any:
        """The name of a type that was defined before; Python's library defines a fixed each time anew."""
        return self._fixed.get(name, name) if self._extra is _pythons else name

    def _named(self, schema: Mapping[str, Any], kind: str, space: str) -> Any:
        given, name = schema.get("namespace"), schema["name"]
        space = name.rpartition(".")[0] if "." in name else space if given is None else given
        name = name if "." in name or not space else f"{space}.{name}"
        if name in self._defined:
            return self._again(name)
        self._defined.add(name)
        form: dict[str, Any] = {"name": name, "type": kind}
        if kind == "enum":
            form["symbols"] = schema["symbols"]
        elif kind == "fixed":
            form |= {"size": schema["size"], **(self._extra(kind, schema) or {})}
            self._fixed[name] = form
        else:
            form["fields"] = [self._field(field, space) for field in schema.get("fields") or ()]
        return form

    def _field(self, field: Mapping[str, Any], space: str) -> dict[str, Any]:
        kept = {key: field[key] for key in self._of_fields if key in field}
        return {"name": field["name"], "type": self.of(field["type"], space), **kept}
