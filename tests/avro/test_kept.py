"""Schemas are kept while there is room; what a schema took is free again when it is forgotten."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from io import BytesIO

from consumer.avro.decoding import Reading
from consumer.avro.kept import KeptSchemas
from consumer.avro.schema import AvroSchema, parse
from tests.avro.support import body, record, text

SCHEMA = record("com.shop.Order", id="string")


def schema(characters: int = 1000) -> AvroSchema:
    return replace(parse(text(SCHEMA)), characters=characters)


def kept(count: int) -> KeptSchemas:
    """Room for so many of 1,000 characters."""
    one = KeptSchemas()
    one.put(1, schema())
    return KeptSchemas(count * one.bytes)


def test_those_that_were_not_used_for_longest_are_forgotten() -> None:
    schemas = kept(3)
    for number in (1, 2, 3):
        schemas.put(number, schema())
    schemas.get(1)

    schemas.put(4, schema())

    assert [number for number in (1, 2, 3, 4) if schemas.get(number)] == [1, 3, 4]
    assert len(schemas) == 3


def test_a_large_one_takes_the_room_of_many_and_the_last_one_is_kept_in_any_case() -> None:
    schemas = kept(3)
    for number in (1, 2, 3):
        schemas.put(number, schema())

    schemas.put(4, schema(1_000_000))

    assert (len(schemas), schemas.get(4) is not None) == (1, True)


def test_the_same_one_counts_once() -> None:
    schemas, before = kept(3), kept(3)
    before.put(1, schema())
    schemas.put(1, schema())
    schemas.put(1, schema())
    assert schemas.bytes == before.bytes


def test_how_a_record_is_read_is_not_remembered_for_longer_than_its_schema() -> None:
    one = parse(text(SCHEMA))
    reading = Reading()
    reading.record(BytesIO(body(SCHEMA, {"id": "o-1"})), one)
    (record_type,) = one.records
    gone = weakref.ref(record_type)

    del one, record_type
    gc.collect()

    assert gone() is None
