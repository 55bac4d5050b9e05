"""Hypothesis: any type of Avro, with values of it as the decoder gives them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.mapping.support import EMAIL


@dataclass(frozen=True)
class Type:
    """A type of Avro, and values of it as the decoder gives them, none of them empty."""

    avro: Any
    values: st.SearchStrategy[Any]

    def __repr__(self) -> str:
        return json.dumps(self.avro)


def types_of(words: tuple[str, ...]) -> st.SearchStrategy[Type]:
    """Any type; `words` are its texts."""
    names = iter(range(1_000_000))
    plain = [
        Type("boolean", st.booleans()),
        Type("long", st.integers(0, 3)),
        Type("double", st.sampled_from([0.0, 1.0, 2.5])),
        Type("string", st.sampled_from(words)),
        Type("bytes", st.just(b"\1\2")),
        Type({"type": "string", "logicalType": "uuid"}, st.just("00000000-0000-0000-0000-000000000001")),
        Type({"type": "int", "logicalType": "date"}, st.just(date(2026, 1, 31))),
        Type({"type": "long", "logicalType": "timestamp-millis"}, st.just(datetime(2026, 1, 31, tzinfo=UTC))),
        Type({"type": "long", "logicalType": "date"}, st.integers(0, 3)),
        Type("float", st.sampled_from([0.0, 1.5])),
        Type({"type": "long", "logicalType": "local-timestamp-micros"}, st.just(datetime(2026, 1, 31))),  # noqa: DTZ001
        Type({"type": "int", "logicalType": "time-millis"}, st.just(time(12))),
        Type({"type": "bytes", "logicalType": "big-decimal"}, st.just(Decimal("2.5"))),
        Type({"type": "int", "connect.name": "io.debezium.time.Date"}, st.just(date(2026, 1, 31))),
        Type({"type": "long", "connect.name": "io.debezium.time.MicroDuration"}, st.just("PT1S")),
        Type(
            {"type": "string", "connect.name": "io.debezium.time.ZonedTimestamp"},
            st.just(datetime(2026, 1, 31, tzinfo=UTC)),
        ),
        Type(
            {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2},
            st.sampled_from([Decimal("1.00"), Decimal("2.50")]),
        ),
    ]
    symbols = [("A", "B"), ("A", "no"), ("true", "false"), ("N1", "N2")]

    def enums() -> st.SearchStrategy[Type]:
        return st.sampled_from(symbols).map(
            lambda each: Type(
                {"type": "enum", "name": f"E{next(names)}", "symbols": list(each)}, st.sampled_from(each)
            )
        )

    def larger(inner: st.SearchStrategy[Type]) -> st.SearchStrategy[Type]:
        return st.one_of(
            inner.map(
                lambda one: Type({"type": "array", "items": one.avro}, st.lists(one.values, min_size=1, max_size=2))
            ),
            inner.map(
                lambda one: Type({"type": "map", "values": one.avro}, st.fixed_dictionaries({"y": one.values}))
            ),
            inner.map(
                lambda one: Type(
                    {"type": "record", "name": f"R{next(names)}", "fields": [{"name": "y", "type": one.avro}]},
                    st.fixed_dictionaries({"y": one.values}),
                )
            ),
        )

    single = st.one_of(st.sampled_from(plain), enums())
    nested = st.one_of(single, larger(st.one_of(single, larger(single))))
    nullable = nested.map(lambda one: Type(["null", one.avro], st.one_of(st.none(), one.values)))
    either = st.tuples(st.sampled_from(plain[:3]), st.one_of(st.just(plain[3]), larger(single))).map(
        lambda pair: Type([pair[0].avro, pair[1].avro], st.one_of(pair[0].values, pair[1].values))
    )
    return st.one_of(nested, nullable, either)


def schema_of(x: Type, y: Type) -> Any:
    """A record that every event type takes, with the two fields `x` and `y` in it and in its product."""
    fields = [{"name": "x", "type": x.avro}, {"name": "y", "type": y.avro}]
    texts = ("email", "distinct_id", "customer_id", "search_term", "order_id")
    again = [{"name": "x", "type": _used(x.avro)}, {"name": "y", "type": _used(y.avro)}]
    product = {"type": "record", "name": "Product", "fields": [{"name": "sku", "type": "string"}, *again]}
    return {
        "type": "record",
        "name": "Event",
        "fields": [
            *fields,
            *({"name": name, "type": "string"} for name in texts),
            {"name": "total", "type": "double"},
            {"name": "products", "type": {"type": "array", "items": product}},
        ],
    }


def _used(avro: Any) -> Any:
    """The type where it stands a second time: a named one by its name."""
    if isinstance(avro, list):
        return [_used(branch) for branch in avro]
    if isinstance(avro, dict):
        if "name" in avro:
            return avro["name"]
        return {key: _used(value) if key in {"items", "values"} else value for key, value in avro.items()}
    return avro


def record_of(x: Any, y: Any) -> dict[str, Any]:
    return {
        "x": x,
        "y": y,
        "email": EMAIL,
        "distinct_id": "d-1",
        "customer_id": "c-1",
        "search_term": "boots",
        "order_id": "o-1",
        "total": 1.5,
        "products": [{"sku": "s-1", "x": x, "y": y}],
    }
