"""What Bluecore refuses, rule by rule."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.sandbox.contract.checks import check_event
from consumer.sandbox.contract.rules import CONTRACTS, Rule
from tests.sandbox.samples import LAMP, MUG, VISITOR, event, one_of_each, profile

CUSTOMER = profile()
PURCHASE: dict[str, Any] = {"customer": CUSTOMER, "products": [MUG], "order_id": "A-1", "total": 29.0}


def broken(document: object) -> list[tuple[str, Rule]]:
    return [(found.field, found.rule) for found in check_event(document)]


def without(name: str, **properties: Any) -> dict[str, Any]:
    properties.pop(name)
    return properties


def test_the_samples_cover_all_ten_event_types() -> None:
    assert {sample["event"] for sample in one_of_each()} == set(CONTRACTS)


@pytest.mark.parametrize("document", one_of_each(), ids=lambda document: str(document["event"]))
def test_a_right_event_of_each_type_is_accepted_strictly_too(document: dict[str, Any]) -> None:
    assert check_event(document, strict=True, linked={VISITOR}) == []


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


def test_products_without_an_id_are_not_taken_for_the_same_product() -> None:
    document = event("purchase", **{**PURCHASE, "products": [{"name": "Mug"}, {"name": "Lamp"}]})
    assert broken(document) == [(f"properties.products[{index}].id", Rule.PRODUCTS) for index in (0, 1)]


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


def test_of_a_hopeless_document_the_first_hundred_faults_are_told() -> None:
    """So that what is answered and remembered does not grow with what was sent."""
    document = event("wishlist", products=[{} for _ in range(5_000)])
    assert [field for field, _ in broken(document)][-1] == "properties.products[99].id"
    assert len(broken(document)) == 100


def test_what_bluecore_refuses_is_told_before_what_it_swallows() -> None:
    swallowed = {f"A{number}": "x" for number in range(200)}
    found = check_event(event("optin", customer={"email": "jane@", **swallowed}), strict=True)
    assert (found[0].rule, found[1].rule) == (Rule.EMAIL, Rule.ATTRIBUTE_NAME)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], "The body must be one JSON object with event and properties."),
        (event(""), "The name of the event is missing."),
        ({"event": "search"}, "What the event is about is missing: properties, a JSON object."),
        (
            {"event": "visit", "properties": {"distinct_id": "jane"}},
            "The namespace of the Bluecore account is missing.",
        ),
        (event("visit", ""), "Nothing says which customer this is about."),
        (event("optin"), "The customer is missing: an object with at least email."),
        (event("optin", customer={}), "The customer's e-mail is missing."),
        (event("optin", customer=profile("jane")), "This is not an e-mail address."),
        (event("wishlist"), "The products are missing: a list of objects, each with an id."),
        (event("wishlist", products=[7]), "A product must be an object with an id."),
        (event("wishlist", products=[{}]), "The product's id is missing."),
        (event("add_to_cart", products=[MUG, LAMP]), "add_to_cart takes at most 1 product, not 2."),
        (
            event("purchase", **PURCHASE | {"products": [{"id": number} for number in range(31)]}),
            "purchase takes at most 30 products, not 31.",
        ),
        (
            event("purchase", **PURCHASE | {"products": [MUG, MUG]}),
            "A purchase names each product once; one is repeated.",
        ),
        (event("search"), "What was searched for is missing."),
        (
            event("purchase", **PURCHASE | {"order_id": None}),
            "The order's number is missing: Bluecore would invent one, and lose the attribution.",
        ),
        (event("purchase", **PURCHASE | {"total": "29"}), "The order's total is missing, or is not a number."),
    ],
)
def test_each_refusal_says_why_in_a_sentence(document: object, sentence: str) -> None:
    assert [found.message for found in check_event(document)] == [sentence]
