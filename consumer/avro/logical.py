"""Logical types that fastavro leaves as they are, or reads with a loss.

Rules: the Avro 1.12 specification, "Logical Types".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import MAX_PREC, Context, Decimal
from typing import Any
from uuid import UUID

from fastavro.read import LOGICAL_READERS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a local timestamp has no zone by definition
_EXACT = Context(prec=MAX_PREC)
_CANONICAL_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def install() -> None:
    """Register the readers with fastavro, for the whole process."""
    LOGICAL_READERS.update(
        {
            "bytes-decimal": _decimal,
            "fixed-decimal": _decimal,
            "fixed-uuid": _uuid,
            "string-uuid": _uuid_text,
            "long-timestamp-nanos": _timestamp_nanos,
            "long-local-timestamp-nanos": _local_timestamp_nanos,
        }
    )


def _decimal(data: bytes, writer: Any, _reader: Any = None) -> Decimal:
    """The exact value. fastavro rounds one that has more digits than the schema allows: a wrong amount, silently."""
    value = Decimal(int.from_bytes(data, "big", signed=True))
    if value.adjusted() >= writer["precision"]:
        raise ValueError(f"a decimal has more than {writer['precision']} digits")
    return value.scaleb(-writer.get("scale", 0), _EXACT)


def _uuid(data: bytes, _writer: Any = None, _reader: Any = None) -> str:
    return str(UUID(bytes=data))


def _uuid_text(data: str, _writer: Any = None, _reader: Any = None) -> str:
    """Its canonical text, as nearly all are already: a `UUID` made of each would cost as much as the other fields."""
    return data if _CANONICAL_UUID.fullmatch(data) else str(UUID(data))


def _timestamp_nanos(data: int, _writer: Any = None, _reader: Any = None) -> datetime:
    """A time in UTC, to the microsecond: Python's finest."""
    return _EPOCH + timedelta(microseconds=data // 1000)


def _local_timestamp_nanos(data: int, _writer: Any = None, _reader: Any = None) -> datetime:
    return _LOCAL_EPOCH + timedelta(microseconds=data // 1000)
