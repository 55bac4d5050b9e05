"""A reader schema's logical types over plain types that were written: as Java's Avro 1.12 reads them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from consumer.avro.reader_schemas import ReaderSchema, ReaderSchemas
from consumer.avro.schema import parse
from tests.avro.support import body, read_record, record, text

DATE = {"type": "int", "logicalType": "date"}
TIME = {"type": "long", "logicalType": "timestamp-millis"}
MICROS = {"type": "long", "logicalType": "timestamp-micros"}
MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}
PRICE = {"type": "fixed", "name": "P", "size": 4}
DEBEZIUM = {"type": "int", "connect.name": "io.debezium.time.Date"}
DAY = date(1970, 1, 2)
MOMENT = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


def read(written: Any, value: Any, reader: Any) -> Any:
    schema = record("R", a=written)
    readers = ReaderSchemas([ReaderSchema(parse(text(record("R", a=reader))))])
    return read_record(BytesIO(body(schema, {"a": value})), parse(text(schema)), readers)[1]["a"]


@pytest.mark.parametrize(
    ("written", "value", "reader", "found"),
    [
        ("int", 1, DATE, DAY),
        ("int", 1, DEBEZIUM, DAY),
        ("long", 1000, TIME, MOMENT),
        ("int", 1000, TIME, MOMENT),
        ("bytes", b"\x07\xcf", MONEY, Decimal("19.99")),
        (
            PRICE,
            b"\0\0\x07\xcf",
            PRICE | {k: MONEY[k] for k in ("logicalType", "precision", "scale")},
            Decimal("19.99"),
        ),
        (["null", "int"], 1, ["null", DATE], DAY),
        (["null", "int"], None, ["null", DATE], None),
        ("int", 1, ["null", DATE], DAY),
        (["int", "string"], 1, ["string", DATE], DAY),
        ({"type": "array", "items": "int"}, [1], {"type": "array", "items": DATE}, [DAY]),
        ({"type": "map", "values": "int"}, {"k": 1}, {"type": "map", "values": DATE}, {"k": DAY}),
        (record("I", at="long"), {"at": 1000}, record("I", at=TIME), {"at": MOMENT}),
        ("string", "guest-17", {"type": "string", "logicalType": "uuid"}, "guest-17"),
    ],
)
def test_a_plain_type_has_the_readers_meaning(written: Any, value: Any, reader: Any, found: Any) -> None:
    assert read(written, value, reader) == found


@pytest.mark.parametrize("reader", [MICROS, "long"])
def test_the_writers_own_says_what_was_meant(reader: Any) -> None:
    assert read(TIME, 1000, reader) == MOMENT


def test_a_field_is_found_by_its_alias_and_a_type_within_itself() -> None:
    node: dict[str, Any] = {"type": "record", "name": "N", "fields": [{"name": "at", "type": "long"}]}
    node["fields"].append({"name": "next", "type": ["null", "N"]})
    reader = record("N", since=TIME, next=["null", "N"])
    reader["fields"][0]["aliases"] = ["at"]
    readers = ReaderSchemas([ReaderSchema(parse(text(reader)))])
    data = body(node, {"at": 1000, "next": {"at": 1000, "next": None}})
    found = read_record(BytesIO(data), parse(text(node)), readers)
    assert found == ("N", {"since": MOMENT, "next": {"since": MOMENT, "next": None}})


def test_the_schema_that_was_written_with_stays_as_it_is() -> None:
    """Another route may read it without."""
    written = parse(text(record("R", a="int")))
    readers = ReaderSchemas([ReaderSchema(parse(text(record("R", a=DATE))))])
    for known, found in ((readers, DAY), (None, 1)):
        assert read_record(BytesIO(b"\x02"), written, known) == ("R", {"a": found})
