"""What the service is made of: which topics it reads, and what it has in hand before the first record."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from consumer.avro.errors import UnusableSchemas
from consumer.avro.schema import parse
from consumer.avro.single_object import schema_fingerprint
from consumer.config.model import Config
from consumer.pipeline.assembly import priority_of, subscription
from consumer.pipeline.decoding import decoders
from consumer.pipeline.transports import transport
from tests.avro.support import body, record, text
from tests.support.configs import SOUND

ORDER, CONSENT = record("Order", id="string"), record("Consent", given="boolean")


def config(*routes: dict[str, Any], **sections: Any) -> Config:
    return Config.model_validate({**SOUND, "routes": list(routes), **sections})


@pytest.fixture
def raw(tmp_path: Path) -> Config:
    """Two routes, each with a schema file of its own."""
    (tmp_path / "order.avsc").write_text(text(ORDER))
    (tmp_path / "consent.avsc").write_text(text(CONSENT))
    of = {"format": "raw"}
    return config(
        {"topic": "orders", "event": "purchase", "schema": str(tmp_path / "order.avsc"), **of},
        {"topic_pattern": "^consents", "event": "optin", "schema": str(tmp_path / "consent.avsc"), **of},
    )


def test_a_topic_is_decoded_as_the_first_route_that_takes_it_says(raw: Config) -> None:
    decoder = decoders(raw, None)

    assert decoder("orders").decode(body(ORDER, {"id": "1"})).name == "Order"
    assert decoder("consents.eu").decode(body(CONSENT, {"given": True})).name == "Consent"


def test_a_redelivery_whose_route_is_gone_has_a_decoder_too(raw: Config) -> None:
    """It is dead-lettered as unroutable, not as undecodable."""
    assert decoders(raw, None)("gone").decode(body(ORDER, {"id": "1"})).name == "Order"


def test_a_schema_file_that_is_gone_is_told_at_the_start(raw: Config, tmp_path: Path) -> None:
    """Not by the first record that needs it, perhaps hours later."""
    (tmp_path / "consent.avsc").unlink()

    with pytest.raises(UnusableSchemas, match=r"consent\.avsc: cannot be read: No such file"):
        decoders(raw, None)


def single(schema: Any, value: Any) -> bytes:
    return b"\xc3\x01" + schema_fingerprint(parse(text(schema))) + body(schema, value)


def test_single_objects_are_of_any_route_of_their_topic_and_resolved_each_to_its_own_type(tmp_path: Path) -> None:
    """Several types in one topic, two versions of one: a reader schema is for its route's record alone."""
    newer, refund = record("Order", id="string", total="int"), record("Refund", id="string")
    reader = record("Order", id="string") | {"fields": [{"name": "total", "type": "long", "default": 0}]}
    orders = tmp_path / "orders"
    orders.mkdir()
    for file, schema in {"orders/v1": ORDER, "orders/v2": newer, "refund": refund, "reader": reader}.items():
        (tmp_path / f"{file}.avsc").write_text(text(schema))
    of = {"format": "single_object"}
    order = {"topic": "a", "record": "Order", "event": "purchase", "schema": str(orders), **of}
    routes = config(
        order | {"reader_schema": str(tmp_path / "reader.avsc")},
        {
            "topic_pattern": "^a",
            "record": "Refund",
            "event": "refund",
            "schema": [str(tmp_path / "refund.avsc")],
            **of,
        },
    )

    decoder = decoders(routes, None)("a")

    assert decoder.decode(single(ORDER, {"id": "1"})).value == {"total": 0}
    assert decoder.decode(single(newer, {"id": "1", "total": 5})).value == {"total": 5}
    assert decoder.decode(single(refund, {"id": "1"})).value == {"id": "1"}


def test_raw_records_are_resolved_too(tmp_path: Path) -> None:
    """To a reader schema that renames a field."""
    reader = record("Order", number="string")
    reader["fields"][0]["aliases"] = ["id"]
    for file, schema in {"order": ORDER, "reader": reader}.items():
        (tmp_path / f"{file}.avsc").write_text(text(schema))
    files = {"schema": str(tmp_path / "order.avsc"), "reader_schema": str(tmp_path / "reader.avsc")}
    routes = config({"topic": "a", "event": "purchase", "format": "raw", **files})

    assert decoders(routes, None)("a").decode(body(ORDER, {"id": "1"})).value == {"number": "1"}


def test_the_retry_topic_is_read_beside_the_routes_topics_each_once(raw: Config) -> None:
    assert subscription(raw) == ["orders", "^consents.*", "bluecore-consumer.retry"]


def test_without_delays_no_retry_topic_is_read() -> None:
    optin = {"topic": "a", "event": "optin"}
    assert subscription(config(optin, optin, dead_letters={"delays_seconds": []})) == ["a"]


def test_a_topic_of_consents_is_read_before_its_equals_and_one_of_some_between() -> None:
    """However they come: by a topic of their own, by a value, or by a second route; a route's priority rules."""
    by_value = {"path": "email", "values": {True: "optin", False: "unsubscribe"}}
    by_kind = {"path": "kind", "values": {"cart": "add_to_cart", "out": "unsubscribe"}}
    routes = config(
        {"topic": "own", "event": "optin"},
        {"topic": "values", "event": by_value},
        {"topic": "kinds", "event": by_kind},
        {"topic": "two", "event": "customer_patch"},
        {"topic": "two", "event": "unsubscribe", "when": "gone"},
        {"topic": "carts", "event": "add_to_cart"},
        {"topic": "low", "event": "optin", "priority": -1},
        {"topic": "high", "event": "purchase", "priority": 1},
    ).routes
    order = ["high", "own", "kinds", "carts", "low"]

    assert sorted(order, key=lambda topic: priority_of(routes, topic), reverse=True) == order
    assert priority_of(routes, "own") == priority_of(routes, "values")
    assert priority_of(routes, "kinds") == priority_of(routes, "two")


def test_a_topics_priority_is_the_highest_of_its_routes() -> None:
    routes = config(
        {"topic": "a", "event": "optin", "priority": 1}, {"topic_pattern": "^a", "event": "search", "priority": 3}
    ).routes

    assert priority_of(routes, "a") == 3
    assert priority_of(routes, "b") == 0


@pytest.mark.parametrize(("asked", "lines"), [("auto", 1), ("requests", 0)])
def test_the_slower_transport_is_told_of_unless_it_was_asked_for(
    asked: str, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in ("direct", "curl"):
        monkeypatch.setitem(sys.modules, f"consumer.bluecore.{each}", None)
    sections = {**SOUND, "bluecore": {**SOUND["bluecore"], "transport": asked}}
    with capture_logs() as logs:
        transport(Config.model_validate(sections)).close()

    assert len([line for line in logs if "libcurl can be used here" in line["event"]]) == len(logs) == lines
