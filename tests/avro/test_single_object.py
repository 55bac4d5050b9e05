"""Avro's single-object encoding names the schema by its fingerprint."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from consumer.avro.decoding import Decoded
from consumer.avro.errors import Undecodable
from consumer.avro.files import load_file, schemas_folder
from consumer.avro.schema import definitions, parse
from consumer.avro.single_object import SingleObjectDecoder, schema_fingerprint
from tests.avro.support import body, record, text

ORDER = record("com.shop.Order", id="string")
OBJECTS = Path(__file__).parent / "single_objects"


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


LINES = [json.loads(line) for line in (OBJECTS / "values.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line['library']} {line['schema']}")
def test_what_libraries_wrote_is_read_though_their_fingerprints_differ(line: dict[str, str]) -> None:
    """Each has a canonical form of its own for what the files have: logical types, properties, `order`."""
    decoder = SingleObjectDecoder(load_file(OBJECTS / name) for name in ("sale.avsc", "plain.avsc"))
    decoded = decoder.decode(bytes.fromhex(line["value"]))
    if line["schema"] == "plain.avsc":
        assert decoded == Decoded("com.shop.Plain", {"id": "A1", "count": 3})
        return
    at = datetime(2026, 11, 29, 18, tzinfo=UTC)
    assert decoded.value == {
        "id": "A1",
        "at": at,
        "day": at.date(),
        "total": Decimal("19.99"),
        "whole": Decimal(20),
        "tax": Decimal("1.99"),
        "event": "8b1b2a53-3a9c-4a0e-9d4e-0a4cf0e8f3a1",
        "odd": 7,
        "lines": [{"sku": "S1", "picked": at}],
        "kind": "WEB",
    }


def test_the_libraries_do_differ() -> None:
    """Of the schema with logical types four of five wrote another fingerprint than the specification's."""
    specified = schema_fingerprint(load_file(OBJECTS / "sale.avsc")).hex()
    written = {line["library"].split()[0]: line["value"][4:20] for line in LINES if line["schema"] == "sale.avsc"}
    assert {library for library, each in written.items() if each == specified} == {"twmb/avro"}
    assert len(set(written.values())) == 5


def test_a_fingerprint_of_a_librarys_does_not_hide_the_specifications() -> None:
    """The two differ in a logical type alone: a value under the specification's is read by the first file."""
    millis, plain = record("R", at={"type": "long", "logicalType": "timestamp-millis"}), record("R", at="long")
    decoder = SingleObjectDecoder([parse(text(plain)), parse(text(millis))])
    value = b"\xc3\x01" + schema_fingerprint(parse(text(millis))) + body(plain, {"at": 5})
    assert decoder.decode(value).value == {"at": 5}


def test_the_project_schemas_are_known_by_rust_and_go() -> None:
    """As they were seen in runs of apache-avro 0.22.0 and hamba/avro 2.31.0 for purchase.avsc."""
    decoder = SingleObjectDecoder([load_file(schemas_folder() / "purchase.avsc")])
    for fingerprint in ("e666c2cceafc5f9d", "a1f327fbb63efe1c", "657b02eac0aa147f"):
        with pytest.raises(Undecodable, match="do not fit"):
            decoder.decode(b"\xc3\x01" + bytes.fromhex(fingerprint))
