"""Which logical type a schema means: Avro's own where it is valid, else what Kafka Connect names beside the type.

Rules: the Avro 1.12 specification, "Logical Types", by which an invalid one is ignored and the base type read, with
Java's idea of what is valid; Debezium's "Data type mappings"; Kafka Connect's `org.apache.kafka.connect.data`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import MAX_PREC
from math import floor, log10
from typing import Any

Properties = Mapping[str, Any]

SHORTEST = "shortest"
"""Not of Avro: what every 32-bit float is read as."""
_VARIABLE_SCALE = "io.debezium.data.VariableScaleDecimal"
_MOST_SCALE = 10**6
_CONNECT_DECIMAL = "org.apache.kafka.connect.data.Decimal"
CONNECT: Mapping[tuple[str, str], str] = {
    ("org.apache.kafka.connect.data.Date", "int"): "date",
    ("org.apache.kafka.connect.data.Time", "int"): "time-millis",
    ("org.apache.kafka.connect.data.Timestamp", "long"): "timestamp-millis",
    ("io.debezium.time.Date", "int"): "date",
    ("io.debezium.time.Time", "int"): "time-millis",
    ("io.debezium.time.MicroTime", "long"): "time-micros",
    ("io.debezium.time.NanoTime", "long"): "io.debezium.time.NanoTime",
    ("io.debezium.time.Timestamp", "long"): "timestamp-millis",
    ("io.debezium.time.MicroTimestamp", "long"): "timestamp-micros",
    ("io.debezium.time.NanoTimestamp", "long"): "timestamp-nanos",
    ("io.debezium.time.MicroDuration", "long"): "io.debezium.time.MicroDuration",
    ("io.debezium.time.NanoDuration", "long"): "io.debezium.time.NanoDuration",
    ("io.debezium.time.ZonedTimestamp", "string"): "io.debezium.time.ZonedTimestamp",
    ("io.debezium.time.IsoTimestamp", "string"): "io.debezium.time.IsoTimestamp",
    ("io.debezium.time.IsoDate", "string"): "io.debezium.time.IsoDate",
    ("io.debezium.time.IsoTime", "string"): "io.debezium.time.IsoTime",
    ("io.debezium.data.Uuid", "string"): "uuid",
}
"""By `connect.name` and base type; what is not here is read as its base type."""


def meant(schema: Properties, kind: str) -> Properties:
    """The logical type with its properties, none where there is none.

    Args:
        schema: a type as it is written, a JSON object.
        kind: its base type: `long`, `fixed`, `record`.
    """
    logical = schema.get("logicalType")
    name = schema.get("connect.name")
    if kind == "bytes" and name == _CONNECT_DECIMAL:
        scale = _connect_scale(schema)
        # Connect knows no precision: the one that stands beside it is the converter's setting.
        return {} if scale is None else {"logicalType": "decimal", "precision": MAX_PREC, "scale": scale}
    if isinstance(logical, str) and (is_valid := AVRO.get((kind, logical))) and is_valid(schema):
        digits = {key: schema[key] for key in ("precision", "scale") if logical == "decimal" and schema.get(key)}
        return {"logicalType": logical, **digits}
    if kind == "float":
        return {"logicalType": SHORTEST}
    if isinstance(name, str) and (name, kind) in CONNECT:
        return {"logicalType": CONNECT[name, kind]}
    return {}


def meant_of_record(name: str, fields: list[dict[str, Any]]) -> Properties:
    """The same of a record type by its full name: Debezium's decimal with a scale of its own."""
    if name == _VARIABLE_SCALE and [field["name"] for field in fields] == ["scale", "value"]:
        return {"logicalType": _VARIABLE_SCALE}
    return {}


def _connect_scale(schema: Properties) -> int | None:
    parameters = schema.get("connect.parameters")
    scale = parameters.get("scale") if isinstance(parameters, Mapping) else None
    if scale is None:
        scale = schema.get("scale", 0)
    try:
        return int(scale) if abs(int(scale)) <= _MOST_SCALE else None
    except (TypeError, ValueError):
        return None


def _is_decimal(schema: Properties) -> bool:
    precision, scale = schema.get("precision"), schema.get("scale")
    if scale is None:
        scale = 0
    return type(precision) is int and type(scale) is int and precision > 0 and 0 <= scale <= precision


def _is_fixed_decimal(schema: Properties) -> bool:
    """Whether so many digits have room in it."""
    return _is_decimal(schema) and schema["precision"] <= floor(log10(2) * (8 * schema["size"] - 1))


def _always(_schema: Properties) -> bool:
    return True


AVRO: Mapping[tuple[str, str], Callable[[Properties], bool]] = {
    ("bytes", "decimal"): _is_decimal,
    ("fixed", "decimal"): _is_fixed_decimal,
    ("bytes", "big-decimal"): _always,
    ("string", "uuid"): _always,
    ("fixed", "uuid"): lambda schema: schema["size"] == 16,  # noqa: PLR2004 - the specification's
    ("fixed", "duration"): lambda schema: schema["size"] == 12,  # noqa: PLR2004 - the specification's
    ("int", "date"): _always,
    ("int", "time-millis"): _always,
    ("long", "time-micros"): _always,
    **{
        ("long", f"{local}timestamp-{unit}"): _always
        for local in ("", "local-")
        for unit in ("millis", "micros", "nanos")
    },
}
"""By base type and name: whether the type's properties are what it asks for."""
