"""Bytes become a record of the schema to the last byte, or are undecodable."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from consumer.avro.errors import Undecodable
from consumer.avro.reader_schemas import ReaderSchema, ReaderSchemas
from consumer.avro.schema import parse
from tests.avro.support import body, read_record, record, text

ENUM = {"type": "enum", "name": "E", "symbols": ["A", "B"]}


def read(schema: Any, data: bytes, reader: Any = None) -> tuple[str, dict[str, Any]]:
    readers = ReaderSchemas() if reader is None else ReaderSchemas([ReaderSchema(parse(text(reader)))])
    return read_record(BytesIO(data), parse(text(schema)), readers)


def test_every_kind_of_type_is_read() -> None:
    schema = record(
        "com.shop.All",
        choice=["null", "string", ENUM],
        numbers={"type": "map", "values": "double"},
        nested=record("Inner", flags={"type": "array", "items": "boolean"}),
        code={"type": "fixed", "name": "F", "size": 2},
        data="bytes",
    )
    value = {
        "choice": "é",
        "numbers": {"a": 1.5},
        "nested": {"flags": [True, False]},
        "code": b"ab",
        "data": b"\x00\xff",
    }
    assert read(schema, body(schema, value)) == ("com.shop.All", value)


@pytest.mark.parametrize("branch", ["A", "B"])
def test_of_a_union_at_the_top_the_branch_taken_gives_the_name(branch: str) -> None:
    union = [record("A", n="int"), record("B", n="int")]
    assert read(union, body(union, (branch, {"n": 7}))) == (branch, {"n": 7})


def test_a_union_within_a_record_does_not_wrap_its_value() -> None:
    schema = record("R", who=[record("Guest", n="int"), record("Member", n="int")])
    assert read(schema, body(schema, {"who": ("Member", {"n": 1})})) == ("R", {"who": {"n": 1}})


def test_a_reader_schema_resolves_an_older_record() -> None:
    """Schema evolution: a field that came is its default, one that went is dropped, an int becomes a long."""
    written = record("R", kept="int", gone="string")
    reader = record("R", kept="long")
    reader["fields"].append({"name": "came", "type": "string", "default": "new"})
    data = body(written, {"kept": 1, "gone": "x"})
    assert read(written, data, reader) == ("R", {"kept": 1, "came": "new"})


def test_a_reader_union_takes_the_branch_of_the_record() -> None:
    reader = [record("A", a="int"), record("B", b="long")]
    assert read(record("B", b="int"), body(record("B", b="int"), {"b": 1}), reader) == ("B", {"b": 1})


@pytest.mark.parametrize(
    ("schema", "data", "said"),
    [
        pytest.param(record("R", a="string"), b"\x08ab", "end too soon", id="cut in a string"),
        pytest.param(record("R", a="long"), b"\x80", "end too soon", id="cut in a number"),
        pytest.param(record("R", a="long"), b"", "end too soon", id="nothing"),
        pytest.param(record("R", a="double"), b"\x01", "end too soon", id="cut in a double"),
        pytest.param(record("R", a=["null", "int"]), b"\x08", "union or enum", id="no such branch within"),
        pytest.param(record("R", a=ENUM), b"\x08", "union or enum", id="no such symbol"),
        pytest.param(record("R", a="string"), b"\x02\xff", "not UTF-8", id="invalid UTF-8"),
        pytest.param(record("R", a="int"), b"\x02\x00\x00", "2 bytes are left over", id="left over"),
        pytest.param("string", b"\x02a", "not a record", id="no record at the top"),
        pytest.param(["null", record("R")], b"\x00", "branch 0 of the union is not a record", id="null branch"),
        pytest.param(["null", record("R")], b"\x04", "branch 2 of a union of 2", id="no such branch"),
        pytest.param(["null", record("R")], b"\x01", "branch -1 of a union of 2", id="negative branch"),
        pytest.param(["null", record("R")], b"", "do not fit the union", id="no branch"),
    ],
)
def test_bytes_that_do_not_fit_are_undecodable_with_the_reason(schema: Any, data: bytes, said: str) -> None:
    with pytest.raises(Undecodable, match=said):
        read(schema, data)


def test_the_reason_is_raised_without_fastavros_traceback() -> None:
    with pytest.raises(Undecodable) as caught:
        read(record("R", a="string"), b"\x08ab")
    assert caught.value.__suppress_context__
