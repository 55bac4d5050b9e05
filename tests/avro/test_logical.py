"""Logical types are read exactly, or refused."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest

from consumer.avro.decoding import read_record
from consumer.avro.errors import Undecodable
from consumer.avro.schema import parse
from tests.avro.support import body, record, text

_UUID = "12345678-1234-5678-1234-5678abcdef00"


def read(logical: dict[str, Any], plain: Any) -> Any:
    """The value of a field whose underlying value is `plain`."""
    underlying = {key: value for key, value in logical.items() if key != "logicalType"}
    data = body(record("R", field=underlying), {"field": plain})
    return read_record(BytesIO(data), parse(text(record("R", field=logical))), None)[1]["field"]


def decimal(precision: int, scale: int) -> dict[str, Any]:
    return {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale}


@pytest.mark.parametrize("amount", ["0.00", "12.50", "-0.01", "9999999999.99", "-9999999999.99"])
def test_a_decimal_is_exact(amount: str) -> None:
    unscaled = int(Decimal(amount) * 100)
    value = read(decimal(12, 2), unscaled.to_bytes(8, "big", signed=True))
    assert (value, value.as_tuple().exponent) == (Decimal(amount), -2)


def test_a_decimal_of_many_digits_is_not_rounded() -> None:
    unscaled = 10**39 + 1
    assert read(decimal(40, 10), unscaled.to_bytes(32, "big")) == Decimal("100000000000000000000000000000.0000000001")


def test_a_decimal_with_more_digits_than_declared_is_refused_not_rounded() -> None:
    with pytest.raises(Undecodable, match="more than 4 digits"):
        read(decimal(4, 2), (12345).to_bytes(4, "big"))


@pytest.mark.parametrize("amount", [9999, -9999, 0])
def test_a_decimal_without_a_scale_is_a_whole_number_of_as_many_digits_as_declared(amount: int) -> None:
    found = read({"type": "bytes", "logicalType": "decimal", "precision": 4}, amount.to_bytes(4, "big", signed=True))
    assert (found, found.as_tuple().exponent) == (Decimal(amount), 0)


def test_a_uuid_may_be_sixteen_bytes() -> None:
    schema = {"type": "fixed", "name": "F", "size": 16, "logicalType": "uuid"}
    assert read(schema, UUID(_UUID).bytes) == _UUID


@pytest.mark.parametrize("written", [_UUID, _UUID.upper(), f"urn:uuid:{_UUID}"])
def test_a_uuid_is_read_as_its_canonical_text(written: str) -> None:
    assert read({"type": "string", "logicalType": "uuid"}, written) == _UUID


def test_nanoseconds_are_read_to_the_microsecond() -> None:
    nanos = 1_700_000_000_123_456_789
    expected = datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=UTC)
    assert read({"type": "long", "logicalType": "timestamp-nanos"}, nanos) == expected
    assert read({"type": "long", "logicalType": "local-timestamp-nanos"}, nanos) == expected.replace(tzinfo=None)


def test_an_unknown_logical_type_is_its_underlying_type() -> None:
    assert read({"type": "string", "logicalType": "colour"}, "red") == "red"
