"""Zeotap, Best Practices."""

from __future__ import annotations

import pytest

from consumer.records import Reason, Reject
from tests.mapping.support import EMAIL, documents, map_one, route
from tests.mapping.zeotap.account import COMMERCE, PRODUCT, ROWS, Account
from tests.mapping.zeotap.promises import shows


@shows("Use customer_patch for profile syncs to create or update customer attributes in Bluecore")
def test_attributes_of_a_profile_of_another_shape(account: Account) -> None:
    """A CRM's record, renamed by the route; a further attribute is created, since the route maps it."""
    mapped = route(
        "customer_patch",
        fields={"email": "contact.address", "first_name": "names.given"},
        attributes={"loyalty_tier": "tier"},
    )
    account.sync(mapped, {"contact": {"address": EMAIL}, "names": {"given": "Jane"}, "tier": "gold"})
    account.sync(mapped, {"contact": {"address": EMAIL}, "names": {"given": "Joan"}})
    assert account.profile()["attributes"] == {"email": EMAIL, "first_name": "Joan", "loyalty_tier": "gold"}


@pytest.mark.parametrize("event", ROWS)
@shows("Map email for every sync — it is the primary identifier for all Bluecore events")
def test_an_email_that_is_mapped_is_the_customers(account: Account, event: str) -> None:
    row = {**ROWS[event], "email": "webmaster@shop.example", "contact": {"address": EMAIL}}
    account.sync(route(event, fields={"email": "contact.address"}), row)
    assert [each["event"] for each in account.profile()["last_events"]] == [event]


@shows("Use lowercase attribute names with underscores (e.g., first_name, zip_code) per Bluecore's requirements")
def test_attribute_names(account: Account) -> None:
    mapped = route("customer_patch", attributes={"Zip-Code": "postal", "first_name": "given"})
    account.sync(mapped, {"email": EMAIL, "postal": "02101", "given": "Jane"})
    assert account.profile()["attributes"] == {"email": EMAIL, "zip_code": "02101", "first_name": "Jane"}


@pytest.mark.parametrize("value", [True, False])
@shows(
    "Use boolean values for boolean attributes — "
    'Bluecore does not accept string representations like "true" or "false"'
)
def test_a_boolean_of_the_record_is_one_at_bluecore(account: Account, *, value: bool) -> None:
    account.sync(route("customer_patch", attributes={"vip": "is_vip"}), {"email": EMAIL, "is_vip": value})
    assert account.profile()["attributes"]["vip"] is value


@pytest.mark.parametrize("event", COMMERCE)
@shows("Include product_id for commerce events to enable Bluecore's product recommendation engine")
def test_a_product_is_known_by_its_product_id(event: str) -> None:
    """Before any other id that the row has, and under the name that Bluecore reads."""
    product = {**PRODUCT, "sku": "other", "id": "another"}
    (document,) = documents(map_one(route(event), {**ROWS[event], "products": [product]}))
    assert document["properties"]["products"] == [{"id": "SKU-1", "name": "Scarf", "price": 19.9, "quantity": 1}]


@pytest.mark.parametrize("missing", ["order_id", "total"])
@shows("Send purchase events with order_id and total for accurate revenue attribution")
def test_a_purchase_without_them_is_refused_rather_than_wrongly_attributed(missing: str) -> None:
    outcome = map_one(route("purchase"), {**ROWS["purchase"], missing: None})
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (Reason.MISSING_FIELD, missing)
