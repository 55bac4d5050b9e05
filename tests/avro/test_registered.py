"""Records whose schemas are in a registry are read wherever they name them, and by what they fit."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import pytest

from consumer.avro.decoding import Decoded
from consumer.avro.errors import SchemaPending, SchemaUnknown, Undecodable
from consumer.avro.reader_schemas import ReaderSchema, ReaderSchemas
from consumer.avro.registered import RegistryDecoder
from consumer.avro.registry_types import TYPES, TypeName
from consumer.avro.schema import AvroSchema, parse
from consumer.avro.schema_ids import IdKind, NamedId, SchemaId
from consumer.records import Headers
from tests.avro.support import body, framed, record, text

ORDER = record("com.shop.Order", id="string")
CONSENT = record("com.shop.Consent", email=["null", "string"], given="boolean", at=["null", "long"])
# What a body of ORDER fits too, with another field.
RENAMED = record("com.shop.Order", number="string")
NULLABLE = {name: ["null", "string"] for name in "abcd"}
PATCH = record("com.shop.Patch", **NULLABLE, e="string")
PATCH_OF_NUMBERS = record("com.shop.Patch", **NULLABLE, e="int", f="string")
BIG_ID = 0x01020304
GUID, UUID = "8b1b2a53-3a9c-4a0e-9d4e-0a4cf0e8f3a1", "11111111-2222-3333-4444-555555555555"
AZURE = "1b2c3d4e5f60718293a4b5c6d7e8f901"
A1 = {"id": "A1"}
PENDING, RENAMED_ID, CONSENT_ID, AWAITED = 1, 2, 3, 6
NAMED: Mapping[SchemaId, object] = {
    BIG_ID: ORDER,
    RENAMED_ID: RENAMED,
    CONSENT_ID: CONSENT,
    NamedId(IdKind.GUID, GUID): ORDER,
    NamedId(IdKind.GLOBAL_ID, 7): CONSENT,
    NamedId(IdKind.CONTENT_ID, 7): ORDER,
    NamedId(IdKind.GLOBAL_ID, 8): RENAMED,
    NamedId(IdKind.CONTENT_ID, 8): ORDER,
    NamedId(IdKind.CONTENT_ID, 9): ORDER,
    NamedId(IdKind.GLOBAL_ID, 70): PATCH,
    NamedId(IdKind.CONTENT_ID, 71): PATCH_OF_NUMBERS,
    4: ORDER,
    NamedId(IdKind.GLUE, UUID): ORDER,
    NamedId(IdKind.AZURE, AZURE): ORDER,
}


class Schemas:
    """Those of `NAMED`; schema 1 is on its way, 6 is unknown until now, and there are no others."""

    def get(self, schema_id: SchemaId) -> AvroSchema:
        if schema_id in {PENDING, AWAITED}:
            raise SchemaPending(schema_id, unknown=schema_id == AWAITED)
        if schema_id not in NAMED:
            raise SchemaUnknown(f"schema {schema_id} is unknown to the registry")
        return parse(text(NAMED[schema_id]))


def decoder(registry: TypeName = "confluent", most_bytes: int = 1000) -> RegistryDecoder:
    return RegistryDecoder(Schemas(), registry=TYPES[registry], most_bytes=most_bytes)


def glue(content: bytes, compression: int = 0) -> bytes:
    return bytes((3, compression)) + bytes.fromhex(UUID.replace("-", "")) + content


def long(number: int) -> bytes:
    return number.to_bytes(8, "big")


HEADER: Headers = (("__value_schema_id", b"\x01" + bytes.fromhex(GUID.replace("-", ""))),)
GLOBAL_7: Headers = (("apicurio.value.globalId", long(7)),)
CONTENT_7: Headers = (("apicurio.value.contentId", long(7)),)
AZURES: Headers = (("content-type", f"avro/binary+{AZURE}".encode()),)
BARE = body(ORDER, A1)


def test_the_schema_id_is_four_bytes_big_endian() -> None:
    value = b"\x00\x01\x02\x03\x04" + b"\x04A1"
    assert decoder().decode(value) == Decoded("com.shop.Order", A1, BIG_ID)


@pytest.mark.parametrize(
    ("registry", "value", "headers"),
    [
        pytest.param("confluent", framed(BIG_ID, ORDER, A1), (), id="prefix"),
        pytest.param("confluent", framed(BIG_ID, ORDER, A1), (("traceparent", b"00-1"),), id="prefix, other headers"),
        pytest.param("confluent", BARE, HEADER, id="GUID in a header"),
        pytest.param("confluent", BARE, (("__value_schema_id", framed(BIG_ID, ORDER, A1)[:5]),), id="id in a header"),
        pytest.param("confluent", BARE, (("apicurio.value.contentId", long(9)),), id="contentId, compatible address"),
        pytest.param("apicurio", framed(BIG_ID, ORDER, A1), (), id="prefix of Apicurio"),
        pytest.param("apicurio", BARE, CONTENT_7, id="contentId"),
        pytest.param("apicurio", b"\0" + long(7) + BARE, (), id="8 bytes, of which only the contentId fits"),
        pytest.param("glue", glue(BARE), (), id="AWS Glue"),
        pytest.param("glue", glue(zlib.compress(BARE), 5), (), id="AWS Glue, deflated"),
        pytest.param("azure", BARE, AZURES, id="Azure"),
    ],
)
def test_each_way_to_name_a_schema_is_recognised(registry: TypeName, value: bytes, headers: Headers) -> None:
    decoded = decoder(registry).decode(value, headers)
    assert (decoded.name, decoded.value) == ("com.shop.Order", A1)


def test_a_body_that_begins_like_a_prefix_is_read_by_its_header() -> None:
    """Four nulls and a text look like Confluent's byte 0 and the id 6, which the registry says it has not got.

    It is not waited for: each length of a text would hold the partition for a minute.
    """
    fields = {**dict.fromkeys("abcd"), "e": "xyz"}
    value = body(PATCH, fields)
    assert value[:5] == framed(AWAITED, ORDER, A1)[:5]
    with pytest.raises(SchemaPending):
        decoder("apicurio").decode(framed(AWAITED, ORDER, A1))
    assert decoder("apicurio").decode(value, (("apicurio.value.globalId", long(70)),)).value == fields


def test_what_begins_with_another_byte_than_0_has_no_prefix() -> None:
    """Four bytes behind it may be the number of a schema by chance."""
    with pytest.raises(Undecodable):
        decoder().decode(b"\1" + framed(BIG_ID, ORDER, A1)[1:])


def test_a_header_beside_a_prefix_does_not_make_the_prefix_a_part_of_the_body() -> None:
    """The reference client reads such a record wrongly, without an error."""
    assert decoder().decode(framed(CONSENT_ID, CONSENT, {"email": "a@b", "given": True, "at": 5}), HEADER).value == {
        "email": "a@b",
        "given": True,
        "at": 5,
    }
    assert decoder().decode(framed(BIG_ID, ORDER, A1), HEADER).value == A1


def test_a_record_that_fits_two_schemas_is_refused() -> None:
    """Four nulls and a text by the header, an order without an id by the prefix: nobody can tell."""
    value = b"\0\0\0\0\x04" + b"\x02a"
    headers: Headers = (("apicurio.value.contentId", long(71)),)
    with pytest.raises(Undecodable, match=r"header apicurio.* Confluent's wire format, and fits both"):
        decoder("apicurio").decode(value, headers)


def test_a_type_that_no_route_takes_is_not_taken_for_one_that_fits() -> None:
    """Such records are not decoded; but which schema a record has, only its bytes tell."""
    orders = RegistryDecoder(Schemas(), ReaderSchemas(taken=frozenset(("com.shop.Order",))))
    consent = {"email": "a@b", "given": True, "at": 5}
    assert orders.decode(framed(BIG_ID, ORDER, A1), (("__value_schema_id", b"\0\0\0\0\3"),)).value == A1
    assert orders.decode(framed(CONSENT_ID, CONSENT, consent), HEADER).name == "com.shop.Consent"


def test_two_names_of_one_schema_are_no_doubt() -> None:
    headers: Headers = (*HEADER, ("apicurio.value.contentId", long(9)))
    assert decoder().decode(BARE, headers).value == A1


def test_a_legacy_id_is_what_it_fits_or_what_it_is_told_to_be() -> None:
    """8 is a contentId and a globalId, of two schemas that one body fits: `use-id` says which is meant."""
    value = b"\0" + long(8) + BARE
    with pytest.raises(Undecodable, match="fits both"):
        decoder("apicurio").decode(value)
    for kind, field in ((IdKind.CONTENT_ID, "id"), (IdKind.GLOBAL_ID, "number")):
        told = RegistryDecoder(Schemas(), registry=TYPES["apicurio"].with_legacy(kind))
        assert told.decode(value).value == {field: "A1"}


@pytest.mark.parametrize(
    ("registry", "value", "headers", "said"),
    [
        ("confluent", BARE, GLOBAL_7, "the header apicurio.value.globalId, .*: set schema_registry.type: apicurio"),
        ("confluent", b"\0" + long(7) + BARE, (), "legacy id of 8 bytes, .* schema_registry.type: apicurio"),
        ("confluent", glue(BARE), (), "AWS Glue's wire format, .* set schema_registry.type: glue"),
        ("confluent", BARE, AZURES, "the header content-type, .* set schema_registry.type: azure"),
        ("apicurio", BARE, HEADER, "the header __value_schema_id, .* schema_registry.type: confluent"),
        ("glue", framed(BIG_ID, ORDER, A1), (), "Confluent's wire format, .* confluent or apicurio"),
        ("azure", framed(BIG_ID, ORDER, A1), (), "Confluent's wire format, .* confluent or apicurio"),
        # A bare body, which looks like a prefix, of a schema that is not there.
        ("confluent", b"\0\0\0\0\x63\x02a", GLOBAL_7, "set schema_registry.type: apicurio .* schema 99 is unknown"),
    ],
)
def test_what_a_registry_cannot_be_asked_for_is_told_with_what_to_set(
    registry: TypeName, value: bytes, headers: Headers, said: str
) -> None:
    with pytest.raises(Undecodable, match=said):
        decoder(registry).decode(value, headers)


@pytest.mark.parametrize(
    ("registry", "value", "headers", "said"),
    [
        ("confluent", b"", (), "0 bytes is too short"),
        ("confluent", b"\x00\x00\x00\x01", (), "4 bytes is too short"),
        ("glue", glue(b"")[:17], (), "17 bytes is too short"),
        ("confluent", b'{"id": "A1"}', (), "starts with 0x7b, as JSON text does"),
        ("confluent", b"\xc3\x01" + bytes(8) + BARE, (), "0xc3 0x01, .* `format: single_object`"),
        ("confluent", b"Obj\x01" + BARE, (), "as an Avro container file does"),
        ("confluent", bytes(9), (), "0x00 and an id of 0"),
        ("confluent", b"\x28" + bytes(9), (), "byte 0x28, and no header .* starts with 0x00 .* `format: raw`"),
        ("glue", b"\x28" + bytes(9), (), "byte 0x28, and no header .* 0x03 0x00 or 0x03 0x05"),
        ("azure", b"\x28" + bytes(9), (("content-type", b"avro/binary"),), "content-type: avro/binary"),
        ("confluent", BARE, (("__value_schema_id", b"8b1b2a53"),), "no id of the form that its serializer writes"),
        ("confluent", framed(9, ORDER, A1), (), "schema 9 is unknown"),
        ("confluent", framed(BIG_ID, ORDER, A1) + b"x", (), f"schema {BIG_ID}: 1 bytes are left over"),
        ("glue", glue(zlib.compress(bytes(5000)), 5), (), "inflates to more than 1000 bytes"),
        ("glue", glue(BARE + b"x"), (), f"schema with AWS Glue's version id {UUID}: 1 bytes are left over"),
    ],
)
def test_what_is_undecodable_says_why(registry: TypeName, value: bytes, headers: Headers, said: str) -> None:
    with pytest.raises(Undecodable, match=said):
        decoder(registry).decode(value, headers)


@pytest.mark.parametrize("headers", [(), HEADER])
def test_a_schema_that_is_not_here_yet_is_no_fault_of_the_record(headers: Headers) -> None:
    """Nor is it read by the other schema that it seems to name before that one is known too."""
    with pytest.raises(SchemaPending):
        decoder().decode(framed(PENDING, ORDER, A1), headers)


def test_a_reader_schema_applies_to_the_records_that_it_knows() -> None:
    reader = record("com.shop.Order")
    reader["fields"].append({"name": "total", "type": "int", "default": 0})
    resolving = RegistryDecoder(Schemas(), ReaderSchemas([ReaderSchema(parse(text(reader)))]))
    assert resolving.decode(framed(BIG_ID, ORDER, A1)).value == {"total": 0}
    assert resolving.decode(BARE, HEADER).value == {"total": 0}
