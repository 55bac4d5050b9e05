"""Hypothesis: any value of an Avro schema, as the decoder gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.mapping.support import EMAIL

_TEXT = st.one_of(st.sampled_from([EMAIL, " ", "+14155550100", "7"]), st.text(max_size=8))
_PRIMITIVES: dict[str, SearchStrategy[Any]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(width=32),
    "double": st.floats(),
    "bytes": st.binary(max_size=8),
    "string": _TEXT,
}
_MOMENTS = st.datetimes(min_value=datetime(1, 1, 2), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
_LOGICAL: dict[str, SearchStrategy[Any]] = {
    "uuid": st.uuids().map(str),
    "date": st.dates(min_value=date(1, 1, 1)),
    "time-millis": st.times(min_value=time(0)),
    "time-micros": st.times(),
    "timestamp-millis": _MOMENTS,
    "timestamp-micros": _MOMENTS,
    "local-timestamp-millis": st.datetimes(),
    "local-timestamp-micros": st.datetimes(),
}


def values(schema: Any, named: Mapping[str, Any]) -> SearchStrategy[Any]:
    """Values of a parsed schema; `named` are its named types by full name."""
    if isinstance(schema, list):
        return st.one_of([values(branch, named) for branch in schema])
    if isinstance(schema, str):
        return values(named[schema], named) if schema in named else _PRIMITIVES[schema]
    logical = schema.get("logicalType")
    if logical == "decimal":
        scale = schema.get("scale", 0)
        most = 10 ** schema["precision"] - 1
        return st.integers(-most, most).map(lambda digits: Decimal(digits).scaleb(-scale))
    if logical in _LOGICAL:
        return _LOGICAL[logical]
    return _COMPLEX.get(schema["type"], _primitive)(schema, named)


def _primitive(schema: Any, named: Mapping[str, Any]) -> SearchStrategy[Any]:
    return values(schema["type"], named)


def _record(schema: Any, named: Mapping[str, Any]) -> SearchStrategy[Any]:
    return st.fixed_dictionaries({field["name"]: values(field["type"], named) for field in schema["fields"]})


_COMPLEX: dict[str, Callable[[Any, Mapping[str, Any]], SearchStrategy[Any]]] = {
    "record": _record,
    "array": lambda schema, named: st.lists(values(schema["items"], named), max_size=3),
    "map": lambda schema, named: st.dictionaries(_TEXT, values(schema["values"], named), max_size=3),
    "enum": lambda schema, _: st.sampled_from(schema["symbols"]),
    "fixed": lambda schema, _: st.binary(min_size=schema["size"], max_size=schema["size"]),
}
