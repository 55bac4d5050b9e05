"""The bytes that tests put into Kafka are those of a registry's serializer."""

from __future__ import annotations

from tests.support.avro import encode

SCHEMA = {
    "type": "record",
    "name": "Point",
    "fields": [{"name": "x", "type": "int"}, {"name": "s", "type": "string"}],
}


def test_the_schema_id_goes_before_the_value() -> None:
    """Zero, four bytes of the id, then Avro: an int in zigzag, a string with its length."""
    assert encode(258, SCHEMA, {"x": -1, "s": "hi"}) == b"\x00\x00\x00\x01\x02" + b"\x01" + b"\x04hi"
