"""Where a record of a file would lie: its key, headers and place, which the file gives under `_kafka`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from consumer.config.expression_syntax import AROUND
from consumer.records import Headers, Partition, Record

_MARK: Final = b'"_kafka"'


def placed(topic: str, number: int, text: bytes) -> Record:
    """The record of a JSON text, as if it were the topic's.

    `_kafka` of it is `{"key": ..., "headers": {...}, "timestamp": ..., "partition": ..., "offset": ...}`, any of
    which may be missing. A record that has nothing else is a tombstone, as `null` is.

    Args:
        topic: the topic.
        number: of the record in its source, from 0: the offset of one that names none.
        text: the JSON text, or what is none.
    """
    record = Record(Partition(topic, 0), number, key=None, value=None if text == b"null" else text)
    around, rest = _parted(text) if _MARK in text else (None, None)
    if around is None:
        return record
    partition, offset = (around.get(name) for name in ("partition", "offset"))
    return record._replace(
        partition=Partition(topic, partition if isinstance(partition, int) else 0),
        offset=offset if isinstance(offset, int) else number,
        key=_bytes(around.get("key")),
        value=json.dumps(rest).encode() if rest else None,
        timestamp_ms=_milliseconds(around.get("timestamp")),
        headers=_headers(around.get("headers")),
    )


def json_key(key: bytes, _headers: Headers = (), _topic: str = "") -> Any:
    """A key of the file, in the place of one in Avro."""
    try:
        return json.loads(key)
    except ValueError:
        return key.decode(errors="replace")


def _parted(text: bytes) -> tuple[dict[str, Any] | None, Any]:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(record, dict) or not isinstance(record.get(AROUND), dict):
        return None, None
    return record.pop(AROUND), record


def _bytes(value: Any) -> bytes | None:
    if value is None:
        return None
    return (value if isinstance(value, str) else json.dumps(value)).encode(errors="replace")


def _headers(value: Any) -> Headers:
    headers = value.items() if isinstance(value, dict) else ()
    return tuple((str(name), _bytes(each)) for name, each in headers)


def _milliseconds(value: Any) -> int | None:
    if isinstance(value, str):
        try:
            return int(datetime.fromisoformat(value).timestamp() * 1000)
        except (ValueError, OverflowError):
            return None
    return value if isinstance(value, int) else None
