"""What the values of a preview say, and no schema could."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.commands.preview.hints import Hints
from consumer.config.route import RouteConfig
from consumer.mapping.router import compile_routes
from tests.mapping.support import route

PURCHASE = {"order_id": "nr", "total": "totaal", "products.id": "artikel"}
RECORD = {"email": "jane@example.com", "nr": 1, "totaal": 12.5, "products": [{"artikel": "a"}]}


def hints(config: RouteConfig, *records: dict[str, Any]) -> list[str]:
    seen = Hints((config,), "shop.events")
    router = compile_routes([config], token="***")
    for record in records:
        seen.see(router.map("shop.events", None, RECORD | record, None, 0))
    return seen.sentences()


def purchases(*records: dict[str, Any], **fields: Any) -> list[str]:
    return hints(route("purchase", fields=PURCHASE | fields), *records)


def profiles(*values: Any, source: Any) -> list[str]:
    records = ({"x": value, "gezien_op": value} for value in values)
    return hints(route("customer_patch", attributes={"x": source}), *records)


def test_amounts_with_a_fraction_are_not_doubted() -> None:
    assert purchases({}, {"totaal": 90240}) == []
    assert purchases({"totaal": 12}) == []
    assert hints(route("purchase", fields=PURCHASE), {"nr": None}) == []


def test_large_whole_amounts_may_be_cents() -> None:
    assert purchases({"totaal": 90240}) == [
        "fields.total: the value is a whole number of 100 and more: if they are cents, write totaal / `100`"
    ]
    lines = [{"artikel": "a", "prijs": 4999}, {"artikel": "b", "prijs": 1299}]
    (said,) = purchases({"products": lines}, **{"products.price": "prijs"})
    assert said.startswith(
        "fields.products.price: all 2 values are whole numbers of 100 and more: if they are cents,"
    )
    assert said.endswith("write prijs / `100`")


def test_a_name_is_surer_than_values() -> None:
    (said,) = purchases({"centen": 50}, total="centen")
    assert said.startswith("fields.total: its name, centen, says minor units such as cents, and it is sent as it is")
    assert purchases({"centen": 90240}, total="centen / `100`") == []


def test_totals_below_zero_are_counted() -> None:
    assert purchases({"totaal": -5.5}, {}, {"totaal": -1.5}) == [
        "fields.total: 2 of 3 are below 0, as returns are: `when` leaves them out: totaal >= `0`"
    ]


@pytest.mark.parametrize(
    ("source", "value", "write"),
    [
        ("x", 1_700_000_000, "{path: x, as: datetime, unit: seconds}"),
        ("x", 1_700_000_000_000, "{path: x, as: datetime, unit: milliseconds}"),
        ("gezien_op", 1_700_000_000, "{path: gezien_op, as: datetime, unit: seconds}"),
        ({"path": "x", "as": "datetime"}, 1_700_000_000, "{path: x, as: datetime, unit: seconds}"),
        ("x", 42, None),
        ("x", 19_000, None),
        ("x", "1700000000", None),
        ({"path": "x", "as": "datetime", "unit": "seconds"}, 1_700_000_000, None),
        ({"path": "x", "as": "datetime"}, 1_700_000_000_000, None),
    ],
)
def test_numbers_that_may_be_times(source: Any, value: object, write: str | None) -> None:
    found = profiles(value, value, source=source)
    assert [said.rpartition("write ")[2] for said in found] == ([write] if write else [])


def test_days_are_told_of_what_is_named_like_a_day() -> None:
    config = route("customer_patch", attributes={"Last-Order": "besteldatum"})
    (said,) = hints(config, {"besteldatum": 19_000})
    assert said == (
        "attributes.last_order: its values may be days since 1970: if they are, write "
        "{path: besteldatum, as: date, unit: days}"
    )


def test_a_record_that_is_not_sent_says_nothing() -> None:
    assert purchases({"totaal": None}) == []
