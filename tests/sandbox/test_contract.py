"""The contract of the Events API, rule by rule."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.sandbox.contract import CONTRACTS, SILENT, Rule, violations
from tests.sandbox.samples import JANE, LAMP, MUG, VISITOR, event, one_of_each, profile

CUSTOMER = profile()
PURCHASE: dict[str, Any] = {"customer": CUSTOMER, "products": [MUG], "order_id": "A-1", "total": 29.0}


def broken(document: object) -> list[tuple[str, Rule]]:
    return [(found.field, found.rule) for found in violations(document)]


def silently_broken(document: object, *linked: str) -> list[tuple[str, Rule]]:
    return [(found.field, found.rule) for found in violations(document, strict=True, linked=set(linked))]


def without(name: str, **properties: Any) -> dict[str, Any]:
    properties.pop(name)
    return properties


def test_the_samples_cover_all_ten_event_types() -> None:
    assert {sample["event"] for sample in one_of_each()} == set(CONTRACTS)


@pytest.mark.parametrize("document", one_of_each(), ids=lambda document: str(document["event"]))
def test_a_right_event_of_each_type_is_accepted_strictly_too(document: dict[str, Any]) -> None:
    assert silently_broken(document, VISITOR) == []


@pytest.mark.parametrize("document", [None, [], "text", 7, True])
def test_the_body_is_one_json_object(document: object) -> None:
    assert broken(document) == [("", Rule.ENVELOPE)]


def test_every_fault_of_an_event_is_named() -> None:
    document = {"event": "purchase", "properties": {"customer": {"email": "jane@"}, "products": [{}]}}
    assert broken(document) == [
        ("properties.token", Rule.TOKEN),
        ("properties.distinct_id", Rule.DISTINCT_ID),
        ("properties.customer.email", Rule.EMAIL),
        ("properties.products[0].id", Rule.PRODUCTS),
        ("properties.order_id", Rule.ORDER_ID),
        ("properties.total", Rule.TOTAL),
    ]


def test_an_event_has_a_name_and_properties() -> None:
    assert broken({}) == [("event", Rule.ENVELOPE), ("properties", Rule.ENVELOPE)]
    assert broken({"event": "", "properties": []}) == [("event", Rule.ENVELOPE), ("properties", Rule.ENVELOPE)]


@pytest.mark.parametrize("name", [name for name, contract in CONTRACTS.items() if contract.customer])
def test_events_about_a_person_need_the_customers_email(name: str) -> None:
    properties = {**PURCHASE, "customer": {"first_name": "Jane"}}
    assert broken(event(name, **properties)) == [("properties.customer.email", Rule.CUSTOMER)]
    assert broken(event(name, **without("customer", **PURCHASE))) == [("properties.customer", Rule.CUSTOMER)]


@pytest.mark.parametrize("name", ["viewed_product", "add_to_cart", "remove_from_cart", "wishlist", "purchase"])
@pytest.mark.parametrize("products", [None, [], {}, "MUG-01"])
def test_commerce_events_need_a_list_of_products(name: str, products: object) -> None:
    assert broken(event(name, **{**PURCHASE, "products": products})) == [("properties.products", Rule.PRODUCTS)]


@pytest.mark.parametrize("product", [{}, {"name": "Mug"}, {"id": ""}, {"id": None}, {"id": True}])
def test_a_product_is_known_by_its_id(product: dict[str, Any]) -> None:
    assert broken(event("wishlist", products=[MUG, product])) == [("properties.products[1].id", Rule.PRODUCTS)]


def test_add_to_cart_takes_a_single_product() -> None:
    assert broken(event("add_to_cart", products=[MUG, LAMP])) == [("properties.products", Rule.ONE_PRODUCT)]
    assert broken(event("remove_from_cart", products=[MUG, LAMP])) == []


def test_a_purchase_takes_at_most_thirty_products_each_once() -> None:
    thirty = [{"id": f"P-{number}"} for number in range(30)]
    assert broken(event("purchase", **{**PURCHASE, "products": thirty})) == []
    for products in ([*thirty, {"id": "P-30"}], [MUG, MUG]):
        document = event("purchase", **{**PURCHASE, "products": products})
        assert broken(document) == [("properties.products", Rule.PURCHASE_PRODUCTS)]


@pytest.mark.parametrize("total", [None, "29.00", True, [29]])
def test_the_total_of_a_purchase_is_a_number(total: object) -> None:
    assert broken(event("purchase", **{**PURCHASE, "total": total})) == [("properties.total", Rule.TOTAL)]


def test_a_purchase_needs_its_order_id() -> None:
    assert broken(event("purchase", **without("order_id", **PURCHASE))) == [("properties.order_id", Rule.ORDER_ID)]


@pytest.mark.parametrize("term", [None, "", "  ", 7])
def test_a_search_needs_its_term(term: object) -> None:
    assert broken(event("search", search_term=term)) == [("properties.search_term", Rule.SEARCH_TERM)]


def test_of_a_custom_event_only_the_envelope_is_known() -> None:
    assert broken(event("store_visit", products="any", colour="blue")) == []


@pytest.mark.parametrize("address", ["jane", "jane@", "@example.com", "jane@example", "a b@example.com", 7])
def test_an_email_is_one(address: object) -> None:
    assert broken(event("optin", customer={"email": address})) == [("properties.customer.email", Rule.EMAIL)]


@pytest.mark.parametrize("name", ["First_Name", "first-name", "first name"])
def test_attributes_that_bluecore_ignores_are_refused_only_strictly(name: str) -> None:
    document = event("customer_patch", customer=profile(**{name: "Jane"}))
    assert broken(document) == []
    assert silently_broken(document) == [(f"properties.customer.{name}", Rule.ATTRIBUTE_NAME)]


@pytest.mark.parametrize("value", ["true", "False"])
def test_a_boolean_in_quotes_is_refused_only_strictly(value: str) -> None:
    document = event("customer_patch", customer=profile(vip=value))
    assert broken(document) == []
    assert silently_broken(document) == [("properties.customer.vip", Rule.ATTRIBUTE_BOOLEAN)]


def test_an_id_that_no_identify_has_linked_is_refused_only_strictly() -> None:
    document = event("viewed_product", VISITOR, products=[MUG])
    assert broken(document) == []
    assert silently_broken(document) == [("properties.distinct_id", Rule.UNLINKED_ID)]
    assert silently_broken(document, VISITOR) == []


def test_identify_links_an_id_and_never_the_email() -> None:
    assert silently_broken(event("identify", JANE, customer=CUSTOMER)) == [
        ("properties.distinct_id", Rule.IDENTIFY_ID)
    ]


def test_phone_numbers_carry_their_country() -> None:
    assert silently_broken(event("optin", customer=profile(phone="+14155550100"))) == []
    for phone in ("(415) 555-0100", 4155550100):
        document = event("optin", customer=profile(phone=phone))
        assert silently_broken(document) == [("properties.customer.phone", Rule.PHONE)]


def test_what_is_silent_says_so() -> None:
    document = event("customer_patch", customer=profile(VIP="true"))
    assert {found.rule for found in violations(document, strict=True) if found.silent} == {
        Rule.ATTRIBUTE_NAME,
        Rule.ATTRIBUTE_BOOLEAN,
    }
    assert Rule.EMAIL not in SILENT
