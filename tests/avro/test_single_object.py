"""Avro's single-object encoding names the schema by its fingerprint."""

from __future__ import annotations

import pytest

from consumer.avro.decoding import Decoded
from consumer.avro.errors import Undecodable
from consumer.avro.schema import definitions, parse
from consumer.avro.single_object import SingleObjectDecoder, schema_fingerprint
from tests.avro.support import body, record, text

ORDER = record("com.shop.Order", id="string")


def test_the_fingerprint_is_the_specifications() -> None:
    """Apache Avro's own test data: the CRC-64-AVRO of "int" is 0x7275d51a3f395c8f, sent little-endian."""
    assert schema_fingerprint(parse('"int"')).hex() == "8f5c393f1ad57572"


def test_documentation_and_references_do_not_change_the_fingerprint() -> None:
    money = record("com.shop.Money", amount="long")
    whole = parse(text(record("com.shop.Order", total=money, tax="com.shop.Money") | {"doc": "An order."}))
    divided = parse(
        text(record("com.shop.Order", total="com.shop.Money", tax="com.shop.Money")), definitions(text(money))
    )
    assert schema_fingerprint(whole) == schema_fingerprint(divided)


def test_a_record_is_decoded_by_the_schema_that_its_header_names() -> None:
    schemas = [parse(text(ORDER)), parse(text(record("com.shop.Refund", id="string")))]
    header = b"\xc3\x01" + schema_fingerprint(schemas[1])
    decoded = SingleObjectDecoder(schemas).decode(header + body(ORDER, {"id": "R1"}))
    assert decoded == Decoded("com.shop.Refund", {"id": "R1"}, None)


def single(schema: object, value: object, written: object = None) -> bytes:
    """A value under the fingerprint of `schema`; `written`, if its bytes are another's."""
    return b"\xc3\x01" + schema_fingerprint(parse(text(schema))) + body(written or schema, value)


def test_each_version_of_a_type_is_read_as_it_was_written() -> None:
    newer = record("com.shop.Order", id="string", total="long")
    decoder = SingleObjectDecoder([parse(text(ORDER)), parse(text(newer))])
    assert decoder.decode(single(ORDER, {"id": "A1"})).value == {"id": "A1"}
    assert decoder.decode(single(newer, {"id": "A1", "total": 5})).value == {"id": "A1", "total": 5}


def test_a_record_of_a_union_is_found_under_its_own_fingerprint_and_the_unions() -> None:
    """An encoder of one class writes the class's fingerprint, an encoder of the union the union's."""
    money = record("com.shop.Money", amount="long")
    order = record("com.shop.Order", total="com.shop.Money")
    decoder = SingleObjectDecoder([parse(text([money, order]))])
    alone = record("com.shop.Order", total=money)
    expected = Decoded("com.shop.Order", {"total": {"amount": 5}})
    assert decoder.decode(single(alone, {"total": {"amount": 5}})) == expected
    assert decoder.decode(single([money, order], ("com.shop.Order", {"total": {"amount": 5}}))) == expected


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"\xc3\x01short", "does not start with the header"),
        (b"\x00" * 20, "does not start with the header"),
        (b"\xc3\x01" + bytes(8) + b"\x02a", "no local schema has the fingerprint 0000000000000000: add the .avsc"),
    ],
)
def test_what_is_undecodable_says_why(value: bytes, said: str) -> None:
    with pytest.raises(Undecodable, match=said):
        SingleObjectDecoder([parse(text(ORDER))]).decode(value)
