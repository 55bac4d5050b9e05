"""What nobody looks at is read without its meaning; the rest keeps it."""

from __future__ import annotations

import json
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from consumer.avro.decoding import Reading
from consumer.avro.plain import plain_but_for
from consumer.avro.schema import parse
from tests.avro.support import body, record

AMOUNT = {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}
DAY = {"type": "int", "logicalType": "date"}
ITEM = record("Item", price=AMOUNT)


def plainly(schema: Any, value: Any, *names: str) -> dict[str, Any]:
    """What is decoded for who looks at these fields alone."""
    return Reading(fields=frozenset(names)).record(BytesIO(body(schema, value)), parse(json.dumps(schema))).value


def test_what_is_looked_at_keeps_its_meaning_and_the_rest_is_as_it_was_written() -> None:
    schema = record("R", total=AMOUNT, rebate=AMOUNT)
    assert plainly(schema, {"total": Decimal("1.50"), "rebate": Decimal("0.50")}, "total") == {
        "total": Decimal("1.50"),
        "rebate": bytes([50]),
    }


@pytest.mark.parametrize(
    ("avro", "value", "plain"),
    [
        pytest.param(["null", AMOUNT], Decimal("0.50"), bytes([50]), id="union"),
        pytest.param({"type": "array", "items": DAY}, [7], [7], id="array"),
        pytest.param({"type": "map", "values": ["null", DAY]}, {"a": 7}, {"a": 7}, id="map"),
        pytest.param(record("Inner", day=DAY), {"day": 7}, {"day": 7}, id="record"),
        pytest.param("float", 0.1, 0.10000000149011612, id="float"),
    ],
)
def test_however_deep_it_lies(avro: Any, value: Any, plain: Any) -> None:
    assert plainly(record("R", total=AMOUNT, spare=avro), {"total": Decimal(1), "spare": value}, "total") == {
        "total": Decimal(1),
        "spare": plain,
    }


def test_a_type_that_is_looked_at_elsewhere_keeps_its_meaning_there() -> None:
    """It is defined where nobody looks, and used by its name where somebody does."""
    items: Any = {"type": "array", "items": "Item"}
    schema = record("R", spare=ITEM, products=items)
    value = {"spare": {"price": Decimal("0.50")}, "products": [{"price": Decimal("1.50")}]}
    assert plainly(schema, value, "products")["products"] == [{"price": Decimal("1.50")}]


def test_the_schema_itself_is_left_as_it_is() -> None:
    schema = record("R", spare=record("Inner", day=DAY))
    before = json.dumps(schema)
    plain_but_for(schema, frozenset())
    assert json.dumps(schema) == before
