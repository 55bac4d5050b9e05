"""What Bluecore accepts and then ignores or misreads: only `strict` tells of it."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.sandbox.contract.checks import check_event
from consumer.sandbox.contract.rules import SILENT, Rule
from tests.sandbox.samples import JANE, MUG, VISITOR, event, profile

CUSTOMER = profile()


def refused(document: object) -> list[tuple[str, Rule]]:
    return [(found.field, found.rule) for found in check_event(document)]


def swallowed(document: object, *linked: str) -> list[tuple[str, Rule]]:
    return [(found.field, found.rule) for found in check_event(document, strict=True, linked=set(linked))]


def places(name: str, value: Any) -> list[tuple[str, dict[str, Any]]]:
    """Everywhere that an attribute of somebody's own can stand, and an event that has it there."""
    own = {name: value}
    return [
        ("properties.customer.", event("customer_patch", customer=profile(**own))),
        ("properties.", event("store_visit", **own)),
        ("properties.products[1].", event("wishlist", products=[MUG, {"id": "LAMP-7", **own}])),
        ("properties.customer.home.", event("customer_patch", customer=profile(home=own))),
        ("properties.visits[0].", event("store_visit", visits=[own])),
    ]


@pytest.mark.parametrize("name", ["First_Name", "first-name", "first name", "größe", ""])
def test_a_name_that_bluecore_ignores_is_told_wherever_it_stands(name: str) -> None:
    for place, document in places(name, "Jane"):
        assert refused(document) == []
        assert [each for each in swallowed(document) if each[1] is not Rule.FIELD_TYPE] == [
            (place + name, Rule.ATTRIBUTE_NAME)
        ]


@pytest.mark.parametrize("value", ["true", "False", "TRUE"])
def test_a_boolean_in_quotes_is_told_wherever_it_stands(value: str) -> None:
    for place, document in places("vip", value):
        assert refused(document) == []
        assert (place + "vip", Rule.ATTRIBUTE_BOOLEAN) in swallowed(document)


@pytest.mark.parametrize("value", [True, False, "yes", "truest", 1, None])
def test_other_values_are_no_boolean_in_quotes(value: object) -> None:
    for _, document in places("vip", value):
        assert not [field for field, rule in swallowed(document) if rule is Rule.ATTRIBUTE_BOOLEAN]


def test_a_word_is_a_word_where_bluecore_expects_one() -> None:
    searched = event("search", search_term="true", device="false")
    named = event("wishlist", products=[{"id": "true", "name": "True"}])
    thai = event("customer_patch", customer=profile(last_name="True"))
    assert [swallowed(document) for document in (searched, named, thai)] == [[], [], []]


def test_an_id_that_no_identify_has_linked_is_told() -> None:
    document = event("viewed_product", VISITOR, products=[MUG])
    assert refused(document) == []
    assert swallowed(document) == [("properties.distinct_id", Rule.UNLINKED_ID)]
    assert swallowed(document, VISITOR) == []


def test_an_email_in_customer_links_nothing_but_in_an_identify() -> None:
    document = event("optin", VISITOR, customer=CUSTOMER)
    assert swallowed(document) == [("properties.distinct_id", Rule.UNLINKED_ID)]
    assert swallowed(event("identify", VISITOR, customer=CUSTOMER)) == []


def test_identify_links_an_id_and_never_the_email() -> None:
    assert swallowed(event("identify", JANE, customer=CUSTOMER)) == [("properties.distinct_id", Rule.IDENTIFY_ID)]


@pytest.mark.parametrize("value", [7, True, ["Jane"], {"of": "Jane"}])
@pytest.mark.parametrize("name", ["first_name", "zip", "birthday"])
def test_a_default_attribute_is_text(name: str, value: object) -> None:
    document = event("customer_patch", customer=profile(JANE, **{name: value}))
    assert refused(document) == []
    assert swallowed(document) == [(f"properties.customer.{name}", Rule.FIELD_TYPE)]


@pytest.mark.parametrize("value", [["a"], {"a": 1}, []])
def test_an_attribute_is_a_single_value(value: object) -> None:
    document = event("customer_patch", customer=profile(tags=value))
    assert swallowed(document) == [("properties.customer.tags", Rule.FIELD_TYPE)]
    assert swallowed(event("customer_patch", customer=profile(tags="a", n=1, vip=True, zip=None, none=None))) == []


@pytest.mark.parametrize(
    ("name", "value"), [("price", "12.50"), ("price", True), ("quantity", "2"), ("quantity", [2]), ("name", 7)]
)
def test_a_products_fields_are_of_the_kind_that_is_documented(name: str, value: object) -> None:
    document = event("wishlist", products=[MUG, {"id": "LAMP-7", name: value}])
    assert refused(document) == []
    assert swallowed(document) == [(f"properties.products[1].{name}", Rule.FIELD_TYPE)]
    assert swallowed(event("wishlist", products=[{"id": "LAMP-7", name: None}])) == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Weird Event", "lower case with underscores: Bluecore has none like this."),
        ("1st_visit", "lower case with underscores: Bluecore has none like this."),
        ("Add To Cart", "none like this. Did you mean add_to_cart?"),
        ("Purchase", "none like this. Did you mean purchase?"),
        ("purchse", "no event type of this name. Did you mean purchase?"),
        ("opt_in", "no event type of this name. Did you mean optin?"),
    ],
)
def test_an_event_name_that_is_surely_a_slip_is_told(name: str, hint: str) -> None:
    document = event(name)
    assert refused(document) == []
    [found] = check_event(document, strict=True)
    assert (found.field, found.rule) == ("event", Rule.EVENT_NAME)
    assert found.message.endswith(hint)


@pytest.mark.parametrize("name", ["store_visit", "viewed_cart", "remove_from_wishlist", "viewed_content", "x" * 99])
def test_other_custom_names_are_legal(name: str) -> None:
    """Among them those that only Bluecore's website integration knows."""
    assert swallowed(event(name)) == []


def test_phone_numbers_carry_their_country() -> None:
    assert swallowed(event("optin", customer=profile(phone="+14155550100"))) == []
    for phone in ("(415) 555-0100", 4155550100, "+١٤١٥٥٥٥٠١٠٠"):
        document = event("optin", customer=profile(phone=phone))
        assert swallowed(document) == [("properties.customer.phone", Rule.PHONE)]


def test_what_is_silent_says_so() -> None:
    document = event("customer_patch", customer=profile(VIP="true"))
    assert {found.rule for found in check_event(document, strict=True) if found.silent} == {
        Rule.ATTRIBUTE_NAME,
        Rule.ATTRIBUTE_BOOLEAN,
    }
    assert Rule.EMAIL not in SILENT


def test_a_name_without_end_is_cut_in_what_is_told_of_it() -> None:
    [(field, _)] = swallowed(event("customer_patch", customer=profile(**{"X" * 100_000: "x"})))
    assert len(field) < 250


def test_a_document_of_a_thousand_depths_is_no_trouble() -> None:
    deep: dict[str, Any] = {}
    for _ in range(1_000):
        deep = {"a": deep}
    assert swallowed(event("store_visit", deep=deep)) == []


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (
            event("optin", customer=profile(VIP=1)),
            "Bluecore ignores attributes whose names are not lower case with underscores.",
        ),
        (
            event("optin", customer=profile(vip="true")),
            "A yes or no must be a JSON true or false: as text in quotes it is stored as a word.",
        ),
        (
            event("search", VISITOR),
            "No identify event has linked this id to an e-mail: the event reaches no customer's profile.",
        ),
        (
            event("identify", JANE, customer=CUSTOMER),
            "identify links another id to an e-mail; here it is given the e-mail itself.",
        ),
        (
            event("optin", customer=profile(phone="12")),
            "A phone number is written with its country: + and digits, as in +14155550100.",
        ),
        (
            event("optin", customer=profile(zip=97201)),
            "Bluecore documents text here, and may ignore anything else.",
        ),
        (
            event("wishlist", products=[{"id": "A", "price": "12.50"}]),
            "Bluecore documents a number here, and may ignore anything else, such as a number in quotes.",
        ),
        (
            event("optin", customer=profile(tags=["a"])),
            "Bluecore documents single values here, and may ignore a list or an object.",
        ),
    ],
)
def test_what_is_swallowed_is_told_in_a_sentence(document: object, sentence: str) -> None:
    assert [found.message for found in check_event(document, strict=True) if found.silent] == [sentence]
