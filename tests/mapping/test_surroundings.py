"""What an expression can say of a record beside its value: the key, the headers, the place."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest

from consumer.avro.errors import EncryptedPayload, SchemaPending, Undecodable
from consumer.mapping.router import compile_routes
from consumer.mapping.surroundings import Surroundings
from consumer.records import Headers, Mapped, Partition, Reason, Record, Redelivery, Reject, Send, Skip
from tests.mapping.support import EMAIL, NOW_MS, TOKEN, documents, route

HEADERS = (("ce_type", b"order.placed"), ("store", b"1"), ("store", b"12"), ("binary", b"\xff"), ("empty", None))
RECORD = Record(Partition("shop.events", 3), 42, b"jane@example.com", b"...", NOW_MS, HEADERS)


def mapped(value: dict[str, Any] | None, record: Record = RECORD, read_key: Any = None, **keys: Any) -> Mapped:
    event = keys.pop("event", "store_visit")
    router = compile_routes([route(event, **keys)], token=TOKEN)
    return router.map("shop.events", None, value, NOW_MS, NOW_MS, around=Surroundings(record, read_key))


def sent(value: dict[str, Any] | None, **keys: Any) -> dict[str, Any]:
    properties: dict[str, Any] = documents(mapped(value, **keys))[0]["properties"]
    return properties


def test_every_part_can_be_a_field() -> None:
    fields = {
        "email": "_kafka.key",
        "kind": "_kafka.headers.ce_type",
        "store": "_kafka.headers.store",
        "binary": "_kafka.headers.binary",
        "empty": "_kafka.headers.empty",
        "missing": "_kafka.headers.other",
        "at": "_kafka.timestamp",
        "day": {"path": "_kafka.timestamp", "as": "date"},
        "topic": "_kafka.topic",
        "place": "join('-', [_kafka.topic, to_string(_kafka.partition), to_string(_kafka.offset)])",
    }
    properties = sent({}, fields=fields)
    assert properties == {
        "token": TOKEN,
        "distinct_id": EMAIL,
        "kind": "order.placed",
        "store": "12",
        "binary": "/w==",
        "at": "2027-01-15T08:00:00Z",
        "day": "2027-01-15",
        "topic": "shop.events",
        "place": "shop.events-3-42",
    }


def test_it_is_the_same_wherever_in_an_expression_it_stands() -> None:
    """In a condition, for the event, in a filter of a list, of each product."""
    value = {"products": [{"id": "a", "store": "12"}, {"id": "b", "store": "13"}]}
    properties = sent(
        value,
        event={"path": "_kafka.headers.ce_type", "values": {"order.placed": "wishlist"}},
        when="_kafka.timestamp > '2026-01-01' && _kafka.partition == `3`",
        fields={
            "email": "lower(_kafka.key)",
            "products": "products[?store == _kafka.headers.store]",
            "products.id": "id",
            "products.topic": "_kafka.topic",
        },
    )
    assert properties["products"] == [{"id": "a", "topic": "shop.events"}]


def test_a_field_of_the_record_cannot_stand_for_it() -> None:
    assert sent({"_kafka": {"key": "else@example.com"}}, fields={"email": "_kafka.key"})["distinct_id"] == EMAIL


@pytest.mark.parametrize(
    ("key_format", "key", "found"),
    [
        ("text", b"u1", "u1"),
        ("json", b'{"id": 1.50}', {"id": Decimal("1.50")}),
        ("json", b'"u1"', "u1"),
        ("bytes", b"\x00\xff", b"\x00\xff"),
        ("text", None, None),
        ("json", None, None),
    ],
)
def test_a_key_is_read_by_its_format(key_format: Any, key: bytes | None, found: Any) -> None:
    assert Surroundings(RECORD._replace(key=key)).value("key", key_format) == found


@pytest.mark.parametrize(
    ("key_format", "key", "rule"),
    [
        ("text", b"\xff", "the key is no UTF-8 text; `key_format` says what it is"),
        ("json", b"\xff", "the key is no UTF-8 text"),
        ("json", b"u1", "the key is no JSON"),
        ("json", b"[" * 10_000, "the key is no JSON"),
        ("avro", b"\x01", "the key cannot be decoded: no schema"),
    ],
)
def test_a_key_that_cannot_be_read_refuses_the_record(key_format: str, key: bytes, rule: str) -> None:
    def read_key(_key: bytes, _headers: Headers, _topic: str) -> Any:
        raise Undecodable("no schema")

    outcome = mapped({}, RECORD._replace(key=key), read_key, fields={"email": "_kafka.key"}, key_format=key_format)
    assert isinstance(outcome, Reject)
    assert outcome.message == f"email: {rule} (path _kafka.key)"


def test_a_key_that_cannot_be_decrypted_refuses_the_record_as_that() -> None:
    """Also for an optional field: somebody can read what it is."""

    def read_key(_key: bytes, _headers: Headers, topic: str) -> Any:
        assert topic == "shop.events"
        raise EncryptedPayload("the key is encrypted, by rule whole, and its key is not to be had")

    fields = {"email": "email", "store": "_kafka.key"}
    outcome = mapped({"email": EMAIL}, read_key=read_key, fields=fields, key_format="avro")
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (Reason.ENCRYPTED, "store")
    assert isinstance(mapped({"email": EMAIL}, read_key=read_key, key_format="avro"), Send)


def test_a_record_waits_for_the_schema_of_its_key() -> None:
    def read_key(_key: bytes, _headers: Headers, _topic: str) -> Any:
        raise SchemaPending(7)

    with pytest.raises(SchemaPending):
        mapped({}, read_key=read_key, fields={"email": "_kafka.key"}, key_format="avro")
    assert isinstance(mapped({"email": EMAIL}, read_key=read_key, fields={"topic": "_kafka.topic"}), Send)


def test_a_redelivery_shows_what_the_record_had_in_its_own_topic() -> None:
    past = Redelivery(Partition("shop.events", 3), 42, timestamp_ms=NOW_MS)
    headers = (*HEADERS, ("bluecore.attempts", b"3"), ("__connect.errors.topic", b"shop.events"))
    again = RECORD._replace(
        partition=Partition("retry", 0), offset=7, timestamp_ms=1, headers=headers, redelivery=past
    )
    for name in ("topic", "partition", "offset", "timestamp", "headers", "key"):
        assert Surroundings(again).value(name, "text") == Surroundings(RECORD).value(name, "text")


def test_a_timestamp_is_a_moment_in_utc_where_there_is_one() -> None:
    assert Surroundings(RECORD).value("timestamp", "text") == datetime(2027, 1, 15, 8, tzinfo=UTC)
    for none in (None, -1):
        assert Surroundings(RECORD._replace(timestamp_ms=none)).value("timestamp", "text") is None


def test_a_tombstone_becomes_an_event_where_a_route_takes_tombstones() -> None:
    """A deleted account is an unsubscribe."""
    keys: dict[str, Any] = {"event": "unsubscribe", "records": "tombstones", "fields": {"email": "_kafka.key"}}
    outcome = mapped(None, **keys)
    assert isinstance(outcome, Send)
    assert orjson.loads(outcome.requests[0].body)["properties"]["customer"] == {"email": EMAIL}
    assert mapped({"email": EMAIL}, **keys) == Skip("records")
    assert mapped(None, event="unsubscribe") == Skip("tombstone")
    assert mapped(None, **keys, when="_kafka.headers.store == '13'") == Skip("when")


def test_values_and_tombstones_of_one_topic_take_their_own_routes() -> None:
    deleted = route("unsubscribe", records="tombstones", fields={"email": "_kafka.key"})
    router = compile_routes([route("customer_patch"), deleted], token=TOKEN)
    around = Surroundings(RECORD)
    for value, event in (({"email": EMAIL}, "customer_patch"), (None, "unsubscribe")):
        outcome = router.map("shop.events", None, value, NOW_MS, NOW_MS, around=around)
        assert [document["event"] for document in documents(outcome)] == [event]
