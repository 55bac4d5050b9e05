"""A field that was not written has the value of its default, and not the JSON that stands in the schema."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from consumer.avro.defaults import with_values
from consumer.avro.errors import InvalidSchema
from consumer.avro.reader_schemas import ReaderSchema, ReaderSchemas
from consumer.avro.schema import parse
from tests.avro.support import body, read_record, record, text

WRITTEN = record("R", n="int")
MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 2}
ENUM = {"type": "enum", "name": "E", "symbols": ["A", "B"]}


def with_default(of: Any, default: Any) -> str:
    schema = record("R", n="int")
    schema["fields"].append({"name": "came", "type": of, "default": default})
    return text(schema)


def filled_in(of: Any, default: Any) -> Any:
    readers = ReaderSchemas([ReaderSchema(with_values(parse(with_default(of, default))))])
    return read_record(BytesIO(body(WRITTEN, {"n": 1})), parse(text(WRITTEN)), readers)[1]["came"]


@pytest.mark.parametrize(
    ("of", "default", "value"),
    [
        ("string", "é", "é"),
        ("bytes", "\u00ff\u0000", b"\xff\x00"),
        ({"type": "fixed", "name": "F", "size": 1}, "\u0007", b"\x07"),
        ("double", 1, 1.0),
        ("boolean", True, True),
        (MONEY, "\u0001\u0000", Decimal("2.56")),
        ({"type": "int", "logicalType": "date"}, 1, date(1970, 1, 2)),
        ({"type": "long", "logicalType": "timestamp-millis"}, 1000, datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        (["null", MONEY], None, None),
        ([MONEY, "null"], "\u0064", Decimal("1.00")),
        (["null", "boolean", "long"], 1, 1),
        (["null", "long", "boolean"], True, True),
        (["null", "boolean"], False, False),
        (ENUM, "B", "B"),
        ({"type": "array", "items": MONEY}, ["\u0064"], [Decimal("1.00")]),
        ({"type": "map", "values": "bytes"}, {"a": "\u0001"}, {"a": b"\x01"}),
        (record("Inner", paid=MONEY), {"paid": "\u0064"}, {"paid": Decimal("1.00")}),
    ],
)
def test_a_default_is_a_value_of_its_type(of: Any, default: Any, value: Any) -> None:
    found = filled_in(of, default)
    assert (found, type(found)) == (value, type(value))


def test_a_default_of_a_record_takes_what_it_lacks_from_the_records_own() -> None:
    inner = record("Inner", a="int")
    inner["fields"].append({"name": "paid", "type": MONEY, "default": "\u0064"})
    assert filled_in(inner, {"a": 1}) == {"a": 1, "paid": Decimal("1.00")}


def test_a_branch_of_a_union_is_filled_in_too() -> None:
    union = [record("Other", n="int"), json.loads(with_default("bytes", "x"))]
    readers = ReaderSchemas([ReaderSchema(with_values(parse(text(union))))])
    found = read_record(BytesIO(body(WRITTEN, {"n": 1})), parse(text(WRITTEN)), readers)
    assert found == ("R", {"n": 1, "came": b"x"})


def test_the_schema_that_was_given_stays_as_it_is() -> None:
    schema = parse(with_default("bytes", "x"))
    with_values(schema)
    assert schema.record is not None
    assert schema.record.parsed["fields"][1]["default"] == "x"


@pytest.mark.parametrize(
    ("of", "default"), [({"type": "string", "logicalType": "uuid"}, "no uuid"), ("bytes", "\u0394"), (ENUM, "C")]
)
def test_a_default_that_is_no_value_of_its_type_is_refused_with_the_field(of: Any, default: Any) -> None:
    with pytest.raises(InvalidSchema, match=r"the default of R\.came is no value of its type"):
        with_values(parse(with_default(of, default)))
