"""What a value may become is bounded before it is decoded. All inputs here are harmless: at a limit, or one above."""

from __future__ import annotations

import json
import sys
from io import BytesIO
from typing import Any

import pytest
from fastavro import schemaless_writer

from consumer.avro.decoding import Reading
from consumer.avro.errors import InvalidSchema, Undecodable
from consumer.avro.guard import DEEPEST, MOST_ITEMS, MOST_VALUES, check_value
from consumer.avro.schema import AvroSchema, parse

NODE = {
    "type": "record",
    "name": "Node",
    "fields": [{"name": "sku", "type": "string"}, {"name": "next", "type": ["null", "Node"]}],
}


def schema(*fields: tuple[str, Any]) -> AvroSchema:
    return parse(json.dumps({"type": "record", "name": "R", "fields": [{"name": n, "type": t} for n, t in fields]}))


def written(value: Any, by: AvroSchema) -> bytes:
    out = BytesIO()
    schemaless_writer(out, by.parsed, value)
    return out.getvalue()


def check(data: bytes, by: AvroSchema) -> None:
    check_value(data, 0, by.parsed, by.named, by.shape)


def read(data: bytes, by: AvroSchema) -> dict[str, Any]:
    return Reading().record(BytesIO(data), by)[1]


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"sku": "a", "next": None}
    for _ in range(levels - 1):
        value = {"sku": "a", "next": value}
    return value


# Values


def test_a_value_is_nested_as_deep_as_may_be_and_not_deeper() -> None:
    """Each level is two: the record, and the union that it stands in."""
    node = parse(json.dumps(NODE))
    assert node.shape.recursive

    most = DEEPEST // 2
    assert read(written(nested(most), node), node)["sku"] == "a"
    with pytest.raises(Undecodable, match="nested more than 100 levels deep"):
        read(written(nested(most + 1), node), node)


@pytest.mark.parametrize(
    "inner", ["boolean", {"type": "record", "name": "Line", "fields": [{"name": "a", "type": "boolean"}]}]
)
def test_a_value_has_as_many_items_as_may_be_and_not_more(inner: Any) -> None:
    """An item may take one byte of the value, and hundreds when it is decoded."""
    lines = schema(("lines", {"type": "array", "items": inner}))
    item = True if inner == "boolean" else {"a": True}
    assert len(read(written({"lines": [item] * MOST_ITEMS}, lines), lines)["lines"]) == MOST_ITEMS
    with pytest.raises(Undecodable, match="more than 100000 items"):
        read(written({"lines": [item] * (MOST_ITEMS + 1)}, lines), lines)


def with_nulls(count: int) -> AvroSchema:
    """Each item takes one byte, and becomes so many values beside itself."""
    fields = [{"name": "a", "type": "boolean"}, *({"name": f"n{at}", "type": "null"} for at in range(count))]
    return schema(("lines", {"type": "array", "items": {"type": "record", "name": "Line", "fields": fields}}))


def test_fields_that_take_no_bytes_count_too() -> None:
    """Of 1,000 bytes a quarter of a million values, and in 100 KB as many as fill the memory."""
    lines = with_nulls(248)
    item = {"a": True, **{f"n{at}": None for at in range(248)}}
    most = (MOST_VALUES - 2) // 250
    assert len(read(written({"lines": [item] * most}, lines), lines)["lines"]) == most
    with pytest.raises(Undecodable, match="more than 250000 values"):
        read(written({"lines": [item] * (most + 1)}, lines), lines)


def test_the_items_of_all_arrays_and_maps_count_together() -> None:
    both = schema(("a", {"type": "array", "items": "boolean"}), ("m", {"type": "map", "values": "int"}))
    half = {str(number): 1 for number in range(MOST_ITEMS // 2)}
    check(written({"a": [True] * (MOST_ITEMS // 2), "m": half}, both), both)
    with pytest.raises(Undecodable, match="items"):
        check(written({"a": [True] * (MOST_ITEMS // 2 + 1), "m": half}, both), both)


def test_every_type_is_passed_over() -> None:
    """What stands behind it is still found: the array at the end has too many items."""
    kinds: dict[str, tuple[Any, Any]] = {
        "null": ("null", None),
        "boolean": ("boolean", True),
        "int": ("int", -7),
        "long": ("long", 1 << 40),
        "float": ("float", 1.5),
        "double": ("double", 2.5),
        "bytes": ("bytes", b"abc"),
        "string": ("string", "abc"),
        "fixed": ({"type": "fixed", "name": "F", "size": 3}, b"abc"),
        "again": ("F", b"def"),
        "enum": ({"type": "enum", "name": "E", "symbols": ["A", "B"]}, "B"),
        "map": ({"type": "map", "values": ["null", "string"]}, {"a": None, "b": "c"}),
        "array": ({"type": "array", "items": {"type": "array", "items": "int"}}, [[1], [2, 3]]),
        "record": ({"type": "record", "name": "S", "fields": [{"name": "x", "type": "int"}]}, {"x": 5}),
    }
    last = ("last", {"type": "array", "items": "boolean"})
    all_of_them = schema(*((name, kind) for name, (kind, _) in kinds.items()), last)
    value = {name: each for name, (_, each) in kinds.items()}
    check(written(value | {"last": [True] * (MOST_ITEMS - 7)}, all_of_them), all_of_them)
    with pytest.raises(Undecodable, match="items"):
        check(written(value | {"last": [True] * MOST_ITEMS}, all_of_them), all_of_them)


@pytest.mark.parametrize("cut", [0, 1, 2, 5])
def test_what_does_not_fit_the_schema_is_told_by_the_reader(cut: int) -> None:
    node = parse(json.dumps(NODE))
    data = written(nested(3), node)[:cut]
    check(data, node)
    with pytest.raises(Undecodable, match="do not fit"):
        read(data, node)


@pytest.mark.parametrize("data", [b"\xff" * 20, b"\x01", b"\x02a\x07", b"\x02a\x06"])
def test_numbers_that_are_none_end_the_walk(data: bytes) -> None:
    node = parse(json.dumps(NODE))
    check(data, node)
    with pytest.raises(Undecodable):
        read(data, node)


# Schemas


def array_of(items: Any) -> AvroSchema:
    return schema(("lines", {"type": "array", "items": items}))


EMPTY = {"type": "record", "name": "Empty", "fields": []}


@pytest.mark.parametrize(
    "items",
    [
        "null",
        EMPTY,
        {"type": "record", "name": "Nulls", "fields": [{"name": "a", "type": "null"}, {"name": "b", "type": EMPTY}]},
        {"type": "fixed", "name": "Nothing", "size": 0},
    ],
)
def test_an_array_whose_items_take_no_bytes_is_refused(items: Any) -> None:
    with pytest.raises(InvalidSchema, match="has an array whose items take no bytes"):
        array_of(items)


@pytest.mark.parametrize(
    "items",
    [
        ["null"],
        "boolean",
        {"type": "fixed", "name": "One", "size": 1},
        {"type": "array", "items": "int"},
        {"type": "record", "name": "Line", "fields": [{"name": "a", "type": "null"}, {"name": "b", "type": "int"}]},
    ],
)
def test_one_whose_items_take_a_byte_is_taken(items: Any) -> None:
    assert array_of(items).shape.unsuspected <= MOST_ITEMS


def test_a_map_may_have_values_without_bytes() -> None:
    """Each of its entries has a key."""
    assert schema(("m", {"type": "map", "values": "null"})).shape.unsuspected == MOST_ITEMS


def levels(count: int) -> AvroSchema:
    kind: Any = "int"
    for _ in range(count):
        kind = {"type": "map", "values": kind}
    return schema(("m", kind))


def test_a_schema_is_nested_as_deep_as_may_be_and_not_deeper() -> None:
    """What is deeper is the schema's fault, told by name, and no outage of the registry."""
    assert not levels(DEEPEST - 1).shape.recursive
    with pytest.raises(InvalidSchema, match="nested more than 100 levels deep"):
        levels(DEEPEST + 1)


def test_a_plain_record_needs_no_walk() -> None:
    assert schema(("a", "int"), ("b", ["null", "string"])).shape == (False, sys.maxsize)


def doubled(times: int) -> AvroSchema:
    """Each type has the one before it twice."""
    kind: Any = {"type": "record", "name": "R0", "fields": [{"name": "a", "type": "int"}]}
    for level in range(1, times + 1):
        again = f"R{level - 1}"
        kind = {
            "type": "record",
            "name": f"R{level}",
            "fields": [{"name": "a", "type": kind}, {"name": "b", "type": again}],
        }
    return schema(("r", kind))


def test_types_that_double_each_other_are_counted_as_often_as_they_are_used() -> None:
    assert not doubled(12).shape.recursive
    with pytest.raises(InvalidSchema, match="more than 20000 parts once each type is written out"):
        doubled(14)


@pytest.mark.parametrize(
    "fields",
    [
        5,
        [5],
        [
            {
                "name": "a",
                "type": {"type": "fixed", "name": "F", "size": 10**400, "logicalType": "decimal", "precision": 3},
            }
        ],
    ],
)
def test_what_no_parser_expects_is_the_schemas_fault(fields: Any) -> None:
    """As an outage of the registry it would hold its partition for ever."""
    with pytest.raises(InvalidSchema, match="is no Avro schema"):
        parse(json.dumps({"type": "record", "name": "R", "fields": fields}))
