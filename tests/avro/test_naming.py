"""A record names its schema before its body, or in a header; each form as its serializer writes it."""

from __future__ import annotations

import pytest

from consumer.avro.errors import Undecodable
from consumer.avro.naming import before_body, naming_headers
from consumer.avro.schema_ids import IdKind, NamedId, SchemaId
from consumer.records import Headers

GUID = "8b1b2a53-3a9c-4a0e-9d4e-0a4cf0e8f3a1"
UUID_BYTES = bytes.fromhex(GUID.replace("-", ""))
AZURE = "1b2c3d4e5f60718293a4b5c6d7e8f901"


def in_headers(headers: Headers, part: str = "value") -> list[tuple[SchemaId, int]]:
    return [(place.schema_id, place.at) for place in naming_headers(part).places(headers)]


@pytest.mark.parametrize(
    ("name", "content", "schema_id"),
    [
        ("__value_schema_id", b"\x01" + UUID_BYTES, NamedId(IdKind.GUID, GUID)),
        ("__value_schema_id", b"\x00\x00\x00\x01\x02", 0x0102),
        ("apicurio.value.globalId", (7).to_bytes(8, "big"), NamedId(IdKind.GLOBAL_ID, 7)),
        ("apicurio.value.contentId", (2**40).to_bytes(8, "big"), NamedId(IdKind.CONTENT_ID, 2**40)),
        ("content-type", f"avro/binary+{AZURE}".encode(), NamedId(IdKind.AZURE, AZURE)),
        ("contentType", f'"avro/binary+{AZURE}"'.encode(), NamedId(IdKind.AZURE, AZURE)),
    ],
)
def test_a_header_names_the_schema_of_a_bare_body(name: str, content: bytes, schema_id: SchemaId) -> None:
    assert in_headers((("traceparent", b"00-1"), (name, content))) == [(schema_id, 0)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("__value_schema_id", b"\x01" + UUID_BYTES[1:]),
        ("__value_schema_id", b"\x02" + UUID_BYTES),
        ("__value_schema_id", b"\x00\x01"),
        ("__value_schema_id", None),
        ("__key_schema_id", b"\x01" + UUID_BYTES),
        ("apicurio.value.globalId", b"7"),
        ("apicurio.key.globalId", (7).to_bytes(8, "big")),
        ("content-type", b"application/json"),
        ("content-type", b"avro/binary"),
        ("content-type", f"avro/binary+{AZURE}; charset=x".encode()),
    ],
)
def test_a_header_of_another_form_or_of_the_key_names_nothing(name: str, content: bytes | None) -> None:
    assert in_headers(((name, content),)) == []


def test_several_headers_name_several_each_once() -> None:
    first, second = ("__value_schema_id", b"\x00\x00\x00\x00\x01"), ("__value_schema_id", b"\x00\x00\x00\x00\x02")
    assert in_headers((first, second, first)) == [(1, 0), (2, 0)]


def test_the_key_has_headers_of_its_own() -> None:
    """Azure's header says the value's type: a key is not read by it."""
    headers = (
        ("__key_schema_id", b"\x00\x00\x00\x00\x01"),
        ("__value_schema_id", b"\x00\x00\x00\x00\x02"),
        ("content-type", f"avro/binary+{AZURE}".encode()),
    )
    assert in_headers(headers, "key") == [(1, 0)]


def test_avros_json_encoding_is_told() -> None:
    with pytest.raises(Undecodable, match=r"apicurio\.registry\.avro\.encoding=BINARY"):
        in_headers((("apicurio.value.encoding", b"JSON"), ("apicurio.value.globalId", bytes(7) + b"\x01")))


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (b"\x00\x01\x02\x03\x04body", [(0x01020304, 5)]),
        (b"\x00\x00\x00\x00\x01", [(1, 5)]),
        (
            b"\x00" + (7).to_bytes(8, "big") + b"body",
            [(NamedId(IdKind.CONTENT_ID, 7), 9), (NamedId(IdKind.GLOBAL_ID, 7), 9)],
        ),
        (b"\x03\x00" + UUID_BYTES + b"body", [(NamedId(IdKind.GLUE, GUID), 18)]),
        (b"\x03\x05" + UUID_BYTES, [(NamedId(IdKind.GLUE, GUID), 18)]),
        (b"\x03\x00" + UUID_BYTES[1:], []),
        (b"\x00\x00\x00\x01", []),
        (bytes(9), []),
        (b"\x02\x00\x00\x00\x01", []),
        (b"", []),
    ],
)
def test_the_first_bytes_may_name_one(value: bytes, named: list[tuple[SchemaId, int]]) -> None:
    """A legacy id of 8 bytes does not say which of Apicurio's two kinds it is."""
    assert [(place.schema_id, place.at) for place in before_body(value)] == named
