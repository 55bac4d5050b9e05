"""`_kafka` of an expression: the key, the headers and the place of the record at hand.

Of a record of the retry topic it is what the record had in its own topic.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal

from consumer.avro.errors import EncryptedPayload, Undecodable
from consumer.mapping.errors import EncryptedValueError, InvalidValueError
from consumer.records import OWN_HEADERS, Headers, Record

KeyFormat = Literal["text", "json", "avro", "bytes"]
ReadKey = Callable[[bytes, Headers, str], Any]
"""A key, the headers of its record, and the topic that it was first written to."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NO_TEXT: Final = "is no UTF-8 text"


class Surroundings:
    """Of one record. Each value is read when it is first asked for.

    Raises InvalidValueError for one that cannot be read, SchemaPending while the schema of an Avro key is missing.
    """

    def __init__(self, record: Record, read_key: ReadKey | None = None) -> None:
        """Takes the record, and what reads a key in Avro; without, such a key cannot be read."""
        self._record = record
        self._read_key = read_key
        self._found: dict[str, Any] = {}

    def value(self, name: str, key_format: KeyFormat) -> Any:
        memo = key_format if name == "key" else name
        if memo not in self._found:
            self._found[memo] = self._key(key_format) if name == "key" else _READERS[name](self._record)
        return self._found[memo]

    def _key(self, key_format: KeyFormat) -> Any:
        key = self._record.key
        if key is None or key_format == "bytes":
            return key
        try:
            if key_format == "avro":
                return (
                    None
                    if self._read_key is None
                    else self._read_key(key, self._record.headers, self._record.origin.topic)
                )
            text = key.decode()
            return json.loads(text, parse_float=Decimal) if key_format == "json" else text
        except EncryptedPayload as error:
            raise EncryptedValueError(str(error)) from None
        except Undecodable as error:
            raise InvalidValueError(f"the key cannot be decoded: {error}") from None
        except UnicodeDecodeError:
            hint = "; `key_format` says what it is" if key_format == "text" else ""
            raise InvalidValueError(f"the key {_NO_TEXT}{hint}") from None
        except (ValueError, RecursionError, ArithmeticError):
            raise InvalidValueError("the key is no JSON") from None


@dataclass(slots=True)
class Cell:
    """Where the record at hand is put, for all readers of a router."""

    current: Surroundings | None = None


@dataclass(frozen=True, slots=True)
class RouteSurroundings:
    """`_kafka` as one route reads it. Without a record at hand, all of it is null."""

    cell: Cell = field(default_factory=Cell)
    key_format: KeyFormat = "text"

    def value(self, name: str) -> Any:
        current = self.cell.current
        return None if current is None else current.value(name, self.key_format)


def _headers(record: Record) -> dict[str, Any]:
    """By name, of several of one name the last; those that the service itself has written are left out."""
    return {name: _text(value) for name, value in record.headers if not name.startswith(OWN_HEADERS)}


def _text(value: bytes | None) -> Any:
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _timestamp(record: Record) -> datetime | None:
    milliseconds = record.written_ms
    if milliseconds is None or milliseconds < 0:
        return None
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        raise InvalidValueError("the record's timestamp is out of range") from None


_READERS: Final[dict[str, Callable[[Record], Any]]] = {
    "headers": _headers,
    "timestamp": _timestamp,
    "topic": lambda record: record.origin.topic,
    "partition": lambda record: record.origin.number,
    "offset": lambda record: record.origin_offset,
}
