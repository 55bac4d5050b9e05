"""What is written under each logical type, and what is read: exactly, as missing, or as unreadable; never refused."""

from __future__ import annotations

import struct
from datetime import UTC, date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.avro.schema import parse
from consumer.avro.unreadable import NO_TIME_OF_DAY, OUT_OF_RANGE, Unreadable
from tests.avro.support import body, read_record, record, text

_UUID = "12345678-1234-5678-1234-5678abcdef00"


def read(meant: dict[str, Any], plain: Any) -> Any:
    """The value of a field whose underlying value is `plain`."""
    hidden = ("logicalType", "connect.name")
    underlying = {key: value for key, value in meant.items() if key not in hidden}
    data = body(record("R", field=underlying), {"field": plain})
    return read_record(BytesIO(data), parse(text(record("R", field=meant))), None)[1]["field"]


def logical(base: str, name: str, /, **more: Any) -> dict[str, Any]:
    return {"type": base, "logicalType": name, **more}


def decimal(precision: int, scale: int) -> dict[str, Any]:
    return logical("bytes", "decimal", precision=precision, scale=scale)


def fixed(size: int, name: str, /, **more: Any) -> dict[str, Any]:
    return logical("fixed", name, name="F", size=size, **more)


def connect(base: str, name: str, /, **more: Any) -> dict[str, Any]:
    """As the Avro converters of Kafka Connect write it."""
    return {"type": base, "connect.version": 1, "connect.name": name, **more}


def debezium(base: str, name: str) -> dict[str, Any]:
    return connect(base, f"io.debezium.{name}")


def row(meant: dict[str, Any], plain: Any, value: Any) -> Any:
    name = meant.get("connect.name") or meant.get("logicalType") or meant["type"]
    return pytest.param(meant, plain, value, id=f"{name} {plain!r:.40}")


MILLIS, MICROS, NANOS = 1764422055123, 1764422055123456, 1764422055123456789
MOMENT = datetime(2025, 11, 29, 13, 14, 15, 123456, tzinfo=UTC)
LOCAL = MOMENT.replace(tzinfo=None)
TO_THE_MILLISECOND = MOMENT.replace(microsecond=123000)
CLOCK = time(13, 14, 15, 123456)
DAY_MILLIS = 86_400_000


@pytest.mark.parametrize(
    ("meant", "plain", "value"),
    [
        row(logical("int", "date"), 20_421, date(2025, 11, 29)),
        row(logical("int", "date"), -1, date(1969, 12, 31)),
        row(logical("int", "time-millis"), 47_655_123, CLOCK.replace(microsecond=123000)),
        row(logical("long", "time-micros"), 47_655_123_456, CLOCK),
        row(logical("long", "timestamp-millis"), MILLIS, TO_THE_MILLISECOND),
        row(logical("long", "timestamp-millis"), -1, datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)),
        row(logical("long", "timestamp-micros"), MICROS, MOMENT),
        row(logical("long", "timestamp-nanos"), NANOS, MOMENT),
        row(logical("long", "local-timestamp-millis"), MILLIS, TO_THE_MILLISECOND.replace(tzinfo=None)),
        row(logical("long", "local-timestamp-micros"), MICROS, LOCAL),
        row(logical("long", "local-timestamp-nanos"), NANOS, LOCAL),
        row(debezium("int", "time.Date"), -165, date(1969, 7, 20)),
        row(debezium("int", "time.Time"), 47_655_123, CLOCK.replace(microsecond=123000)),
        row(debezium("long", "time.MicroTime"), 47_655_123_456, CLOCK),
        row(debezium("long", "time.NanoTime"), 47_655_123_456_789, CLOCK),
        row(debezium("long", "time.Timestamp"), MILLIS, TO_THE_MILLISECOND),
        row(debezium("long", "time.MicroTimestamp"), MICROS, MOMENT),
        row(debezium("long", "time.NanoTimestamp"), NANOS, MOMENT),
        row(debezium("string", "time.ZonedTimestamp"), "2025-11-29T13:14:15.123456Z", MOMENT),
        row(debezium("string", "time.ZonedTimestamp"), "2025-11-29T15:14:15.123456789+02:00", MOMENT),
        row(debezium("string", "time.IsoTimestamp"), "2025-11-29T13:14:15.123456Z", MOMENT),
        row(debezium("string", "time.IsoDate"), "1969-07-20Z", date(1969, 7, 20)),
        row(debezium("string", "time.IsoDate"), "1969-07-20", date(1969, 7, 20)),
        row(debezium("string", "time.IsoTime"), "13:14:15.123456Z", CLOCK),
        row(debezium("string", "time.ZonedTime"), "13:14:15+02:00", "13:14:15+02:00"),
        row(debezium("int", "time.Year"), 2025, 2025),
        row(connect("int", "org.apache.kafka.connect.data.Date"), -165, date(1969, 7, 20)),
        row(connect("int", "org.apache.kafka.connect.data.Time"), 1000, time(0, 0, 1)),
        row(connect("long", "org.apache.kafka.connect.data.Timestamp"), MILLIS, TO_THE_MILLISECOND),
    ],
)
def test_dates_and_times(meant: dict[str, Any], plain: Any, value: Any) -> None:
    found = read(meant, plain)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("meant", "plain", "value"),
    [
        row(logical("long", "timestamp-millis"), 253_402_300_800_000, OUT_OF_RANGE),
        row(logical("long", "timestamp-millis"), -62_135_596_800_001, OUT_OF_RANGE),
        row(logical("long", "local-timestamp-millis"), 253_402_300_800_000, OUT_OF_RANGE),
        row(logical("long", "local-timestamp-micros"), -62_135_596_800_000_001, OUT_OF_RANGE),
        row(logical("int", "date"), 2_932_897, OUT_OF_RANGE),
        row(logical("int", "date"), -719_163, OUT_OF_RANGE),
        row(logical("int", "time-millis"), DAY_MILLIS, NO_TIME_OF_DAY),
        row(logical("int", "time-millis"), -1, NO_TIME_OF_DAY),
        row(logical("long", "time-micros"), DAY_MILLIS * 1000, NO_TIME_OF_DAY),
        row(logical("long", "time-micros"), -3_600_000_000, NO_TIME_OF_DAY),
        row(debezium("long", "time.NanoTime"), -1, NO_TIME_OF_DAY),
        row(debezium("string", "time.ZonedTimestamp"), "+10000-01-01T04:59:59Z", OUT_OF_RANGE),
        row(debezium("string", "time.ZonedTimestamp"), "-0043-03-15T12:00:00Z", OUT_OF_RANGE),
        row(debezium("string", "time.IsoDate"), "+12025-11-29Z", OUT_OF_RANGE),
        row(debezium("string", "time.IsoTime"), "24:00:00Z", NO_TIME_OF_DAY),
        row(debezium("string", "time.IsoTime"), "-01:00:00Z", NO_TIME_OF_DAY),
    ],
)
def test_what_no_calendar_and_no_clock_has_is_unreadable(meant: dict[str, Any], plain: Any, value: Any) -> None:
    assert read(meant, plain) == value


@pytest.mark.parametrize(
    ("meant", "plain"),
    [
        pytest.param(meant, plain, id=f"{meant.get('connect.name') or meant['logicalType']} {plain}")
        for meant, plain in (
            (logical("long", "timestamp-micros"), 2**63 - 1),
            (logical("long", "timestamp-micros"), -(2**63)),
            (debezium("long", "time.MicroTimestamp"), 9223372036825200000),
            (debezium("long", "time.MicroTimestamp"), -9223372036832400000),
            (logical("long", "timestamp-millis"), 9223372036825200),
            (logical("long", "timestamp-millis"), -9223372036832400),
            (logical("long", "local-timestamp-millis"), 2**63 - 1),
            (logical("long", "timestamp-nanos"), 2**63 - 1),
            (logical("int", "date"), 2**31 - 1),
            (debezium("int", "time.Date"), -(2**31)),
            (debezium("int", "time.Date"), -(2**31) + 10_957),
            (debezium("string", "time.ZonedTimestamp"), "infinity"),
            (debezium("string", "time.ZonedTimestamp"), "-infinity"),
            (debezium("string", "time.ZonedTimestamp"), "+294247-01-10T04:00:25.2Z"),
            (debezium("string", "time.IsoTimestamp"), "-292275055-05-16T23:00:00Z"),
            (debezium("string", "time.IsoDate"), "+5877611-06-21Z"),
        )
    ],
)
def test_an_infinity_is_missing(meant: dict[str, Any], plain: Any) -> None:
    """PostgreSQL's, as its driver and Debezium hand it on."""
    assert read(meant, plain) is None


@given(st.integers(-(2**63), 2**63 - 1))
def test_whatever_the_number_it_costs_no_record_and_is_never_another_time(count: int) -> None:
    nanos = {"timestamp-millis": 10**6, "timestamp-micros": 10**3, "timestamp-nanos": 1, "time-micros": 10**3}
    for name, unit in nanos.items():
        for local in ("", "local-") if name.startswith("timestamp") else ("",):
            found = read(logical("long", local + name), count)
            assert found is None or isinstance(found, datetime | time | Unreadable)
            if isinstance(found, datetime):
                since = found.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
                assert (since.days * 86_400 + since.seconds) * 10**6 + since.microseconds == count * unit // 1000
            elif isinstance(found, time):
                assert (found.hour * 3600 + found.minute * 60 + found.second) * 10**6 + found.microsecond == count


@given(st.integers(-(2**31), 2**31 - 1))
def test_nor_does_a_day(count: int) -> None:
    found = read(logical("int", "date"), count)
    assert found is None or found == OUT_OF_RANGE or found.toordinal() == date(1970, 1, 1).toordinal() + count


@pytest.mark.parametrize("amount", ["0.00", "12.50", "-0.01", "9999999999.99", "-9999999999.99"])
def test_a_decimal_is_exact(amount: str) -> None:
    unscaled = int(Decimal(amount) * 100)
    value = read(decimal(12, 2), unscaled.to_bytes(8, "big", signed=True))
    assert (value, value.as_tuple().exponent) == (Decimal(amount), -2)


def test_a_decimal_of_many_digits_is_not_rounded() -> None:
    unscaled = 10**39 + 1
    assert read(decimal(40, 10), unscaled.to_bytes(32, "big")) == Decimal("100000000000000000000000000000.0000000001")


def test_a_decimal_with_more_digits_than_declared_is_unreadable_not_rounded() -> None:
    assert read(decimal(4, 2), (12345).to_bytes(4, "big")) == Unreadable(
        "is a decimal of more than the 4 digits that its schema allows"
    )


def test_a_decimal_without_bytes_is_no_zero() -> None:
    assert isinstance(read(decimal(4, 2), b""), Unreadable)


def connect_decimal(scale: object, /, **more: Any) -> dict[str, Any]:
    return connect("bytes", "org.apache.kafka.connect.data.Decimal", **more) | {
        "connect.parameters": {"scale": scale}
    }


@pytest.mark.parametrize(
    ("meant", "value"),
    [
        (connect_decimal("2"), "19.99"),
        (connect_decimal("2", logicalType="decimal", precision=64, scale=2), "19.99"),
        (connect_decimal("0"), "1999"),
        (connect_decimal("127", logicalType="decimal", precision=64, scale=127), "1999E-127"),
        (connect_decimal("-2", logicalType="decimal", precision=64, scale=-2), "199900"),
    ],
)
def test_connects_decimals_have_any_scale(meant: dict[str, Any], value: str) -> None:
    """As JDBC gives for Oracle's NUMBER; Avro itself knows no such decimal."""
    assert read(meant, b"\x07\xcf") == Decimal(value)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("0407cf04", Decimal("19.99")),
        ("020100", Decimal(1)),
        ("02ff02", Decimal("-0.1")),
        ("020503", Decimal(500)),
        ("", None),
        ("04", None),
        ("0405", None),
        ("0004", None),
        ("0407cf0400", None),
        ("ffffffffffffffffff01", None),
    ],
)
def test_a_big_decimal_brings_its_scale(data: str, value: Decimal | None) -> None:
    found = read(logical("bytes", "big-decimal"), bytes.fromhex(data))
    assert isinstance(found, Unreadable) if value is None else found == value


@pytest.mark.parametrize(
    ("scale", "digits", "value"), [(2, b"\x07\xcf", "19.99"), (0, b"\xff", "-1"), (-2, b"\x05", "500")]
)
def test_debeziums_decimal_brings_its_scale(scale: int, digits: bytes, value: str) -> None:
    """A `numeric` without precision, which is a record; a second field of the type has it by name."""
    name = "io.debezium.data.VariableScaleDecimal"
    variable = record(name, scale="int", value="bytes") | {"connect.name": name}
    schema = record("R", total=["null", variable], tax=name)
    value_of = {"scale": scale, "value": digits}
    data = body(schema, {"total": value_of, "tax": value_of})
    assert read_record(BytesIO(data), parse(text(schema)), None)[1] == dict.fromkeys(("total", "tax"), Decimal(value))


@pytest.mark.parametrize(
    "price", [19.99, 0.1, 59.97, 89.95, 1234.56, 0.0, -0.01, 1700000000000.0, 16777216.0, 3.4028235e38, 1e-45]
)
def test_a_float_is_the_shortest_decimal_that_names_it(price: float) -> None:
    assert read({"type": "float"}, price) == price


@given(st.floats(width=32, allow_nan=False))
def test_a_float_is_named_by_its_shortest_decimal_and_no_other_is(value: float) -> None:
    found = read({"type": "float"}, value)
    assert struct.pack("<f", found) == struct.pack("<f", value)
    assert len(f"{found!r}".partition("e")[0].replace(".", "").strip("-0")) <= 9


@pytest.mark.parametrize("value", [float("inf"), float("-inf")])
def test_an_infinite_float_stays_one(value: float) -> None:
    assert read({"type": "float"}, value) == value


@pytest.mark.parametrize("amount", [9999, -9999, 0])
def test_a_decimal_without_a_scale_is_a_whole_number_of_as_many_digits_as_declared(amount: int) -> None:
    found = read({"type": "bytes", "logicalType": "decimal", "precision": 4}, amount.to_bytes(4, "big", signed=True))
    assert (found, found.as_tuple().exponent) == (Decimal(amount), 0)


def test_a_uuid_may_be_sixteen_bytes() -> None:
    assert read(fixed(16, "uuid"), UUID(_UUID).bytes) == _UUID


@pytest.mark.parametrize("written", [_UUID, _UUID.upper(), f"urn:uuid:{_UUID}"])
def test_a_uuid_is_read_as_its_canonical_text(written: str) -> None:
    assert read(logical("string", "uuid"), written) == _UUID


@pytest.mark.parametrize("written", ["guest-17", "", "EVT-1", "12345678123456781234567812345678", "{GUEST}"])
def test_other_text_under_uuid_stays_as_it_is(written: str) -> None:
    """Node's avsc and Go's hamba write any."""
    assert read(logical("string", "uuid"), written) == written
    assert read(debezium("string", "data.Uuid"), written) == written


@pytest.mark.parametrize(
    ("months", "days", "millis", "written"),
    [(0, 0, 0, "PT0S"), (14, 3, 4005, "P1Y2M3DT4.005S"), (0, 0, 90_061_000, "PT25H1M1S"), (12, 0, 60_000, "P1YT1M")],
)
def test_a_duration_is_iso_8601(months: int, days: int, millis: int, written: str) -> None:
    assert read(fixed(12, "duration"), struct.pack("<III", months, days, millis)) == written


@pytest.mark.parametrize(
    ("name", "count", "written"),
    [
        ("MicroDuration", 3_661_000_001, "PT1H1M1.000001S"),
        ("NanoDuration", -1_500_000_000, "-PT1.5S"),
        ("NanoDuration", 0, "PT0S"),
    ],
)
def test_so_is_debeziums(name: str, count: int, written: str) -> None:
    assert read(debezium("long", f"time.{name}"), count) == written


@pytest.mark.parametrize(
    ("meant", "plain"),
    [
        pytest.param(meant, plain, id=text(meant))
        for meant, plain in (
            (logical("string", "colour"), "red"),
            (logical("long", "date"), 7),
            (logical("int", "timestamp-millis"), 7),
            (logical("long", "time-millis"), -7),
            (logical("bytes", "uuid"), b"guest"),
            (fixed(15, "uuid"), b"x" * 15),
            (fixed(8, "duration"), b"x" * 8),
            (logical("string", "decimal", precision=4), "x"),
            (logical("string", "big-decimal"), "x"),
            (logical("bytes", "decimal"), b"\x05"),
            (decimal(64, 127), b"\x05"),
            (decimal(4, -2), b"\x05"),
            (decimal(0, 0), b"\x05"),
            (logical("bytes", "decimal", precision="4", scale=2), b"\x05"),
            (logical("bytes", "decimal", precision=4, scale="2"), b"\x05"),
            (logical("bytes", "decimal", precision=4.0), b"\x05"),
            (logical("bytes", "decimal", precision=True), b"\x05"),
            (fixed(2, "decimal", precision=5), b"\x00\x05"),
            ({"type": "int", "logicalType": None}, 7),
            ({"type": "int", "logicalType": ["date"]}, 7),
            (debezium("string", "time.Date"), "7"),
            (connect("int", "com.shop.Date"), 7),
            ({"type": "int", "connect.name": 7}, 7),
        )
    ],
)
def test_an_invalid_or_unknown_logical_type_is_its_base_type(meant: dict[str, Any], plain: Any) -> None:
    """As the specification asks, and as Java reads it."""
    assert read(meant, plain) == plain


@pytest.mark.parametrize("written", ["N/A", "yesterday", ""])
@pytest.mark.parametrize("name", ["ZonedTimestamp", "IsoTimestamp", "IsoDate", "IsoTime"])
def test_text_that_is_no_time_stays_as_it_is(name: str, written: str) -> None:
    assert read(debezium("string", f"time.{name}"), written) == written


@pytest.mark.parametrize(("size", "is_read"), [(128, True), (129, False)])
def test_a_decimal_longer_than_any_amount_is_not_turned_into_digits(size: int, *, is_read: bool) -> None:
    """What that takes grows with the square of its length: a megabyte would take minutes."""
    digits = b"\x01" * size
    big = body("long", size) + digits + body("int", 2)
    found = [
        read({"type": "bytes", "logicalType": "decimal", "precision": 10_000}, digits),
        read({"type": "bytes", "logicalType": "big-decimal"}, big),
    ]
    assert [isinstance(each, Decimal) for each in found] == [is_read] * 2
