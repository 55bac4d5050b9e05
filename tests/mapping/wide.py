"""A record of 80 fields of which a route reads eight, and its translation with and without the other 72."""

from __future__ import annotations

import json
from typing import Any

from consumer.avro.decoding import Decoded
from consumer.avro.raw import RawDecoder
from consumer.avro.schema import parse
from consumer.mapping.router import compile_routes
from consumer.mapping.translate import Translator
from consumer.records import Headers
from tests.avro.support import body, record
from tests.mapping.support import TOKEN, route

_SPARE: tuple[tuple[Any, Any], ...] = (
    ("string", "some text of this row"),
    (["null", "string"], "a remark"),
    ("long", 1234567),
    (["null", "long"], None),
    ("double", 3.5),
    ("boolean", True),
    ({"type": "long", "logicalType": "timestamp-millis"}, 1764422055123),
    (["null", {"type": "int", "logicalType": "date"}], 20421),
    ({"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}, b"\x07\xcf"),
    (["null", "string"], "a longer remark, as they are found in such rows now and then, of more than 64 letters"),
)
_READ = ("email", "first_name", "last_name", "city", "tier", "shop", "language", "segment")


def _fields() -> dict[str, tuple[Any, Any]]:
    fields: dict[str, tuple[Any, Any]] = {}
    for number in range(72):
        if number % 9 == 0:
            fields[_READ[number // 9]] = ("string", "jane@example.com")
        fields[f"spare_{number}"] = _SPARE[number % len(_SPARE)]
    return fields


def _plain(avro: Any) -> Any:
    """Without logical types: values are given as they are written."""
    if isinstance(avro, list):
        return [_plain(each) for each in avro]
    return avro["type"] if isinstance(avro, dict) else avro


class Whole:
    """A decoder that always reads all."""

    def __init__(self, decoder: RawDecoder) -> None:
        self._decoder = decoder

    def decode(self, value: bytes, headers: Headers = ()) -> Decoded:
        return self._decoder.decode(value, headers)


def wide() -> tuple[bytes, Translator, Translator]:
    """The record's bytes, what translates it, and what does so after reading all of it."""
    fields = _fields()
    written = record("Row", **{name: _plain(avro) for name, (avro, _) in fields.items()})
    data = body(written, {name: value for name, (_, value) in fields.items()})
    decoder = RawDecoder(parse(json.dumps(record("Row", **{name: avro for name, (avro, _) in fields.items()}))))
    attributes = {name: name for name in _READ[4:]}
    router = compile_routes([route("customer_patch", attributes=attributes)], token=TOKEN)
    return data, Translator(router, lambda _: decoder), Translator(router, lambda _: Whole(decoder))
