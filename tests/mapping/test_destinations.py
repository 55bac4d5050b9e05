"""Where an event goes: by its route, or by a value of its record."""

from __future__ import annotations

from functools import partial
from typing import Any

import orjson
import pytest

from consumer.config.route import RouteConfig
from consumer.mapping.links import LinkCache
from consumer.mapping.recipients import Namespace
from consumer.mapping.router import Router, compile_routes
from consumer.mapping.surroundings import Surroundings
from consumer.records import Headers, Mapped, Partition, Reason, Record, Reject, Send, Skip
from tests.mapping.support import EMAIL, NOW_MS

BY_BRAND: dict[str, Any] = {"path": "brand", "values": {"ACME": "acme_eu", 7: "zeta"}}
RECORD = {"email": EMAIL, "search_term": "hat"}
OTHERS = {"acme_eu": Namespace("acme-eu"), "zeta": Namespace("zeta-eu", ("zeta.example",))}


def router(*routes: dict[str, Any]) -> Router:
    configs = [RouteConfig.model_validate({"topic": "t", "event": "search"} | each) for each in routes]
    return compile_routes(configs, token="group", others=OTHERS)


def mapped(record: dict[str, Any], *routes: dict[str, Any]) -> Mapped:
    return router(*routes).map("t", None, RECORD | record, NOW_MS, NOW_MS)


def sent(outcome: Mapped) -> list[tuple[str, str]]:
    """Destination and namespace of each request."""
    assert isinstance(outcome, Send)
    return [(each.destination, orjson.loads(each.body)["properties"]["token"]) for each in outcome.requests]


@pytest.mark.parametrize(
    ("destination", "brand", "goes_to"),
    [
        (None, "ACME", ("", "group")),
        ("acme_eu", "ZETA", ("acme_eu", "acme-eu")),
        (BY_BRAND, "ACME", ("acme_eu", "acme-eu")),
        (BY_BRAND | {"ignore_case": True}, "Acme", ("acme_eu", "acme-eu")),
        (BY_BRAND | {"default": "acme_eu"}, "other", ("acme_eu", "acme-eu")),
        (BY_BRAND | {"default": "acme_eu"}, None, ("acme_eu", "acme-eu")),
    ],
)
def test_an_event_has_the_namespace_of_its_destination(
    destination: Any, brand: str | None, goes_to: tuple[str, str]
) -> None:
    assert sent(mapped({"brand": brand}, {"destination": destination})) == [goes_to]


def test_one_record_may_go_to_several() -> None:
    routes: tuple[dict[str, Any], ...] = ({}, {"destination": "acme_eu"}, {"destination": BY_BRAND})
    assert [name for name, _ in sent(mapped({"brand": "ACME"}, *routes))] == ["", "acme_eu", "acme_eu"]


@pytest.mark.parametrize("brand", ["Acme", "7", 8, True, 7.0, None, "", ["ACME"]])
def test_a_value_that_stands_for_none_is_unroutable_and_never_shown(brand: Any) -> None:
    outcome = mapped({"brand": brand}, {"destination": BY_BRAND})

    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field, outcome.destination) == (Reason.UNROUTABLE, "destination", None)
    assert "***" in outcome.message or "is missing" in outcome.message
    assert "brand" in outcome.message


@pytest.mark.parametrize("missing", [None, "", "  ", "\t"])
@pytest.mark.parametrize("named", [None, "null"])
def test_what_stands_for_a_missing_value_takes_a_blank_text_too(named: str | None, missing: str | None) -> None:
    """As with an event; it goes before the default, and a text of its own before it."""
    by = {"path": "brand", "values": {"ACME": "acme_eu", named: "zeta"}, "default": "skip"}
    zeta_s = {"brand": missing, "email": "ann@zeta.example"}
    assert sent(mapped(zeta_s, {"destination": by})) == [("zeta", "zeta-eu")]
    assert mapped({"brand": "other"}, {"destination": by}) == Skip("destination")
    without = {"email": "ann@zeta.example"}
    assert sent(mapped(without, {"destination": by})) == [("zeta", "zeta-eu")]
    blank = by | {"values": {"": "acme_eu", named: "zeta"}}
    assert sent(mapped({"brand": ""}, {"destination": blank})) == [("acme_eu", "acme-eu")]


@pytest.mark.parametrize("headers", [(("brand", b" "),), (("brand", None),), ()])
def test_a_header_that_is_blank_is_a_missing_one(headers: Headers) -> None:
    by = {"path": "_kafka.headers.brand", "values": {"ZETA": "zeta", None: "acme_eu"}}
    around = Surroundings(Record(Partition("t", 0), 1, b"k", b"v", NOW_MS, headers))
    outcome = router({"destination": by}).map("t", None, RECORD, NOW_MS, NOW_MS, around=around)
    assert sent(outcome) == [("acme_eu", "acme-eu")]


@pytest.mark.parametrize("by", [{"default": "skip"}, {"values": {"other": "skip", "ACME": "acme_eu"}}])
def test_or_it_is_skipped(by: dict[str, Any]) -> None:
    assert mapped({"brand": "other"}, {"destination": BY_BRAND | by}) == Skip("destination")


def test_what_a_route_refuses_says_where_it_would_have_gone() -> None:
    outcome = mapped({"brand": "ACME", "search_term": ""}, {"destination": BY_BRAND})
    assert isinstance(outcome, Reject)
    assert outcome.destination == "acme_eu"


def test_only_the_listed_get_events_where_some_are() -> None:
    by_brand = {"destination": BY_BRAND}
    assert mapped({"brand": 7}, by_brand) == Skip("only_emails")
    assert sent(mapped({"brand": 7, "email": "ann@zeta.example"}, by_brand)) == [("zeta", "zeta-eu")]
    assert sent(mapped({"brand": "ACME"}, by_brand)) == [("acme_eu", "acme-eu")]


def test_an_id_is_linked_in_each_namespace() -> None:
    links = LinkCache()
    linking = [{"link_identities": True, "destination": each} for each in (None, "acme_eu")]
    record = RECORD | {"distinct_id": "device-1"}

    outcome = router(*linking).map(
        "t", None, record, NOW_MS, NOW_MS, claim=lambda one, email: links.claim(one, email, 1)
    )

    assert isinstance(outcome, Send)
    assert [(each.event, each.destination) for each in outcome.requests if each.link] == [
        ("identify", ""),
        ("identify", "acme_eu"),
    ]


def test_an_id_that_is_linked_in_one_namespace_is_new_to_another() -> None:
    """The second record goes elsewhere: there nobody knows who the device is."""
    links = LinkCache()
    by_brand = router({"link_identities": True, "destination": BY_BRAND | {"default": ""}})
    linked = []
    for position, brand in enumerate((None, "ACME", "ACME")):
        record = RECORD | {"distinct_id": "device-1", "brand": brand}
        outcome = by_brand.map("t", None, record, NOW_MS, NOW_MS, claim=partial(links.claim, record=position))
        assert isinstance(outcome, Send)
        linked.append([each.destination for each in outcome.requests if each.link])
    assert linked == [[""], ["acme_eu"], []]
