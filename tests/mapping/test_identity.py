"""Whose event it is: the e-mail reaches the profile, whatever ids stand beside it."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.mapping.contract import CONTRACTS
from consumer.mapping.router import compile_routes
from consumer.records import Reason, Reject, Send
from tests.mapping.support import EMAIL, NOW_MS, TOKEN, documents, map_one, route

REST = {"products": [{"id": "p1"}], "search_term": "x", "order_id": "1", "total": 1}
NO_LINKS = [event for event, contract in CONTRACTS.items() if not contract.links]
PROFILES = [event for event in NO_LINKS if CONTRACTS[event].customer]


def properties(event: str, record: dict[str, Any], **options: Any) -> dict[str, Any]:
    (document,) = documents(map_one(route(event, **options), REST | record))
    found: dict[str, Any] = document["properties"]
    return found


@pytest.mark.parametrize("event", [*NO_LINKS, "store_visit"])
@pytest.mark.parametrize("name", ["distinct_id", "customer_id", "user_id", "device_id", "anonymous_id"])
def test_the_email_before_any_id_under_bluecores_own_names(event: str, name: str) -> None:
    found = properties(event, {"email": EMAIL, name: "u1"})
    assert found["distinct_id"] == EMAIL
    assert found.get("customer") == ({"email": EMAIL} if event in PROFILES else None)


@pytest.mark.parametrize("event", [*NO_LINKS, "store_visit"])
def test_a_mapped_id_before_the_email_which_goes_along(event: str) -> None:
    """Today `u1` alone was sent, which reaches no profile until it is linked."""
    found = properties(event, {"email": EMAIL, "account": "u1"}, fields={"distinct_id": "account"})
    assert found["distinct_id"] == "u1"
    assert found["customer"] == {"email": EMAIL}


@pytest.mark.parametrize("event", ["search", "add_to_cart", "store_visit"])
@pytest.mark.parametrize("account", [None, "", EMAIL])
def test_where_the_mapped_id_is_missing_or_the_email_itself_there_is_no_more_to_say(event: str, account: Any) -> None:
    found = properties(event, {"email": EMAIL, "account": account}, fields={"distinct_id": "account"})
    assert found["distinct_id"] == EMAIL
    assert "customer" not in found


def test_it_goes_along_with_the_attributes_that_the_route_maps() -> None:
    record = {"email": EMAIL, "account": "u1", "tier": "gold"}
    found = properties("search", record, fields={"distinct_id": "account"}, attributes={"tier": "tier"})
    assert found["customer"] == {"email": EMAIL, "tier": "gold"}


@pytest.mark.parametrize("name", ["customer_id", "user_id", "device_id", "anonymous_id"])
def test_a_route_maps_an_id_under_each_name_that_a_record_may_give_it(name: str) -> None:
    found = properties("store_visit", {"visitor": "v1"}, fields={name: "visitor"})
    assert found == {"token": TOKEN, "distinct_id": "v1", **{key: found[key] for key in REST}}
    linked = properties("identify", {"email": EMAIL, "visitor": "v1"}, fields={name: "visitor"})
    assert linked["distinct_id"] == "v1"


@pytest.mark.parametrize("name", ["distinct_id", "customer_id", "device_id"])
@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("User@1", "User@1"),
        ("Card@2024.01", "Card@2024.01"),
        ("Till@Shop.local", "Till@Shop.local"),
        ("<User@1>", "<User@1>"),
        (" Jane@Example.com ", EMAIL),
    ],
)
def test_normalising_changes_addresses_and_no_other_id(name: str, written: str, sent: str) -> None:
    """The same id both ways, or the events of one customer would be two customers'."""
    for fields in ({}, {name: "account"}):
        record = {name: written, "account": written}
        assert properties("search", record, fields=fields, normalise_email=True)["distinct_id"] == sent


@pytest.mark.parametrize("record", [{"distinct_id": "u1"}, {"user_id": "u1"}, {"anonymous_id": "u1"}])
def test_without_an_email_an_id_stands_in(record: dict[str, Any]) -> None:
    found = properties("search", record)
    assert (found["distinct_id"], found.get("customer")) == ("u1", None)


def test_an_id_that_is_none_is_told_where_no_other_stands_in_for_it() -> None:
    """It is there, and wrong: to call it missing would send people looking for it."""
    outcome = map_one(route("search"), REST | {"customer_id": ["u1"]})
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (Reason.INVALID_FIELD, "customer_id")


def test_identify_links_the_id_whatever_it_is_called() -> None:
    assert properties("identify", {"email": EMAIL, "distinct_id": "u1"})["distinct_id"] == "u1"


def test_an_id_beside_the_email_is_linked_where_the_route_links() -> None:
    router = compile_routes([route("search", link_identities=True)], token=TOKEN)
    record = {**REST, "email": EMAIL, "distinct_id": "u1"}
    outcome = router.map("shop.events", None, record, None, NOW_MS, claim=lambda *_: True)
    assert isinstance(outcome, Send)
    link, search = (document["properties"]["distinct_id"] for document in documents(outcome))
    assert (link, search) == ("u1", EMAIL)
