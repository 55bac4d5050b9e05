"""A dirty optional field costs itself: the event goes without it, and says so. A required one costs the event."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from consumer.mapping.router import compile_routes
from consumer.records import Mapped, Reason, Reject, Send
from tests.mapping.support import EMAIL, NOW_MS, TOKEN, documents, map_one, route


def omitted(outcome: Mapped) -> list[str]:
    assert isinstance(outcome, Send), outcome
    return [each.field for each in outcome.omitted]


def labels(outcome: Mapped) -> list[str]:
    assert isinstance(outcome, Send), outcome
    return [each.label for each in outcome.omitted]


def properties(outcome: Mapped) -> dict[str, Any]:
    (document,) = documents(outcome)
    found: dict[str, Any] = document["properties"]
    return found


@pytest.mark.parametrize("value", ["n/a", "12", 1.5, True, [], {"number": "+1"}])
def test_a_phone_that_is_none(value: object) -> None:
    outcome = map_one(route("customer_patch", phone_region="US"), {"email": EMAIL, "city": "Boston", "phone": value})
    assert properties(outcome)["customer"] == {"email": EMAIL, "city": "Boston"}
    assert omitted(outcome) == ["phone"]


@pytest.mark.parametrize(
    ("convert", "value"),
    [
        ("date", "0000-00-00"),
        ("date", "2026-02-30"),
        ("datetime", "yesterday"),
        ("boolean", "maybe"),
        ("boolean", 2),
        ("integer", "3.5"),
        ("number", "1,50"),
        ("string", [1]),
    ],
)
def test_an_attribute_that_its_conversion_does_not_take(convert: str, value: object) -> None:
    attributes = {"it": {"path": "it", "as": convert}, "tier": "tier"}
    outcome = map_one(route("customer_patch", attributes=attributes), {"email": EMAIL, "it": value, "tier": "gold"})
    assert properties(outcome)["customer"] == {"email": EMAIL, "tier": "gold"}
    assert omitted(outcome) == ["it"]


def test_it_is_told_with_the_event_the_rule_and_the_path_and_without_the_value() -> None:
    mapped = route("optin", attributes={"vip": {"path": "buyer.vip", "as": "boolean"}})
    outcome = map_one(mapped, {"email": EMAIL, "buyer": {"vip": "perhaps"}})
    assert isinstance(outcome, Send)
    (omission,) = outcome.omitted
    assert (omission.event, omission.field) == ("optin", "vip")
    assert omission.message == "vip: is no boolean (path buyer.vip)"


@pytest.mark.parametrize("value", ["", " ", "\t\n"])
@pytest.mark.parametrize("convert", [None, "string", "number", "integer", "boolean", "date", "datetime"])
def test_an_empty_text_is_a_missing_value_and_no_dirty_one(convert: str | None, value: str) -> None:
    source = "it" if convert is None else {"path": "it", "as": convert}
    fields = {"first_name": source, "phone": source}
    mapped = route("customer_patch", fields=fields, attributes={"it": source})
    outcome = map_one(mapped, {"email": EMAIL, "it": value})
    assert properties(outcome)["customer"] == {"email": EMAIL}
    assert omitted(outcome) == []


@pytest.mark.parametrize(
    ("event", "record", "field"),
    [
        ("customer_patch", {"email": ""}, "email"),
        ("search", {"email": EMAIL, "search_term": ""}, "search_term"),
        ("purchase", {"email": EMAIL, "products": [{"id": "a"}], "order_id": "", "total": 1}, "order_id"),
        ("purchase", {"email": EMAIL, "products": [{"id": "a"}], "order_id": "1", "total": ""}, "total"),
        ("purchase", {"email": EMAIL, "products": "", "order_id": "1", "total": 1}, "products"),
        ("purchase", {"email": EMAIL, "products": [{"id": ""}], "order_id": "1", "total": 1}, "products[0].id"),
    ],
)
def test_of_a_required_field_an_empty_text_is_missing_too(event: str, record: dict[str, Any], field: str) -> None:
    names = [name for name in record if name != "email"]
    for fields in ({}, {name: name for name in names}):
        outcome = map_one(route(event, fields=fields), record)
        assert isinstance(outcome, Reject)
        assert (outcome.reason, outcome.field) == (Reason.MISSING_FIELD, field)


class TestProducts:
    FIELDS = {"products": "lines", "products.id": "sku", "products.price": {"path": "price", "as": "number"}}  # noqa: RUF012 - of no instance

    def test_a_mapped_field_is_left_out_of_its_product(self) -> None:
        record = {"email": EMAIL, "lines": [{"sku": "a", "price": "1.50"}, {"sku": "b", "price": "n/a"}]}
        outcome = map_one(route("viewed_product", fields=self.FIELDS), record)
        assert properties(outcome)["products"] == [{"id": "a", "price": 1.5}, {"id": "b"}]
        assert omitted(outcome) == ["products[1].price"]
        assert labels(outcome) == ["products.price"]

    def test_what_rides_along_is_counted_under_one_name_as_the_keys_of_a_map_are_data(self) -> None:
        line = {"sku": "a", "weight": float("nan"), EMAIL: float("inf"), "colour": "red", "size": ""}
        outcome = map_one(route("viewed_product"), {"email": EMAIL, "products": [line]})
        assert properties(outcome)["products"] == [{"id": "a", "colour": "red"}]
        assert labels(outcome) == ["products.*", "products.*"]

    def test_of_a_single_product_at_the_top(self) -> None:
        fields = {"products.price": {"path": "price", "as": "number"}}
        outcome = map_one(route("wishlist", fields=fields), {"email": EMAIL, "sku": "a", "price": "free"})
        assert properties(outcome)["products"] == [{"id": "a"}]
        assert omitted(outcome) == ["products[0].price"]

    def test_an_id_costs_the_event(self) -> None:
        record = {"email": EMAIL, "lines": [{"sku": "a"}, {"sku": 1.5}]}
        outcome = map_one(route("viewed_product", fields=self.FIELDS), record)
        assert isinstance(outcome, Reject)
        assert (outcome.reason, outcome.field) == (Reason.INVALID_FIELD, "products[1].id")

    def test_an_unknown_quantity_adds_up_to_an_unknown_quantity(self) -> None:
        lines = [{"id": "a", "quantity": 2}, {"id": "a", "quantity": float("nan")}, {"id": "b", "quantity": 1}]
        record = {"email": EMAIL, "order_id": "1", "total": 3, "products": lines}
        outcome = map_one(route("purchase", repeated_products="merge"), record)
        assert properties(outcome)["products"] == [{"id": "a"}, {"id": "b", "quantity": 1}]


@pytest.mark.parametrize("email", ["n/a", "jane", 7, " jane@example.com"])
def test_an_e_mail_that_is_none_is_nobodys_whatever_id_stands_beside_it(email: object) -> None:
    outcome = map_one(route("search"), {"email": email, "user_id": "u1", "search_term": "x"})
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (Reason.INVALID_FIELD, "email")


def test_an_id_that_is_none_where_another_stands_in() -> None:
    outcome = map_one(route("search"), {"customer_id": 1.5, "device_id": "d1", "search_term": "x"})
    assert properties(outcome)["distinct_id"] == "d1"
    assert omitted(outcome) == ["customer_id"]


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({"email": "n/a"}, "email"),
        ({"user_id": 1.5}, "customer_id"),
        ({"email": "n/a", "user_id": 1.5, "device_id": ""}, "email"),
    ],
)
def test_without_another_id_it_refuses_the_event_as_it_is_the_one_needed(record: dict[str, Any], field: str) -> None:
    outcome = map_one(route("search"), {"search_term": "x", **record})
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (Reason.INVALID_FIELD, field)


def test_a_distinct_id_that_the_route_maps_is_no_optional_one() -> None:
    mapped = route("search", fields={"distinct_id": "account"})
    outcome = map_one(mapped, {"search_term": "x", "email": EMAIL, "account": 1.5})
    assert isinstance(outcome, Reject)
    assert outcome.field == "distinct_id"


@pytest.mark.parametrize("value", [2**64, "\ud800", {"in": [2**64]}, {"\ud800": 1}])
def test_what_only_the_writer_finds_out(value: object) -> None:
    mapped = route("purchase", attributes={"it": "it"}, fields={"client": "client"})
    lines = [{"id": "a", "name": "A"}, {"id": "b", "stock": value}]
    record = {"email": EMAIL, "order_id": "1", "total": 1, "it": value, "products": lines}
    outcome = map_one(mapped, record)
    assert properties(outcome)["customer"] == {"email": EMAIL}
    assert properties(outcome)["products"] == [{"id": "a", "name": "A"}, {"id": "b"}]
    assert omitted(outcome) == ["it", "products[1].stock"]


def test_one_field_that_is_read_twice_is_told_once() -> None:
    router = compile_routes([route("search", link_identities=True)], token=TOKEN)
    record = {"email": EMAIL, "search_term": "x", "user_id": 1.5, "device_id": "d1"}
    outcome = router.map("shop.events", None, record, None, NOW_MS, claim=lambda *_: True)
    assert omitted(outcome) == ["customer_id"]
    assert isinstance(outcome, Send)
    assert orjson.loads(outcome.requests[0].body)["properties"]["distinct_id"] == "d1"


def test_a_record_of_which_nothing_can_be_read_is_no_record_with_a_dirty_field() -> None:
    """What is told of one record has a bound, and so has what it costs."""
    fields = {"products": "lines", "products.id": "sku", "products.price": {"path": "price", "as": "number"}}
    lines = [{"sku": "a", "price": "n/a"}] * 1001
    mapped = route("viewed_product", fields=fields)
    assert len(omitted(map_one(mapped, {"email": EMAIL, "lines": lines[1:]}))) == 1000
    outcome = map_one(mapped, {"email": EMAIL, "lines": lines})
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (Reason.INVALID_FIELD, "products[1000].price")
