"""A folder does not say which topic a schema is of: how a route finds its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consumer.avro.files import SchemaFile
from consumer.avro.schema import parse
from consumer.commands.check.files import FolderSchemas, RouteFiles
from consumer.commands.check.search import SearchResult
from consumer.config.route import RouteConfig
from tests.avro.support import record, text


def route(topic: str, event: str, **keys: Any) -> RouteConfig:
    return RouteConfig.model_validate({"topic": topic, "event": event, **keys})


def folder(*routes: RouteConfig, **schemas: Any) -> FolderSchemas:
    return FolderSchemas(files(**schemas), routes)


def files(**schemas: Any) -> list[SchemaFile]:
    return [SchemaFile(Path(f"{name}.avsc"), parse(text(schema))) for name, schema in schemas.items()]


def labels(found: SearchResult) -> list[list[str]]:
    return [[version.label for version in versions] for versions in found.choices]


ORDER, REFUND, ANY = record("com.shop.Order"), record("com.shop.Refund"), record("com.shop.AnyThing")


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("a", record("com.shop.Orders")),
        ("a", record("com.shop.Order")),
        ("a", record("ShopOrders")),
        ("shop.orders-value", ANY),
        ("orders_v2", ANY),
        ("Orders", ANY),
    ],
)
def test_a_name_like_the_topics_is_found(name: str, schema: Any) -> None:
    """The record's name or the file's; one is in the plural, another has the number of a version."""
    purchase = route("shop.orders", "purchase")
    found = folder(purchase, **{name: schema, "purchase": record("com.shop.Purchase")}).for_route(purchase)
    assert (labels(found), found.how) == ([[f"{name}.avsc"]], "named like the topic")


def test_then_a_name_like_the_events() -> None:
    cart = route("shop.carts", "add_to_cart")
    found = folder(cart, a=record("com.shop.AddToCart"), b=ORDER).for_route(cart)
    assert (labels(found), found.how) == ([["a.avsc"]], "named like the event")


def test_a_route_that_names_its_record_has_all_versions_of_it() -> None:
    named = route("shop.orders", "purchase", record="com.shop.Refund")
    found = folder(named, v1=REFUND, v2=record("com.shop.Refund", n="int"), order=ORDER).for_route(named)
    assert labels(found) == [["v1.avsc", "v2.avsc"]]


def test_a_record_that_the_folder_has_not_is_missing_with_the_nearest() -> None:
    named = route("shop.orders", "purchase", record="com.shop.Refnd")
    assert folder(named, a=REFUND).for_route(named).nearest == "com.shop.Refund"


def test_one_schema_for_one_route_is_no_guess() -> None:
    alone = route("shop.x", "purchase")
    found = folder(alone, any=ANY).for_route(alone)
    assert (labels(found), found.guess) == ([["any.avsc"]], False)


def test_what_is_left_by_the_other_routes_is_a_guess() -> None:
    routes = [
        route("shop.orders", "purchase"),
        route("shop.x", "search"),
        route("y", "optin", record="com.shop.Refund"),
    ]
    found = folder(*routes, order=ORDER, refund=REFUND, any=ANY).for_route(routes[1])
    assert (labels(found), found.guess) == ([["any.avsc"]], True)


def test_a_schema_that_is_another_routes_is_not_guessed() -> None:
    """A producer has the folder of its own schemas, and the routes of all."""
    routes = [route("shop.orders", "purchase"), route("shop.x", "search")]
    found = folder(*routes, order=ORDER).for_route(routes[1])
    assert found.choices == ()
    assert "name the route's with `record`" in found.missing


def test_the_types_of_a_union_are_told_apart() -> None:
    refunds = route("shop.refunds", "custom_event")
    found = folder(refunds, all=[ORDER, REFUND]).for_route(refunds)
    assert labels(found) == [["all.avsc com.shop.Refund"]]


def test_own_files_of_one_name_are_told_by_their_folders() -> None:
    two = [SchemaFile(Path(f"{version}/order.avsc"), parse(text(ORDER))) for version in ("v1", "v2")]
    found = RouteFiles([*two, two[0]]).for_route(route("shop.orders", "purchase"))
    assert labels(found) == [["v1/order.avsc", "v2/order.avsc"]]
