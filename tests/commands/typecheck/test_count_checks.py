"""Cents, seconds and days since 1970 are no types: names and documentation say them, and what to write is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commands.typecheck.checked import check, said, version


def order(*fields: dict[str, Any]) -> Any:
    """An order whose other fields are beyond doubt."""
    email, number = {"name": "email", "type": "string"}, {"name": "order_id", "type": "string"}
    line = {"type": "record", "name": "Line", "fields": [{"name": "sku", "type": "string"}, *fields]}
    lines = {"name": "products", "type": {"type": "array", "items": line}}
    return version({"type": "record", "name": "Order", "fields": [email, number, lines, *fields]})


def lines_of(event: str, field: dict[str, Any], **keys: Any) -> list[str]:
    """But for what each product takes along."""
    return [line for line in said(check(event, [order(field)], **keys)) if "ride along" not in line]


CENTS = {"name": "totaalCenten", "type": "long"}


def test_an_amount_named_in_cents_is_told_with_the_expression_to_write() -> None:
    (line,) = lines_of("purchase", CENTS, fields={"total": "totaalCenten"})
    assert line == (
        "warning fields.total: its name, totaalCenten, says minor units such as cents, and it is sent as it is: "
        "write totaalCenten / `100`"
    )
    assert lines_of("purchase", CENTS, fields={"total": "totaalCenten / `100`"}) == []


def test_a_price_is_an_amount_too_and_an_attribute_may_be_meant_so() -> None:
    price = {"name": "cents", "type": "int"}
    found = lines_of("purchase", price, fields={"total": "cents / `100`", "products.price": "cents"})
    assert [line.partition(":")[0] for line in found] == ["warning fields.products.price"]
    (line,) = lines_of("customer_patch", price, attributes={"spent": "cents"})
    assert line.startswith("info attributes.spent: its name, cents, says minor units")


def test_the_documentation_of_an_amount_under_bluecores_own_name_counts() -> None:
    total = {"name": "total", "type": "long", "doc": "Order value in euro cents"}
    (line,) = lines_of("purchase", total)
    assert line.startswith("warning fields.total: the schema's documentation says minor units such as cents")


def test_a_text_that_becomes_a_number_may_be_cents_too() -> None:
    text = {"name": "total_pence", "type": "string"}
    found = lines_of("purchase", text, fields={"total": {"path": "total_pence", "as": "number"}})
    assert any("write total_pence / `100`" in line for line in found)


@pytest.mark.parametrize(
    ("field", "source", "write"),
    [
        (
            {"name": "created_at_s", "type": "long"},
            "created_at_s",
            "{path: created_at_s, as: datetime, unit: seconds}",
        ),
        (
            {"name": "seen", "type": "long", "doc": "seconds since 1970"},
            {"path": "seen", "as": "datetime"},
            "{path: seen, as: datetime, unit: seconds}",
        ),
        (
            {"name": "first_order", "type": "int", "doc": "days since 1970-01-01"},
            {"path": "first_order", "as": "string"},
            "{path: first_order, as: date, unit: days}",
        ),
    ],
)
def test_a_number_that_is_said_to_be_a_time_is_told_with_what_to_write(
    field: dict[str, Any], source: Any, write: str
) -> None:
    found = lines_of("customer_patch", field, attributes={"x": source})
    assert [line.startswith("warning attributes.x") and line.endswith(f"write {write}") for line in found].count(True)


def test_a_time_with_its_unit_and_a_timestamp_are_not_doubted() -> None:
    seconds = {"name": "created_at_s", "type": "long"}
    stamp = {"name": "created_at", "type": {"type": "long", "logicalType": "timestamp-millis"}}
    with_unit = {"path": "created_at_s", "as": "datetime", "unit": "seconds"}
    assert lines_of("customer_patch", seconds, attributes={"x": with_unit}) == []
    assert lines_of("customer_patch", stamp, attributes={"x": "created_at"}) == []


def test_a_number_that_is_only_named_like_a_time_is_an_info() -> None:
    (line,) = lines_of("customer_patch", {"name": "besteldatum", "type": "int"}, attributes={"x": "besteldatum"})
    assert line.startswith("info attributes.x: is a number, and named like a time: if it is one, say with `as: ")


def test_of_a_birthday_in_days_no_text_is_made() -> None:
    """`as: string` would send "9598"."""
    for field in ({"name": "geboren", "type": "int"}, {"name": "birthday", "type": "int"}):
        found = lines_of("customer_patch", field, fields={"birthday": field["name"]})
        assert any(line.endswith("say what it counts with `unit`, such as `unit: days`") for line in found)
        assert "as: string" not in str(found)


def test_an_id_named_like_a_time_is_an_id() -> None:
    field = {"name": "order_ts", "type": "long"}
    assert lines_of("purchase", field, fields={"order_id": "order_ts", "total": "order_ts"}) == []
