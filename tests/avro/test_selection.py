"""Some fields of a record are read without the others, and are what they are when all are read."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consumer.avro.decoding import Narrowable, Reading
from consumer.avro.errors import Undecodable
from consumer.avro.raw import RawDecoder
from consumer.avro.reader_schemas import ReaderSchema, ReaderSchemas
from consumer.avro.registered import RegistryDecoder
from consumer.avro.schema import AvroSchema, parse
from consumer.avro.schema_ids import SchemaId
from consumer.avro.selection import selection
from consumer.avro.single_object import SingleObjectDecoder, schema_fingerprint
from tests.avro.support import body, record, text

AMOUNT = {"type": "bytes", "logicalType": "decimal", "precision": 3, "scale": 2}
INNER = record("Inner", a="string", b=["null", "long"])
# Each with values of it; texts of every form of a length: one byte, two, and more than are stepped over.
TYPES: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "null": ("null", st.none()),
    "boolean": ("boolean", st.booleans()),
    "int": ("int", st.integers(-(2**31), 2**31 - 1)),
    "long": ("long", st.integers(-(2**63), 2**63 - 1)),
    "float": ("float", st.floats(width=32, allow_nan=False)),
    "double": ("double", st.floats(allow_nan=False)),
    "string": ("string", st.one_of(st.text(max_size=80), st.integers(0, 5000).map(lambda count: "x" * count))),
    "bytes": ("bytes", st.one_of(st.binary(max_size=80), st.integers(0, 5000).map(bytes))),
    "fixed": ({"type": "fixed", "name": "F", "size": 5}, st.binary(min_size=5, max_size=5)),
    "enum": ({"type": "enum", "name": "E", "symbols": ["A", "B", "C"]}, st.sampled_from("ABC")),
    "nullable": (["null", "string"], st.one_of(st.none(), st.text(max_size=80))),
    "union": (["null", "double", "string", "long"], st.one_of(st.none(), st.text(max_size=80), st.integers(-9, 9))),
    "record": (
        INNER,
        st.fixed_dictionaries({"a": st.text(max_size=80), "b": st.one_of(st.none(), st.integers(0, 9))}),
    ),
    "array": ({"type": "array", "items": "string"}, st.lists(st.text(max_size=9), max_size=3)),
    "map": ({"type": "map", "values": "long"}, st.dictionaries(st.text(max_size=9), st.integers(0, 9), max_size=3)),
    "uuid": ({"type": "string", "logicalType": "uuid"}, st.uuids().map(str)),
    "date": (["null", {"type": "int", "logicalType": "date"}], st.one_of(st.none(), st.dates())),
    "moment": (
        {"type": "long", "logicalType": "timestamp-micros"},
        st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    ),
    "amount": (AMOUNT, st.integers(-999, 999).map(lambda cents: Decimal(cents).scaleb(-2))),
    "lines": (
        {"type": "array", "items": record("Line", sku="string", price=AMOUNT)},
        st.lists(st.fixed_dictionaries({"sku": st.text(max_size=9), "price": st.just(Decimal("9.99"))}), max_size=3),
    ),
    "tree": (record("Tree", next=["null", "Tree"]), st.sampled_from([{"next": None}, {"next": {"next": None}}])),
}


@st.composite
def written(draw: st.DrawFn) -> tuple[Any, dict[str, Any]]:
    """A schema of many fields, and a value of it; a named type is used again by its name."""
    kinds = draw(st.lists(st.sampled_from(list(TYPES)), min_size=1, max_size=40))
    fields, value, defined = [], {}, set()
    for number, kind in enumerate(kinds):
        avro, values = TYPES[kind]
        items = avro.get("items") if isinstance(avro, dict) else None
        name = (items if isinstance(items, dict) else avro).get("name") if isinstance(avro, dict) else None
        again = name if items is None else {"type": "array", "items": name}
        fields.append({"name": f"f{number}", "type": again if name in defined else avro})
        defined |= {name} - {None}
        value[f"f{number}"] = draw(values)
    return {"type": "record", "name": "R", "fields": fields}, value


def read_by(reading: Reading, schema: Any, data: bytes) -> tuple[str, dict[str, Any]]:
    name, value, _ = reading.record(BytesIO(data), parse(text(schema)))
    return name, value


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(written(), st.data())
def test_what_is_asked_for_is_as_if_all_were_read(one: tuple[Any, dict[str, Any]], data: st.DataObject) -> None:
    schema, value = one
    names = frozenset(data.draw(st.lists(st.sampled_from(sorted(value)), unique=True, max_size=6)))
    bytes_ = body(schema, value)
    whole = read_by(Reading(), schema, bytes_)
    name, some = read_by(Reading(fields=names), schema, bytes_)
    assert name == whole[0]
    assert {each: some[each] for each in names} == {each: whole[1][each] for each in names}
    assert some.keys() <= whole[1].keys()


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(written(), st.data())
def test_bytes_that_end_too_soon_or_too_late_are_undecodable_all_the_same(
    one: tuple[Any, dict[str, Any]], data: st.DataObject
) -> None:
    schema, value = one
    whole = body(schema, value)
    broken = data.draw(st.sampled_from([whole + b"\0", whole[:-1], whole[: len(whole) // 2]]))
    assert outcome(Reading(fields=frozenset(("f0",))), schema, broken) == outcome(Reading(), schema, broken)


def outcome(reading: Reading, schema: Any, data: bytes) -> Any:
    """The first field, or why there is none."""
    try:
        return read_by(reading, schema, data)[1]["f0"]
    except Undecodable as error:
        return str(error)


def many(**more: Any) -> Any:
    return record("R", **{f"f{number}": "string" for number in range(9)}, **more)


VALUES = {f"f{number}": f"text {number}" for number in range(9)}


def test_of_many_fields_only_those_that_are_asked_for_are_there() -> None:
    schema = many(total="double")
    data = body(schema, VALUES | {"total": 1.5})
    assert read_by(Reading(fields=frozenset(("total",))), schema, data) == ("R", {"total": 1.5})


def test_a_text_that_nobody_asks_for_may_be_any_bytes() -> None:
    """Some libraries write what is no UTF-8; a value costs no record that does not read it."""
    schema = many(total="double")
    data = body(schema, VALUES | {"total": 1.5}).replace(b"text 3", b"\xff\xfe\xfd\xfc\xfb\xfa")
    assert read_by(Reading(fields=frozenset(("total",))), schema, data) == ("R", {"total": 1.5})
    with pytest.raises(Undecodable, match="not UTF-8"):
        read_by(Reading(fields=frozenset(("f3",))), schema, data)


def test_a_text_of_more_than_4095_bytes_is_read_as_well() -> None:
    schema = many(total="double")
    data = body(schema, VALUES | {"f3": "x" * 4096, "total": 1.5})
    assert read_by(Reading(fields=frozenset(("total",))), schema, data)[1]["total"] == 1.5


@pytest.mark.parametrize(
    ("avro", "data"),
    [
        ({"type": "array", "items": "string"}, "00"),
        ({"type": "array", "items": "string"}, "04 0261 00 02 0262 00"),
        ({"type": "array", "items": "string"}, "03 06 0261 00 00"),
        ({"type": "map", "values": ["null", "long"]}, "02 0261 028001 00"),
        (["null", {"type": "array", "items": record("I", a="string")}], "02 02 0261 00"),
        (record("Tree", n="int", next=["null", "Tree"]), "02 02 02 00"),
    ],
)
def test_what_counts_its_parts_is_stepped_over(avro: Any, data: str) -> None:
    """Arrays and maps come in blocks, of which some tell their size."""
    schema = many(it=avro, total="double")
    bytes_ = body(many(), VALUES) + bytes.fromhex(data) + body(record("D", total="double"), {"total": 1.5})
    assert read_by(Reading(fields=frozenset(("total",))), schema, bytes_) == ("R", {"total": 1.5})
    assert read_by(Reading(), schema, bytes_)[1]["total"] == 1.5


@pytest.mark.parametrize("count", ["fefefefe01", "fe" * 9 + "01", "ff" * 9 + "01", "03ff01"])
def test_a_count_that_cannot_be_is_undecodable(count: str) -> None:
    schema = many(it={"type": "array", "items": "string"}, total="double")
    data = body(many(), VALUES) + bytes.fromhex(count)
    with pytest.raises(Undecodable):
        read_by(Reading(fields=frozenset(("total",))), schema, data)


def test_a_branch_of_a_union_at_the_top_is_read_so_too() -> None:
    union = [record("Other", n="int"), many(total="double")]
    data = body(union, ("R", VALUES | {"total": 1.5}))
    assert read_by(Reading(fields=frozenset(("total",))), union, data) == ("R", {"total": 1.5})


def test_with_a_reader_schema_the_whole_record_is_resolved() -> None:
    schema = many(total="int")
    reader = many(sum="long")
    reader["fields"][-1]["aliases"] = ["total"]
    readers = ReaderSchemas([ReaderSchema(parse(text(reader)))])
    data = body(schema, VALUES | {"total": 2})
    assert read_by(Reading(readers, frozenset(("sum",))), schema, data) == ("R", VALUES | {"sum": 2})


def test_every_wire_format_reads_so() -> None:
    schema = many(total="double")
    parsed, data = parse(text(schema)), body(schema, VALUES | {"total": 1.5})
    fields = frozenset(("total",))
    decoders: list[tuple[Narrowable, bytes]] = [
        (RawDecoder(parsed), data),
        (RegistryDecoder(Known(parsed)), b"\0\0\0\0\7" + data),
        (SingleObjectDecoder([parsed]), b"\xc3\x01" + schema_fingerprint(parsed) + data),
    ]
    for decoder, value in decoders:
        assert decoder.narrowed(fields).decode(value).value == {"total": 1.5}


class Known:
    """A registry of one schema."""

    def __init__(self, schema: AvroSchema) -> None:
        self._schema = schema

    def get(self, schema_id: SchemaId) -> AvroSchema:
        assert schema_id == 7
        return self._schema


def test_a_placeholder_is_missing_here_too() -> None:
    schema = many(note="string")
    data = body(schema, VALUES | {"note": "__debezium_unavailable_value"})
    assert read_by(Reading(fields=frozenset(("note",))), schema, data) == ("R", {"note": None})


@pytest.mark.parametrize(
    ("schema", "names"),
    [
        (many(), frozenset(VALUES)),
        (record("R", a="string", b="string", c="long"), frozenset("a")),
        (record("R", **{f"f{n}": {"type": "array", "items": "int"} for n in range(16)}), frozenset(("f5", "f9"))),
        (record("R", **{f"f{number}": "string" for number in range(301)}), frozenset(("f0",))),
    ],
)
def test_where_it_is_not_worth_it_all_fields_are_read(schema: Any, names: frozenset[str]) -> None:
    """Few are spared, for so many parts, or finding their ends takes too long to prepare."""
    (only,) = parse(text(schema)).records
    assert selection(only, names) is None
