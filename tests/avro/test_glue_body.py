"""The body of AWS Glue's wire format comes deflated or not, and never larger than a record may be."""

from __future__ import annotations

import tracemalloc
import zlib

import pytest

from consumer.avro.errors import Undecodable
from consumer.avro.glue_body import with_plain_body
from consumer.avro.naming import GLUE_PREFIX

UUID = bytes(range(16))
BODY = b"\x06abc" * 20


def framed(compression: int, body: bytes) -> bytes:
    return bytes((3, compression)) + UUID + body


def test_a_plain_body_is_left_as_it_is() -> None:
    assert with_plain_body(framed(0, BODY), 10) == framed(0, BODY)


def test_a_deflated_body_is_inflated_behind_its_prefix() -> None:
    assert with_plain_body(framed(5, zlib.compress(BODY)), len(BODY))[GLUE_PREFIX:] == BODY


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (framed(5, zlib.compress(BODY)), f"more than {len(BODY) - 1} bytes, which delivery.max_record_bytes allows"),
        (framed(5, b"no stream"), "is no zlib stream"),
        (framed(5, zlib.compress(b"a")[:-1]), "ends too soon"),
        (framed(5, zlib.compress(b"a") + b"xy"), "2 bytes are left over after the zlib stream"),
        (framed(6, BODY), "no compression 0x06"),
    ],
)
def test_what_is_no_such_body_is_refused(value: bytes, said: str) -> None:
    with pytest.raises(Undecodable, match=said):
        with_plain_body(value, len(BODY) - 1)


def test_a_bomb_is_not_inflated_beyond_the_limit() -> None:
    """60 KB that would become 60 MB: no more memory is taken than a record may have."""
    bomb = framed(5, zlib.compress(bytes(60 << 20)))
    tracemalloc.start()
    with pytest.raises(Undecodable, match="inflates to more than"):
        with_plain_body(bomb, 1 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20
