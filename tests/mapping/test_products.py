"""How many products one event takes, and what a route may do about the others."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import orjson
import pytest

from consumer.avro.unreadable import OUT_OF_RANGE, Unreadable
from consumer.records import Reason, Reject, Send
from tests.mapping.support import EMAIL, documents, map_one, route


def order(*products: dict[str, Any]) -> dict[str, Any]:
    return {"email": EMAIL, "order_id": "O-1", "total": 19.8, "products": list(products)}


def sent(record: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    (document,) = documents(map_one(route("purchase", **options), record))
    products: list[dict[str, Any]] = document["properties"]["products"]
    return products


def numbered(count: int) -> list[dict[str, Any]]:
    return [{"id": f"p{number}"} for number in range(count)]


def test_repeated_ids_are_merged_before_the_products_are_counted() -> None:
    """Bluecore, Purchase Events: at most 30 product ids. 31 lines of 30 ids are no surplus."""
    products = sent(order(*numbered(30), {"id": "p0"}), repeated_products="merge")
    assert products == [{"id": "p0", "quantity": 2}, *numbered(30)[1:]]


def test_what_is_beyond_is_dropped_after_the_merge_and_the_total_stays_whole() -> None:
    outcome = map_one(
        route("purchase", repeated_products="merge", surplus_products="drop"),
        order(*numbered(31), {"id": "p0"}),
    )
    (document,) = documents(outcome)
    assert [product["id"] for product in document["properties"]["products"]] == [f"p{n}" for n in range(30)]
    assert document["properties"]["total"] == 19.8


def test_a_surplus_is_refused_with_what_to_do() -> None:
    outcome = map_one(route("purchase"), order(*numbered(31)))
    assert isinstance(outcome, Reject)
    assert outcome.message == "products: purchase takes at most 30 ids; `surplus_products: drop` drops those beyond"


@pytest.mark.parametrize(
    ("quantities", "merged"),
    [
        ((2, 1), b"3"),
        ((Decimal("1.50"), Decimal("2.25")), b"3.75"),
        ((Decimal("1.50"), 1), b"2.50"),
        ((0.1, Decimal("0.2")), b"0.3"),
        ((0.5, 0.25), b"0.75"),
        ((None, Decimal("1.5")), b"2.5"),
        ((Decimal(123456789012345678901234567890), 1), b"123456789012345678901234567891"),
    ],
)
def test_quantities_of_every_kind_are_added(quantities: tuple[Any, Any], merged: bytes) -> None:
    record = order(*({"id": "p1", "quantity": quantity} for quantity in quantities))
    outcome = map_one(route("purchase", repeated_products="merge"), record)
    assert isinstance(outcome, Send)
    assert b'"quantity":' + merged + b"}" in outcome.requests[0].body


def test_quantities_in_text_are_added_where_the_route_converts_them() -> None:
    fields = {
        "products": "products",
        "products.id": "id",
        "products.quantity": {"path": "quantity", "as": "number"},
    }
    record = order({"id": "p1", "quantity": "2"}, {"id": "p1", "quantity": "1.5"})
    assert sent(record, fields=fields, repeated_products="merge") == [{"id": "p1", "quantity": 3.5}]


@pytest.mark.parametrize(
    ("quantities", "says"),
    [
        (("two", 1), "is no number"),
        ((True, 1), "is no number"),
        (({"n": 1}, 1), "is no number"),
        ((Decimal("9e100"), Decimal("9e100")), "has more than 100 digits"),
        ((1e308, 1e308), "is not a finite number"),
    ],
)
def test_quantities_that_cannot_be_added_refuse_the_purchase(quantities: tuple[Any, Any], says: str) -> None:
    record = order(*({"id": "p1", "quantity": quantity} for quantity in quantities))
    outcome = map_one(route("purchase", repeated_products="merge"), record)
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (Reason.INVALID_FIELD, "products")
    assert says in outcome.message


def test_a_product_that_is_split_keeps_what_rides_along() -> None:
    record = {"email": EMAIL, "products": [{"sku": "a", "price": Decimal("1.10")}, {"sku": "b"}]}
    outcome = map_one(route("add_to_cart", split_products=True), record)
    assert isinstance(outcome, Send)
    assert [orjson.loads(request.body)["properties"]["products"] for request in outcome.requests] == [
        [{"id": "a", "price": 1.1}],
        [{"id": "b"}],
    ]


def test_a_field_that_rides_along_is_named_when_json_has_no_form_for_it() -> None:
    record = order({"id": "p0"}, {"id": "p1", "weight": float("nan")})
    outcome = map_one(route("purchase", invalid_optional="refuse"), record)
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (Reason.INVALID_FIELD, "products[1].weight")


@pytest.mark.parametrize("option", ["omit", "refuse"])
@pytest.mark.parametrize("nested", [False, True])
def test_what_could_not_be_read_of_a_field_that_nobody_mapped_is_judged_like_any_optional_one(
    option: str,
    nested: bool,  # noqa: FBT001 - a table's column
) -> None:
    value: Any = {"from": [OUT_OF_RANGE]} if nested else OUT_OF_RANGE
    outcome = map_one(route("purchase", invalid_optional=option), order({"id": "p0", "on_sale": value}))
    if option == "omit":
        assert isinstance(outcome, Send)
        assert [each.field for each in outcome.omitted] == ["products[0].on_sale"]
    else:
        assert isinstance(outcome, Reject)
        assert (outcome.reason, outcome.field) == (Reason.INVALID_FIELD, "products[0].on_sale")


@pytest.mark.parametrize("option", ["omit", "refuse"])
def test_what_is_encrypted_and_nobody_mapped_refuses_nothing(option: str) -> None:
    hidden = Unreadable("is encrypted", encrypted=True)
    outcome = map_one(route("purchase", invalid_optional=option), order({"id": "p0", "note": hidden}))
    assert isinstance(outcome, Send)


def test_of_what_is_encrypted_in_part_the_rest_rides_along() -> None:
    hidden = Unreadable("is encrypted", encrypted=True)
    note = {"from": hidden, "to": "Jane", "lines": [hidden, {"text": "hello", "by": hidden}]}
    assert sent(order({"id": "p0", "note": note})) == [
        {"id": "p0", "note": {"to": "Jane", "lines": [{"text": "hello"}]}}
    ]


def test_an_empty_list_is_told_from_a_missing_one() -> None:
    empty, missing = (map_one(route("purchase"), record) for record in (order(), {"email": EMAIL}))
    assert isinstance(empty, Reject)
    assert isinstance(missing, Reject)
    assert (empty.reason, empty.field) == (missing.reason, missing.field) == (Reason.MISSING_FIELD, "products")
    assert empty.message == "products: the list is empty (looked for products)"
    assert missing.message == "products: missing (looked for products)"


def test_a_repeated_id_is_told_by_its_places() -> None:
    outcome = map_one(route("purchase"), order({"id": "p1"}, {"id": "p2"}, {"id": "p3"}, {"id": "p2"}))
    assert isinstance(outcome, Reject)
    assert outcome.message.startswith(
        "products: products[3] repeats the id of products[1]; `repeated_products: merge`"
    )


def test_a_record_that_would_become_too_much_in_all_is_refused() -> None:
    """Each of the events repeats the customer: 200 products and 100 KB of customer are 20 MB of requests."""
    record = {"email": EMAIL, "biography": "x" * 100_000, "products": numbered(200)}
    outcome = map_one(route("wishlist", split_products=True, attributes={"biography": "biography"}), record)
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.message) == (
        Reason.TOO_LARGE,
        "its 200 events have more than 8388608 bytes together",
    )


@pytest.mark.ratio
def test_the_first_repeated_id_among_many_is_found_in_linear_time() -> None:
    """A purchase of 40,000 lines that repeats an id at its end took 50 s."""

    def seconds(count: int) -> float:
        products = [*numbered(count), {"id": "p0"}]
        started = time.process_time()
        assert isinstance(map_one(route("purchase"), order(*products)), Reject)
        return time.process_time() - started

    seconds(1000)
    assert seconds(40_000) < 8 * seconds(10_000)
