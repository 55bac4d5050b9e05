"""From the bytes of a field to what is sent for it: what its producer meant, by each route that reads it.

A field that no route reads costs no record, whatever it holds; one that is read is sent, is missing, or refuses the
record by its name.
"""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.avro.raw import RawDecoder
from consumer.avro.schema import parse
from consumer.mapping.router import compile_routes
from consumer.mapping.translate import Translator
from consumer.records import Mapped, Partition, Reason, Record, Reject, Send, Skip
from tests.mapping.support import EMAIL, NOW_MS, TOKEN, route

BEFORE = bytes([2 * len(EMAIL)]) + EMAIL.encode() + b"\x04p1"
MISSING, INVALID = object(), object()


def logical(base: str, name: str, /, **more: Any) -> dict[str, Any]:
    return {"type": base, "logicalType": name, **more}


def debezium(base: str, name: str) -> dict[str, Any]:
    return {"type": base, "connect.version": 1, "connect.name": f"io.debezium.{name}"}


def outcome(avro: Any, data: bytes, **options: Any) -> Mapped:
    """Of a viewed product with one more field, `it`."""
    fields = [
        {"name": "email", "type": "string"},
        {"name": "product_id", "type": "string"},
        avro if isinstance(avro, dict) and avro.get("name") == "it" else {"name": "it", "type": avro},
    ]
    schema = json.dumps({"type": "record", "name": "View", "fields": fields})
    decoder = RawDecoder(parse(schema))
    router = compile_routes([route("viewed_product", **options)], token=TOKEN)
    record = Record(Partition("shop.events", 0), 1, None, BEFORE + data, NOW_MS)
    return Translator(router, lambda _: decoder).translate(record, NOW_MS)


def sent(found: Mapped) -> Any:
    """The attribute `it` of what is sent, `MISSING` where there is none."""
    assert isinstance(found, Send), found
    (request,) = found.requests
    properties = json.loads(request.body, parse_float=str)["properties"]
    assert properties["products"] == [{"id": "p1"}] or "price" in properties["products"][0]
    return properties["customer"].get("it", MISSING)


def left_out(found: Mapped) -> list[str]:
    """The fields that the event goes without."""
    assert isinstance(found, Send), found
    return [each.field for each in found.omitted]


def long(number: int) -> bytes:
    """A number as Avro writes an int or a long."""
    left, written = (number << 1) ^ (number >> 63), b""
    while left > 0x7F:
        written += bytes([left & 0x7F | 0x80])
        left >>= 7
    return written + bytes([left])


def some(data: bytes) -> bytes:
    """A text or bytes as Avro writes them."""
    return long(len(data)) + data


@pytest.mark.parametrize(
    ("avro", "data", "expected"),
    [
        pytest.param("float", bytes.fromhex("85eb9f41"), "19.99", id="a 32-bit float"),
        pytest.param(["null", "float"], b"\2" + bytes.fromhex("cdcccc3d"), "0.1", id="a float of a union"),
        pytest.param("float", bytes.fromhex("0000c07f"), INVALID, id="a float that is no number"),
        pytest.param(
            logical("long", "timestamp-millis"), bytes.fromhex("b08294b3fa9d73"), INVALID, id="9999 in New York"
        ),
        pytest.param(logical("long", "timestamp-millis"), long(-62135596800001), INVALID, id="before the year 1"),
        pytest.param(logical("long", "timestamp-micros"), long(2**63 - 1), MISSING, id="an infinite timestamp"),
        pytest.param(
            logical("long", "local-timestamp-millis"), long(1764422055000), "2025-11-29T13:14:15", id="a local one"
        ),
        pytest.param(logical("int", "time-millis"), long(86_400_000), INVALID, id="24:00"),
        pytest.param(logical("int", "time-millis"), long(-1), INVALID, id="a negative time"),
        pytest.param(logical("string", "uuid"), some(b"guest-17"), "guest-17", id="a uuid of another form"),
        pytest.param(logical("string", "uuid"), some(b""), MISSING, id="an empty uuid"),
        pytest.param(
            logical("bytes", "decimal", precision=64, scale=127),
            bytes.fromhex("0205"),
            "BQ==",
            id="no decimal of Avro",
        ),
        pytest.param(
            logical("bytes", "decimal", precision=3, scale=2),
            some((12345).to_bytes(2)),
            INVALID,
            id="too many digits",
        ),
        pytest.param(logical("bytes", "big-decimal"), bytes.fromhex("080407cf04"), "19.99", id="a big-decimal"),
        pytest.param(logical("bytes", "big-decimal"), some(b"\x04"), INVALID, id="half a big-decimal"),
        pytest.param({"name": "it", "type": "string", "default": None}, some(b"x"), "x", id="an impossible default"),
        pytest.param(debezium("int", "time.Date"), bytes.fromhex("c902"), "1969-07-20", id="Debezium's date"),
        pytest.param(
            debezium("long", "time.MicroTimestamp"),
            bytes.fromhex("80e8a2ddf0aea206"),
            "2025-11-29T13:14:15.123456Z",
            id="Debezium's timestamp",
        ),
        pytest.param(
            debezium("string", "time.IsoDate"), some(b"1969-07-20Z"), "1969-07-20", id="Debezium's ISO date"
        ),
        pytest.param(
            debezium("string", "time.ZonedTimestamp"),
            some(b"2025-11-29T15:14:15+02:00"),
            "2025-11-29T13:14:15Z",
            id="Debezium's timestamp with a zone",
        ),
        pytest.param("string", some(b"__debezium_unavailable_value"), MISSING, id="Debezium's unchanged column"),
    ],
)
class TestAField:
    def test_costs_no_record_that_no_route_reads(self, avro: Any, data: bytes, expected: Any) -> None:
        assert isinstance(outcome(avro, data), Send), expected

    def test_is_what_was_meant_where_one_reads_it(self, avro: Any, data: bytes, expected: Any) -> None:
        found = outcome(avro, data, attributes={"it": "it"})
        assert sent(found) == (MISSING if expected is INVALID else expected)
        assert left_out(found) == (["it"] if expected is INVALID else [])

    def test_refuses_the_record_of_a_route_that_wants_it_so(self, avro: Any, data: bytes, expected: Any) -> None:
        found = outcome(avro, data, attributes={"it": "it"}, invalid_optional="refuse")
        if expected is INVALID:
            assert isinstance(found, Reject)
            assert (found.reason, found.field) == (Reason.INVALID_FIELD, "it")
        else:
            assert sent(found) == expected

    def test_is_the_same_to_an_expression(self, avro: Any, data: bytes, expected: Any) -> None:
        found = outcome(avro, data, attributes={"it": "[it][0]"})
        assert sent(found) == (MISSING if expected is INVALID else expected)
        assert left_out(found) == (["it"] if expected is INVALID else [])


@pytest.mark.parametrize("when", ["it == `19.99`", "it < `19.995`", "contains([`19.99`], it)", "it >= `19.99`"])
def test_a_condition_on_a_float_is_as_it_was_written(when: str) -> None:
    assert isinstance(outcome("float", bytes.fromhex("85eb9f41"), when=when), Send)


@pytest.mark.parametrize("when", ["it", "it > '2026-01-01'", "it == null || email == 'x'"])
def test_a_condition_on_what_cannot_be_read_refuses_the_record(when: str) -> None:
    found = outcome(logical("int", "time-millis"), long(-1), when=when)
    assert isinstance(found, Reject)
    assert (found.reason, found.field) == (Reason.INVALID_FIELD, "when")
    assert "negative" in found.message


def test_a_condition_sees_an_infinity_as_null() -> None:
    assert outcome(logical("long", "timestamp-micros"), long(2**63 - 1), when="it != null") == Skip("when")


@pytest.mark.parametrize(
    ("convert", "unit", "number", "found"),
    [
        ("datetime", "microseconds", 1764422055123456, "2025-11-29T13:14:15.123456Z"),
        ("datetime", "seconds", 1764422055, "2025-11-29T13:14:15Z"),
        ("datetime", "nanoseconds", 1764422055123456789, "2025-11-29T13:14:15.123456Z"),
        ("date", "days", -165, "1969-07-20"),
        ("date", "milliseconds", 1764422055123, "2025-11-29"),
        ("datetime", "microseconds", 9223372036825200000, MISSING),
    ],
)
def test_a_number_is_a_time_by_its_unit(convert: str, unit: str, number: int, found: Any) -> None:
    source = {"path": "it", "as": convert, "unit": unit}
    assert sent(outcome("long", long(number), attributes={"it": source})) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("it", "2026-01-30T22:30:00Z"),
        ("[it][0]", "2026-01-30T22:30:00Z"),
        ({"path": "it", "as": "datetime"}, "2026-01-30T22:30:00Z"),
        ({"path": "it", "as": "string"}, "2026-01-30T22:30:00Z"),
        ({"path": "it", "as": "date"}, "2026-01-31"),
    ],
)
def test_a_local_timestamp_is_of_the_routes_zone(source: Any, found: str) -> None:
    local = logical("long", "local-timestamp-millis"), long(1769823000000)
    assert sent(outcome(*local, attributes={"it": source}, timezone="Europe/Istanbul")) == found


def test_a_condition_sees_it_in_utc_too() -> None:
    local = logical("long", "local-timestamp-millis"), long(1769823000000)
    when = "it < '2026-01-31'"
    assert isinstance(outcome(*local, when=when, timezone="Europe/Istanbul"), Send)
    assert outcome(*local, when=when) == Skip("when")


def test_a_timestamp_with_a_zone_is_of_its_own() -> None:
    utc = logical("long", "timestamp-millis"), long(1769823000000)
    zoned = sent(outcome(*utc, attributes={"it": "it"}, timezone="Europe/Istanbul"))
    assert zoned == "2026-01-31T01:30:00Z"


def test_what_rides_along_with_a_product_costs_no_record_either() -> None:
    line: dict[str, Any] = {"type": "record", "name": "L", "fields": [{"name": "id", "type": "string"}]}
    days = {"type": "array", "items": logical("int", "date")}
    line["fields"] += [{"name": "until", "type": logical("int", "date")}, {"name": "price", "type": "float"}]
    line["fields"].append({"name": "days", "type": days})
    avro = {"name": "it", "type": {"type": "array", "items": line}}
    dates = long(2) + long(0) + long(2932897) + b"\0"
    data = b"\2" + some(b"s-1") + long(2932897) + bytes.fromhex("85eb9f41") + dates + b"\0"
    found = outcome(avro, data, fields={"products": "it"})
    assert isinstance(found, Send)
    assert orjson.loads(found.requests[0].body)["properties"]["products"] == [
        {"id": "s-1", "price": 19.99, "days": ["1970-01-01"]}
    ]


_NUMBERS = [
    logical("long", f"{local}timestamp-{unit}") for local in ("", "local-") for unit in ("millis", "micros", "nanos")
]
_NUMBERS += [logical("long", "time-micros"), debezium("long", "time.NanoTime"), debezium("long", "time.NanoDuration")]


@given(st.sampled_from(_NUMBERS), st.integers(-(2**63), 2**63 - 1))
def test_no_number_of_any_time_costs_a_record_that_does_not_read_it(avro: Any, number: int) -> None:
    assert isinstance(outcome(avro, long(number)), Send)
    for zone in (None, "Pacific/Kiritimati", "America/New_York"):
        found = outcome(avro, long(number), attributes={"it": "it"}, timezone=zone)
        if isinstance(found, Reject):
            assert (found.reason, found.field) == (Reason.INVALID_FIELD, "it")
        else:
            assert isinstance(found, Send)


@given(st.sampled_from(["decimal", "big-decimal"]), st.binary(max_size=40))
def test_nor_do_any_bytes_of_a_decimal(name: str, digits: bytes) -> None:
    avro = logical("bytes", name, precision=20, scale=4)
    assert isinstance(outcome(avro, some(digits)), Send)
    found = outcome(avro, some(digits), attributes={"it": "it"})
    assert isinstance(found, Send) or (isinstance(found, Reject) and found.field == "it")
