"""Debezium's placeholder of a column that did not change is no value."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from consumer.avro.schema import parse
from tests.avro.support import body, read_record, record, text

TEXT = "__debezium_unavailable_value"
CODES = list(TEXT.encode())
DAY = {"type": "int", "connect.name": "io.debezium.time.Date"}
UUID = {"type": "string", "connect.name": "io.debezium.data.Uuid"}
NAMED = "b68a35a7-17ad-35b3-af2a-ae46edb4545a"
"""Java's UUID.nameUUIDFromBytes of the text."""


@pytest.mark.parametrize(
    ("of", "value", "found"),
    [
        ("string", TEXT, None),
        (["null", "string"], TEXT, None),
        ("bytes", TEXT.encode(), None),
        ({"type": "array", "items": "string"}, [TEXT], None),
        ({"type": "array", "items": "bytes"}, [TEXT.encode()], None),
        ({"type": "map", "values": "string"}, {TEXT: TEXT}, None),
        (record("Row", note="string", id="int"), {"note": TEXT, "id": 7}, {"note": None, "id": 7}),
        ({"type": "array", "items": record("Row", note="string")}, [{"note": TEXT}], [{"note": None}]),
        ({"type": "array", "items": "int"}, CODES, None),
        ({"type": "array", "items": ["null", "int"]}, CODES, None),
        ({"type": "array", "items": ["long", "null"]}, CODES, None),
        ({"type": "array", "items": ["null", DAY]}, CODES, None),
        ({"type": "array", "items": ["null", UUID]}, [NAMED], None),
        (
            {"type": "map", "values": record("Row", days={"type": "array", "items": DAY})},
            {"a": {"days": CODES}},
            {"a": {"days": None}},
        ),
        ({"type": "array", "items": "int"}, [*CODES, 7], [*CODES, 7]),
        ({"type": "array", "items": "long"}, [95], [95]),
        ("string", NAMED, NAMED),
        ("string", f"about {TEXT}", f"about {TEXT}"),
    ],
)
def test_it_counts_as_missing_wherever_it_stands(of: Any, value: Any, found: Any) -> None:
    schema = record("R", before="double", field=of)
    data = body(schema, {"before": float("nan"), "field": value})
    assert read_record(BytesIO(data), parse(text(schema)), None)[1]["field"] == found
