"""What a route sends that Bluecore's documentation does not have is said, and nothing is refused for it."""

from __future__ import annotations

from consumer.commands.typecheck.documentation import changed_names, undocumented_properties
from consumer.commands.typecheck.findings import OMITTED, Severity
from tests.commands.typecheck.checked import check, said
from tests.mapping.support import route

FIELDS = {"email": "buyer.email", "order_id": "id", "total": "sum", "products": "lines"}


def test_each_further_property_is_named_with_its_path() -> None:
    config = route("purchase", properties={"currency": "money.code", "gift": {"path": "is_gift", "as": "boolean"}})
    found = list(undocumented_properties("routes[2]", config))
    assert [(each.severity, each.key, each.path) for each in found] == [
        (Severity.INFO, "routes[2].properties.currency", "money.code"),
        (Severity.INFO, "routes[2].properties.gift", "is_gift"),
    ]
    assert found[0].message.startswith("is no property in Bluecore's documentation: it is sent")


def test_a_property_of_other_event_types_is_said_to_be_theirs() -> None:
    (found,) = undocumented_properties("routes[0]", route("add_to_cart", properties={"order_id": "order"}))
    assert found.message.startswith("is a property of purchase in Bluecore's documentation, and not of add_to_cart: ")


def test_a_misspelt_one_is_told_what_was_meant() -> None:
    (found,) = undocumented_properties("routes[0]", route("add_to_cart", properties={"serch_term": "q"}))
    assert found.nearest == "search_term"


def test_an_attribute_that_is_sent_under_another_name_is_told() -> None:
    config = route(
        "customer_patch",
        fields={"customer.First-Name": "voornaam", "last_name": "achternaam"},
        attributes={"Loyalty Tier": "tier", "vip": {"path": "is_vip", "as": "boolean"}},
    )
    found = list(changed_names("routes[1]", config))
    assert [(each.severity, each.key, each.path) for each in found] == [
        (Severity.INFO, "routes[1].fields.customer.First-Name", "voornaam"),
        (Severity.INFO, "routes[1].attributes.Loyalty Tier", "tier"),
    ]
    assert found[1].message.startswith("is sent as loyalty_tier: ")


def test_their_paths_and_types_are_checked_as_those_of_attributes() -> None:
    properties = {"note": "note", "gone": "nowhere", "many": {"path": "lines", "as": "integer"}}
    lines = said(check("purchase", fields=FIELDS, properties=properties))
    assert [line for line in lines if "properties." in line] == [
        "error properties.gone: there is no field nowhere",
        f"error properties.many: is array, and must be text or a number for `as: integer`: {OMITTED}",
    ]
