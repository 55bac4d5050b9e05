"""What cannot be resolved is told before there is a record, and is what fastavro refuses to read."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from consumer.avro.compatibility import Finding, compatibility_findings
from consumer.avro.errors import Undecodable
from consumer.avro.reader_schemas import ReaderSchema, ReaderSchemas
from consumer.avro.schema import parse
from tests.avro.support import body, read_record, record, text

ENUM = {"type": "enum", "name": "E", "symbols": ["A", "B"]}
ONLY_A = {"type": "enum", "name": "E", "symbols": ["A"]}
INNER, EMPTY = record("Inner", n="int"), record("Inner")
OTHER = record("Inner", m="int")
TIME = {"type": "long", "logicalType": "timestamp-millis"}


def found(written: Any, reader: Any) -> list[Finding]:
    one, other = parse(text(written)), parse(text(reader))
    assert one.record is not None
    assert other.record is not None
    return compatibility_findings(one, one.record, other, other.record)


def reads(written: Any, reader: Any, value: Any) -> bool:
    data = BytesIO(body(written, value))
    try:
        read_record(data, parse(text(written)), ReaderSchemas([ReaderSchema(parse(text(reader)))]))
    except Undecodable:
        return False
    return True


@pytest.mark.parametrize(
    ("written", "reader", "value"),
    [
        pytest.param("int", "long", 1, id="int to long"),
        pytest.param("long", "double", 1, id="long to double"),
        pytest.param("bytes", "string", b"a", id="bytes to string"),
        pytest.param("int", ["null", "int"], 1, id="to a union"),
        pytest.param(["int"], "long", 1, id="from a union"),
        pytest.param(ENUM, ONLY_A | {"default": "A"}, "B", id="an enum with a default"),
        pytest.param(INNER, EMPTY, {"n": 1}, id="a field less"),
        pytest.param(record("a.Inner", n="int"), record("b.Inner", n="int"), {"n": 1}, id="another namespace"),
        pytest.param(INNER, record("New", n="int") | {"aliases": ["Inner"]}, {"n": 1}, id="an alias"),
        pytest.param({"type": "array", "items": "int"}, {"type": "array", "items": "long"}, [1], id="array"),
        pytest.param({"type": "map", "values": INNER}, {"type": "map", "values": EMPTY}, {"a": {"n": 1}}, id="map"),
    ],
)
def test_what_can_be_resolved_has_no_mismatch(written: Any, reader: Any, value: Any) -> None:
    pair = record("R", field=written), record("R", field=reader)
    assert found(*pair) == []
    assert reads(*pair, {"field": value})


@pytest.mark.parametrize(
    ("written", "reader", "value", "mismatch"),
    [
        pytest.param(
            "long", "int", 1, Finding("field", "is written as long, which cannot become int"), id="narrower"
        ),
        pytest.param(
            "string", ["null", "long"], "a",
            Finding("field", "is written as string, which cannot become null or long"), id="no such branch",
        ),
        pytest.param(
            ["null", "string"], "string", None,
            Finding("field", "may be null: is written as null, which cannot become string", certain=False),
            id="null",
        ),
        pytest.param(
            ["null", "long"], "string", 1,
            Finding("field", "is written as null, which cannot become string"), id="no branch of it",
        ),
        pytest.param(
            ENUM, ONLY_A, "B",
            Finding("field", "may be B, which the reader schema's enum does not have", certain=False), id="a symbol",
        ),
        pytest.param(
            EMPTY, INNER, {},
            Finding("field.n", "is not in what is written, and has no default in the reader schema"), id="a field",
        ),
        pytest.param(
            {"type": "fixed", "name": "F", "size": 1}, {"type": "fixed", "name": "F", "size": 2}, b"a",
            Finding("field", "is written as fixed F, which cannot become fixed F"), id="a size",
        ),
        pytest.param(
            {"type": "array", "items": OTHER}, {"type": "array", "items": INNER}, [{"m": 1}],
            Finding("field[].n", "is not in what is written, and has no default in the reader schema"),
            id="in a list",
        ),
    ],
)  # fmt: skip
def test_what_cannot_is_told_with_its_field(written: Any, reader: Any, value: Any, mismatch: Finding) -> None:
    pair = record("R", field=written), record("R", field=reader)
    assert mismatch in found(*pair)
    assert not reads(*pair, {"field": value})


@pytest.mark.parametrize("items", [["null", "long"], "long"])
def test_elements_that_may_be_of_several_types_are_compared_one_by_one(items: Any) -> None:
    """In a union too, where the kinds decide which branch is meant."""
    written = {"type": "array", "items": ["null", "int"]}
    for reader in ({"type": "array", "items": items}, ["string", {"type": "array", "items": items}]):
        pair = record("R", field=written), record("R", field=reader)
        assert [each.field for each in found(*pair)] == ([] if isinstance(items, list) else ["field[]"])
        assert reads(*pair, {"field": [1, 2]})


def test_a_field_may_be_written_under_an_alias() -> None:
    reader = record("R", total="long")
    reader["fields"][0]["aliases"] = ["amount"]
    assert found(record("R", amount="int"), reader) == []


def test_a_logical_type_of_the_reader_alone_is_read() -> None:
    assert found(record("R", at="long"), record("R", at=TIME)) == []


def test_a_logical_type_of_the_writer_is_kept_which_is_not_what_the_reader_schema_says() -> None:
    (mismatch,) = found(record("R", at=TIME), record("R", at="long"))
    assert mismatch == Finding("at", "is written as timestamp-millis and read as that, not as long", certain=False)


def test_a_type_within_itself_is_looked_at_once() -> None:
    tree = record("Tree", left=["null", "Tree"], size="int")
    (mismatch,) = found(tree, record("Tree", left=["null", "Tree"], size="string"))
    assert mismatch.field == "size"
