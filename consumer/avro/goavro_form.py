"""The canonical form by which Go's goavro fingerprints a schema: unlike the specification's in four ways.

Rules: `canonical.go` and `codec.go` of goavro 2.15.0. A primitive with a logical type, or with anything else beside
its type, stays an object. A decimal is named, `bytes.decimal`, where it is the first of its digits. A namespace in
another is appended to it. And whether a record's uses of its own name are qualified changes from run to run, as Go's
maps have no order: both forms are given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

_KEYS: Final = ("name", "type", "fields", "symbols", "items", "values", "size")
_SPACED: Final = frozenset(("record", "enum", "fixed"))
_LOGICAL: Final = frozenset(
    (
        *(("int", "date"), ("int", "time-millis"), ("long", "time-micros")),
        *(("long", "timestamp-millis"), ("long", "timestamp-micros")),
        *(("bytes", "decimal"), ("fixed", "decimal"), ("string", "validated-string")),
    )
)


def goavro_forms(schema: Any) -> Iterator[Any]:
    """Both forms of a schema; it is decoded from JSON, and so are they.

    Raises:
        LookupError: it is no schema.
    """
    for early in (True, False):
        yield _Form(early=early).of(schema, "")


class _Form:
    def __init__(self, *, early: bool) -> None:
        """`early`: a record's name is known within it."""
        self._early = early
        self._names: dict[str, str] = {}
        self._decimals: set[tuple[Any, Any]] = set()

    def of(self, schema: Any, space: str) -> Any:
        if isinstance(schema, list):
            return [self.of(branch, space) for branch in schema]
        if isinstance(schema, str):
            return self._names.get(schema, schema)
        return self._object(schema, space) if isinstance(schema, dict) else schema

    def _object(self, schema: Mapping[str, Any], outer: str) -> Any:
        kind, logical, given = schema["type"], schema.get("logicalType"), schema.get("namespace")
        unknown = isinstance(kind, str) and logical is not None and (kind, logical) not in _LOGICAL
        if isinstance(kind, str) and len(schema) - unknown == 1:
            return kind
        space = ".".join(filter(None, (outer, given))) if isinstance(given, str) else outer
        known = dict(schema)
        if (kind, logical) == ("bytes", "decimal"):
            known |= self._decimal(schema)
        if isinstance(given, str) or (isinstance(kind, str) and kind in _SPACED):
            self._qualify(known, space)
        form = {key: self.of(known[key], space) for key in _KEYS if key in known and key != "name"}
        if "name" not in known:
            return form
        self._names |= {schema["name"]: known["name"]} if known["name"] != schema.get("name", known["name"]) else {}
        return {"name": known["name"], **form}

    def _qualify(self, known: dict[str, Any], space: str) -> None:
        name = known.get("name")
        if isinstance(name, str) and space and "." not in name:
            known["name"] = f"{space}.{name}"
            if self._early:
                self._names[name] = known["name"]

    def _decimal(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        digits = schema.get("precision"), schema.get("scale", 0)
        if digits in self._decimals:
            return {}
        self._decimals.add(digits)
        return {"name": schema.get("name", "bytes.decimal")}
