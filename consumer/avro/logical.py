"""How the values of logical types are read: exactly, as missing, or as `Unreadable`; none with a loss, none refused.

Rules: the Avro 1.12 specification, "Logical Types"; Debezium's "Data type mappings".
"""

from __future__ import annotations

import re
import struct
from decimal import MAX_PREC, Context, Decimal
from typing import Any
from uuid import UUID

from fastavro.read import LOGICAL_READERS

from consumer.avro import iso_texts, times
from consumer.avro.durations import of_months_days_millis, of_nanoseconds
from consumer.avro.logical_types import SHORTEST
from consumer.avro.unreadable import Unreadable

_EXACT = Context(prec=MAX_PREC)
_UUID = re.compile("(urn:uuid:)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_FLOAT = struct.Struct("<f")
_FORMS = ("%.6g", "%.7g", "%.8g")
"""Six digits never name two floats, nine always tell them apart."""
_FORMS_OF_FEW_BITS = tuple(f"%.{digits}g" for digits in range(1, 9))
_SMALLEST = 2.0**-126
"""Below it a float has fewer bits."""
_LONGEST_DECIMAL = 128
"""Bytes, 308 digits. What it takes to turn a number into digits grows with the square of its length."""
_LONGEST_NUMBER = 63  # bits
_NO_DECIMAL = Unreadable("is a decimal that its bytes do not tell")


def install() -> None:
    """Register the readers with fastavro, for the whole process."""
    LOGICAL_READERS.update(times.READERS)
    LOGICAL_READERS.update(
        {
            f"float-{SHORTEST}": _shortest,
            "bytes-decimal": _decimal,
            "fixed-decimal": _decimal,
            "bytes-big-decimal": _big_decimal,
            "record-io.debezium.data.VariableScaleDecimal": _variable_scale_decimal,
            "fixed-uuid": _uuid,
            "string-uuid": _uuid_text,
            "fixed-duration": _duration,
            "long-io.debezium.time.MicroDuration": lambda data, *_: of_nanoseconds(data * 1000),
            "long-io.debezium.time.NanoDuration": lambda data, *_: of_nanoseconds(data),
            "string-io.debezium.time.ZonedTimestamp": iso_texts.timestamp,
            "string-io.debezium.time.IsoTimestamp": iso_texts.timestamp,
            "string-io.debezium.time.IsoDate": iso_texts.day,
            "string-io.debezium.time.IsoTime": iso_texts.time_of_day,
        }
    )


def _shortest(data: float, _writer: Any = None, _reader: Any = None) -> float:
    """The shortest decimal that names the 32-bit float: 19.99, and not the 19.989999771118164 that its bits are."""
    for form in _FORMS if abs(data) >= _SMALLEST else _FORMS_OF_FEW_BITS:
        shorter = float(form % data)
        try:
            if _FLOAT.unpack(_FLOAT.pack(shorter))[0] == data:
                return shorter
        except OverflowError:
            continue
    return float(f"{data:.9g}")


def _decimal(data: bytes, writer: Any, _reader: Any = None) -> Decimal | Unreadable:
    """The exact value. fastavro rounds one that has more digits than the schema allows: a wrong amount, silently."""
    if not 0 < len(data) <= _LONGEST_DECIMAL:
        return _NO_DECIMAL
    value = Decimal(int.from_bytes(data, "big", signed=True))
    if value.adjusted() >= writer["precision"]:
        return Unreadable(f"is a decimal of more than the {writer['precision']} digits that its schema allows")
    return value.scaleb(-writer.get("scale", 0), _EXACT)


def _big_decimal(data: bytes, _writer: Any = None, _reader: Any = None) -> Decimal | Unreadable:
    """Avro within Avro: the unscaled value as bytes, then its scale as an int."""
    size, start = _varint(data, 0)
    if not 0 < size < len(data) or size > _LONGEST_DECIMAL:
        return _NO_DECIMAL
    scale, end = _varint(data, start + size)
    if end != len(data):
        return _NO_DECIMAL
    return _scaled(Decimal(int.from_bytes(data[start : start + size], "big", signed=True)), scale)


def _variable_scale_decimal(data: dict[str, Any], _writer: Any = None, _reader: Any = None) -> Any:
    scale, digits = data["scale"], data["value"]
    if not isinstance(scale, int) or not isinstance(digits, bytes):
        return _NO_DECIMAL
    if not 0 < len(digits) <= _LONGEST_DECIMAL:
        return _NO_DECIMAL
    return _scaled(Decimal(int.from_bytes(digits, "big", signed=True)), scale)


def _scaled(value: Decimal, scale: int) -> Decimal | Unreadable:
    try:
        return value.scaleb(-scale, _EXACT)
    except ArithmeticError:
        return _NO_DECIMAL


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The number that begins there, and where it ends; beyond the bytes where there is none."""
    number = shift = 0
    for place in range(at, len(data)):
        number |= (data[place] & 0x7F) << shift
        if data[place] < 0x80:  # noqa: PLR2004 - the bit that says that more follow
            return (number >> 1) ^ -(number & 1), place + 1
        shift += 7
        if shift > _LONGEST_NUMBER:
            break
    return 0, len(data) + 1


def _uuid(data: bytes, _writer: Any = None, _reader: Any = None) -> str:
    return str(UUID(bytes=data))


def _uuid_text(data: str, _writer: Any = None, _reader: Any = None) -> str:
    """Its canonical text, as nearly all are already; other text stays as it is, for some libraries write any."""
    if data == data.lower() and not data.startswith("urn:"):
        return data
    return str(UUID(data)) if _UUID.fullmatch(data) else data


def _duration(data: bytes, _writer: Any = None, _reader: Any = None) -> str:
    return of_months_days_millis(*struct.unpack("<III", data))
