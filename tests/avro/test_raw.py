"""Raw Avro is decoded with the one schema of the configuration."""

from __future__ import annotations

import pytest

from consumer.avro.decoding import Decoded
from consumer.avro.errors import Undecodable
from consumer.avro.raw import RawDecoder
from consumer.avro.schema import parse
from tests.avro.support import body, record, text

ORDER = record("com.shop.Order", id="string")


def test_the_whole_value_is_the_record() -> None:
    decoder = RawDecoder(parse(text(ORDER)))
    assert decoder.decode(body(ORDER, {"id": "A1"})) == Decoded("com.shop.Order", {"id": "A1"}, None)


def test_a_value_of_another_format_is_undecodable() -> None:
    with pytest.raises(Undecodable, match="left over"):
        RawDecoder(parse(text(ORDER))).decode(b"\x00\x00\x00\x00\x01" + body(ORDER, {"id": "A1"}))
