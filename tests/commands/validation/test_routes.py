"""What is refused before it runs: under its key, with what to do."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.commands.validation.routes import route_findings
from consumer.config.route import RouteConfig
from consumer.mapping.contract import CONTRACTS


def found(*routes: dict[str, Any]) -> dict[str, str]:
    configured = [RouteConfig.model_validate({"topic": "t", "event": "purchase"} | each) for each in routes]
    return {finding.key: finding.message for finding in route_findings(configured)}


@pytest.mark.parametrize("event", [*CONTRACTS, "viewed_cart", "store_visit"])
def test_the_ten_event_types_and_custom_names_are_right(event: str) -> None:
    assert found({"event": event}) == {}


@pytest.mark.parametrize(
    ("route", "key", "says"),
    [
        ({"event": "purchsae"}, "event", "did you mean purchase?"),
        ({"event": "Opt-In"}, "event", "did you mean optin?"),
        ({"event": "skip"}, "event", "skips every record"),
        ({"event": "Store Visit"}, "event", "did you mean store_visit?"),
        ({"event": "store_visit!"}, "event", "did you mean store_visit?"),
        ({"event": "Viewed Cart"}, "event", "did you mean viewed_cart?"),
        ({"event": {"path": "x", "values": {True: "optn"}}}, "event.values.true", "did you mean optin?"),
        ({"event": {"path": "x", "values": {}}}, "event.values", "is empty"),
        ({"event": {"path": "uper(x)", "values": {"A": "optin"}}}, "event.path", "no function uper()"),
        ({"when": "lenght(x) > `0`"}, "when", "did you mean length?"),
        ({"when": "length(x, y) > `0`"}, "when", "length() is given 2 arguments, and takes 1"),
        ({"fields": {"total": "max_by(lines, price).price"}}, "fields.total", "write & before it"),
        ({"format": "raw"}, "schema", "needs the .avsc file"),
        ({"split_products": True}, "split_products", "has no effect here"),
        ({"event": "search", "repeated_products": "merge"}, "repeated_products", "it is for purchase"),
        ({"phone_region": "XX"}, "phone_region", "no region of ISO 3166"),
        ({"fields": {"order": "id"}}, "fields.order", "did you mean order_id?"),
        ({"fields": {"product_id": "id"}}, "fields.product_id", "map it as products.id"),
        ({"fields": {"sku": "id"}}, "fields.sku", "map it as products.id"),
        ({"fields": {"product.id": "id"}}, "fields.product.id", "; did you mean products.id?"),
        ({"fields": {"product.price": "p"}}, "fields.product.price", "; did you mean products.price?"),
        ({"fields": {"price": "amount"}}, "fields.price", "map it as products.price"),
        ({"fields": {"tier": "x"}}, "fields.tier", "goes under `attributes`"),
        ({"fields": {"email": "uper(x)"}}, "fields.email", "no function uper()"),
        ({"event": "search", "fields": {"order_id": "id"}}, "fields.order_id", "search has no field order_id"),
        ({"event": "search", "fields": {"products.id": "id"}}, "fields.products.id", "takes no products"),
        ({"fields": {"products.": "id"}}, "fields.products.", "names no field"),
        ({"fields": {"token": "t"}}, "fields.token", "bluecore.namespace"),
        ({"fields": {"customer": "c"}}, "fields.customer", "map those"),
        ({"fields": {"customer.email": "c"}}, "fields.customer.email", "mapped as `email`"),
        ({"fields": {"voucher": "code"}}, "fields.voucher", "another property under `properties`"),
        ({"properties": {"total": "sum"}}, "properties.total", "map it under `fields`"),
        ({"properties": {"token": "t"}}, "properties.token", "bluecore.namespace"),
        ({"properties": {"products": "p"}}, "properties.products", "under `fields`"),
        ({"properties": {"distinct_id": "p"}}, "properties.distinct_id", "under `fields`"),
        ({"properties": {"customer": "p"}}, "properties.customer", "the e-mail and the attributes"),
        ({"properties": {"Coupon Code": "p"}}, "properties.Coupon Code", "did you mean coupon_code?"),
        ({"properties": {"coupon": "uper(x)"}}, "properties.coupon", "no function uper()"),
        (
            {"event": "store_visit", "fields": {"shop": "s"}, "properties": {"shop": "s"}},
            "properties.shop",
            "mapped under `fields`, too",
        ),
        ({"fields": {"total": {"path": "t", "as": "string"}}}, "fields.total", "possible: number, integer"),
        ({"fields": {"email": {"path": "t", "as": "integer"}}}, "fields.email", "possible: string"),
        ({"fields": {"order_id": {"path": "t", "as": "date"}}}, "fields.order_id", "possible: string, integer"),
        ({"fields": {"products.id": {"path": "t", "as": "date"}}}, "fields.products.id", "possible: string, integer"),
        (
            {"fields": {"phone": {"path": "t", "as": "number"}}, "phone_region": "US"},
            "fields.phone",
            "possible: string, integer",
        ),
        ({"fields": {"products": {"path": "t", "as": "string"}}}, "fields.products", "cannot be sent as string"),
        ({"event": "store_visit", "fields": {"Shop-Id": "x"}}, "fields.Shop-Id", "did you mean shop_id?"),
        ({"attributes": {"token": "x"}}, "attributes.token", "bluecore.namespace"),
        ({"attributes": {"Distinct-ID": "x"}}, "attributes.Distinct-ID", "under `fields`"),
        ({"attributes": {"naïve": "x"}}, "attributes.naïve", "Bluecore ignores"),
        (
            {"attributes": {"First-Name": "a", "first_name": "b"}},
            "attributes.first_name",
            "is first_name for Bluecore, and so is routes[0].attributes.First-Name",
        ),
        (
            {"fields": {"customer.city": "a"}, "attributes": {"City": "b"}},
            "attributes.City",
            "so is routes[0].fields.customer.city",
        ),
    ],
)
def test_a_fault_is_named_by_its_key(route: dict[str, Any], key: str, says: str) -> None:
    faulty = found(route)
    assert list(faulty) == [f"routes[0].{key}"]
    assert says in faulty[f"routes[0].{key}"]


def test_every_fault_is_named() -> None:
    assert list(found({"event": "serch"}, {"fields": {"totl": "x"}, "attributes": {"email": "x"}})) == [
        "routes[0].event",
        "routes[1].fields.totl",
        "routes[1].attributes.email",
    ]


def test_an_id_under_two_names_is_told() -> None:
    faults = found({"event": "search", "fields": {"anonymous_id": "visitor", "device_id": "cookie"}})
    assert faults == {
        "routes[0].fields.anonymous_id": "is another name of device_id, which is mapped, too: remove one"
    }


def test_a_missing_value_decides_no_consent() -> None:
    by_value = {"path": "consent", "values": {True: "optin", None: "unsubscribe"}}
    assert found({"event": by_value})["routes[0].event.values.null"].startswith("a missing value decides no consent")
    assert found({"event": {"path": "consent", "values": {True: "optin", None: "skip"}}}) == {}


def test_a_misspelt_event_hides_no_fault_of_its_route() -> None:
    assert list(found({"event": "serch", "fields": {"totl": "x"}, "attributes": {"email": "x"}})) == [
        "routes[0].event",
        "routes[0].fields.totl",
        "routes[0].attributes.email",
    ]


@pytest.mark.parametrize(
    "event", ["store_visit!", "Opt-In!", "1st visit", "Ångström", "!!!", "PURCHASE", "viewd_product"]
)
def test_a_name_that_is_suggested_is_itself_right(event: str) -> None:
    (message,) = found({"event": event}).values()
    _, is_suggested, name = message.rstrip("?").partition("did you mean ")
    assert not is_suggested or found({"event": name}) == {}


def test_two_routes_that_cannot_both_be_meant() -> None:
    assert "repeats routes[0]" in found({"when": "a"}, {"when": "a", "priority": 1})["routes[1]"]


@pytest.mark.parametrize("other", [{"topic": "u"}, {"event": "wishlist"}, {"when": "b"}, {"record": "com.shop.A"}])
def test_two_routes_that_differ_are_two(other: dict[str, Any]) -> None:
    assert found({"when": "a"}, {"when": "a"} | other) == {}


@pytest.mark.parametrize(
    ("topic", "reads"), [({"topic": "t"}, {"topic": "t"}), ({"topic": "t"}, {"topic": None, "topic_pattern": "^t"})]
)
def test_a_topic_is_paused_for_all_its_routes_or_for_none(topic: dict[str, Any], reads: dict[str, Any]) -> None:
    """Its offsets are committed for all of them: the paused route's events would be lost."""
    one, other = topic | {"paused": True}, reads | {"event": "wishlist"}

    assert "routes[1] reads the same topic" in found(one, other)["routes[0].paused"]
    assert "routes[0] reads the same topic" in found(other, one)["routes[1].paused"]
    assert found(one, other | {"paused": True}) == found({}, {"topic": "u", "paused": True}) == {}


def test_a_topic_has_one_wire_format() -> None:
    raw = {"event": "wishlist", "format": "raw", "schema": "a.avsc"}
    assert list(found({}, raw)) == ["routes[1].format"]
    assert list(found({"topic": None, "topic_pattern": "^t"}, raw)) == ["routes[1].format"]
    assert list(found(raw, raw | {"event": "search", "schema": "b.avsc"})) == ["routes[1].schema"]


@pytest.mark.parametrize("odd", [0, 1, 2])
def test_a_conflict_of_formats_is_told_once_a_topic_with_all_its_routes(odd: int) -> None:
    routes = [{"event": event} for event in ("wishlist", "search", "optin")]
    routes[odd] |= {"format": "raw", "schema": "a.avsc"}
    others = ", ".join(f"routes[{index}]" for index in range(3) if index != odd)
    (message,) = found(*routes).values()
    assert f"confluent by {others}" in message
    assert f"raw by routes[{odd}]" in message
    another = {"topic": "u"}, {"topic": "u", "event": "search", "format": "raw", "schema": "a.avsc"}
    assert list(found(*routes, *another))[1:] == ["routes[4].format"]


def test_a_whole_mapping_without_faults() -> None:
    assert (
        found(
            {
                "fields": {
                    "email": "buyer.email",
                    "First Name": "buyer.given",
                    "customer_id": "buyer.id",
                    "order_id": {"path": "id", "as": "string"},
                    "total": {"path": "sum(lines[].price)", "as": "number"},
                    "products": "lines",
                    "products.id": "sku",
                    "products.colour": "variant.colour",
                },
                "attributes": {"Loyalty-Tier": "buyer.tier", "zip_code": "buyer.zip"},
                "surplus_products": "drop",
                "phone_region": "DE",
            }
        )
        == {}
    )


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        (
            {"topic": "acme.orders", "event": "purchase"},
            {"topic_pattern": "^acme.o.*", "event": "purchase"},
            "sent twice",
        ),
        ({"topic": "acme.consents", "event": "optin"}, {"topic": "acme.consents", "event": "unsubscribe"}, "`when`"),
    ],
    ids=["a topic and a pattern that takes it", "opted in and out at once"],
)
def test_two_routes_that_cannot_both_be_meant_are_refused(
    one: dict[str, Any], other: dict[str, Any], message: str
) -> None:
    (finding,) = route_findings([RouteConfig.model_validate({"event": "purchase"} | each) for each in (one, other)])

    assert finding.key == "routes[1]"
    assert message in finding.message
