"""purchase: an order, with what Bluecore needs to attribute its revenue."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from consumer.records import Reason
from tests.mapping.support import EMAIL, Row, map_one, refuses, route, sends

MISSING, INVALID = Reason.MISSING_FIELD, Reason.INVALID_FIELD
ORDER: dict[str, Any] = {"email": EMAIL, "order_id": "O-1", "total": 19.8, "products": [{"id": "p1"}]}
SENT = {
    "distinct_id": EMAIL,
    "customer": {"email": EMAIL},
    "products": [{"id": "p1"}],
    "order_id": "O-1",
    "total": 19.8,
}
TWICE = [{"id": "p1", "quantity": 2, "price": 5}, {"id": "p2"}, {"id": "p1", "price": 4}]


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in ORDER.items() if key != name}


def products(count: int) -> list[dict[str, str]]:
    return [{"id": f"p{number}"} for number in range(count)]


@pytest.mark.parametrize(
    "row",
    [
        sends("order id, total and products", ORDER, SENT),
        sends(
            "RudderStack: the product of a flat record; its own id is no product's",
            {"email": EMAIL, "order_id": "O-1", "total": 19.8, "sku": "p1", "id": "row-3"},
            SENT,
        ),
        sends(
            "an order of another shape, by the route's paths",
            {"buyer": {"mail": EMAIL}, "id": "O-1", "sum": 19.8, "lines": [{"article": "p1", "shelf": "B7"}]},
            SENT,
            fields={
                "email": "buyer.mail",
                "order_id": "id",
                "total": "sum",
                "products": "lines",
                "products.id": "article",
            },
        ),
        sends(
            "what else the record knows of the profile goes along, and client and device",
            {**ORDER, "city": "Boston", "client": "5.1", "device": "mobile/iPad"},
            {**SENT, "customer": {"email": EMAIL, "city": "Boston"}, "client": "5.1", "device": "mobile/iPad"},
        ),
        sends(
            "a distinct_id that the route maps comes before the e-mail",
            {**ORDER, "account": "C-1"},
            {**SENT, "distinct_id": "C-1"},
            fields={"distinct_id": "account"},
        ),
        sends("nothing was paid", {**ORDER, "total": 0}, {**SENT, "total": 0}),
        sends("an order id may be a number", {**ORDER, "order_id": 77}, {**SENT, "order_id": "77"}),
        sends(
            "a total in text, where the route says so",
            {**ORDER, "sum": " 19.80 "},
            SENT,
            fields={"total": {"path": "sum", "as": "number"}},
        ),
        refuses("RudderStack: no purchase without order id", without("order_id"), MISSING, "order_id"),
        refuses("RudderStack: no purchase without total", without("total"), MISSING, "total"),
        refuses("RudderStack: no purchase without products", without("products"), MISSING, "products"),
        refuses("Bluecore: the customer has at least an email", without("email"), MISSING, "email"),
        refuses("an e-mail that is none", {**ORDER, "email": "jane"}, INVALID, "email"),
        refuses("a blank order id is none", {**ORDER, "order_id": " "}, MISSING, "order_id"),
        refuses("a product without id", {**ORDER, "products": [{"name": "Shoe"}]}, MISSING, "products[0].id"),
        refuses("a total is a number", {**ORDER, "total": "19.80"}, INVALID, "total"),
        refuses("a finite one", {**ORDER, "total": Decimal("NaN")}, INVALID, "total"),
        refuses("and no boolean", {**ORDER, "total": True}, INVALID, "total"),
        sends(
            "Bluecore, Purchase Events: 30 products",
            {**ORDER, "products": products(30)},
            {**SENT, "products": products(30)},
        ),
        refuses("Bluecore, Purchase Events: at most 30", {**ORDER, "products": products(31)}, INVALID, "products"),
        sends(
            "those beyond are dropped where the route says so",
            {**ORDER, "products": products(31)},
            {**SENT, "products": products(30)},
            surplus_products="drop",
        ),
        refuses("Bluecore, Purchase Events: each id once", {**ORDER, "products": TWICE}, INVALID, "products"),
        sends(
            "repeated ids are merged where the route says so, and their quantities added",
            {**ORDER, "products": TWICE},
            {**SENT, "products": [{"id": "p1", "quantity": 3, "price": 5}, {"id": "p2"}]},
            repeated_products="merge",
        ),
        refuses(
            "a quantity that cannot be added",
            {**ORDER, "products": [{"id": "p1", "quantity": "two"}, {"id": "p1"}]},
            INVALID,
            "products",
            repeated_products="merge",
        ),
    ],
)
def test_purchase(row: Row) -> None:
    row.holds_for("purchase")


def test_a_decimal_total_reaches_bluecore_digit_by_digit() -> None:
    outcome = map_one(route("purchase"), {**ORDER, "total": Decimal("123456789012345678.90")})
    assert b'"total":123456789012345678.90' in outcome.requests[0].body  # type: ignore[union-attr]  # it is sent
