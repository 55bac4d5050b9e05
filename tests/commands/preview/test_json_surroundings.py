"""A record of a file says where it would lie, so that `preview` shows what the service would do with it there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from consumer.commands.preview.json_surroundings import json_key, placed
from consumer.records import Partition


def record(around: Any, **value: Any) -> Any:
    return placed("shop.events", 4, json.dumps(value | {"_kafka": around}).encode())


def test_what_kafka_has_is_the_records_and_no_field_of_it() -> None:
    around = {"key": "u1", "headers": {"ce_type": "a", "n": 1, "none": None}, "partition": 3, "offset": 42}
    found = record(around | {"timestamp": 1_800_000_000_000}, id=1)
    assert (found.partition, found.offset, found.key) == (Partition("shop.events", 3), 42, b"u1")
    assert found.headers == (("ce_type", b"a"), ("n", b"1"), ("none", None))
    assert found.timestamp_ms == 1_800_000_000_000
    assert found.value == b'{"id": 1}'


@pytest.mark.parametrize(
    ("around", "key"),
    [({}, None), ({"key": {"id": 1}}, b'{"id": 1}'), ({"key": 7}, b"7"), ({"key": None}, None)],
)
def test_a_key_that_is_no_text_is_written_as_json(around: dict[str, Any], key: bytes | None) -> None:
    found = record(around, id=1)
    assert (found.partition, found.offset, found.key) == (Partition("shop.events", 0), 4, key)


def test_a_time_may_be_written_out() -> None:
    assert record({"timestamp": "2027-01-15T08:00:00Z"}, id=1).timestamp_ms == 1_800_000_000_000
    assert record({"timestamp": "soon"}, id=1).timestamp_ms is None


@pytest.mark.parametrize("text", [b"null", b'{"_kafka": {"key": "u1"}}'])
def test_a_tombstone_has_no_value(text: bytes) -> None:
    assert placed("t", 0, text).value is None


@pytest.mark.parametrize("text", [b'{"_kafka": 1}', b'["_kafka"]', b'{"_kafka"', b"{}"])
def test_other_text_is_left_as_it_is(text: bytes) -> None:
    found = placed("t", 0, text)
    assert (found.key, found.value, found.headers) == (None, text, ())


@pytest.mark.parametrize(("key", "value"), [(b"u1", "u1"), (b"7", 7), (b'{"id": 1}', {"id": 1}), (b"\xff", "\ufffd")])
def test_a_key_in_the_place_of_one_in_avro(key: bytes, value: Any) -> None:
    assert json_key(key) == value
