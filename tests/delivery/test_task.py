"""A record on its way: its keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.delivery.task import Task
from consumer.records import Partition, Record, Redelivery
from tests.delivery.samples import BROKEN, ORDERS, RETRY, send, task


@pytest.mark.parametrize(("key", "expected"), [(b"key", b"key"), (b"", b""), (None, b"jane")])
def test_the_ordering_key_is_the_kafka_key_or_else_the_customer(key: bytes | None, expected: bytes) -> None:
    assert task(Record(ORDERS, 7, key, b""), send("optin", customer="jane")).ordering_key == expected


def test_a_record_without_key_and_customer_has_no_order_to_keep() -> None:
    assert task(Record(ORDERS, 7, None, b""), BROKEN).ordering_key is None


def test_only_an_ordered_record_has_a_parking_key() -> None:
    plain = task(Record(ORDERS, 7, b"key", b""), send("optin"))

    assert plain.parking_key is None
    assert replace(plain, ordered=True).parking_key == b"key"


def test_each_request_of_a_record_has_an_idempotency_key_of_its_own() -> None:
    several = task(Record(ORDERS, 7, b"key", b""), send("identify", "optin", "purchase"))
    keys = []
    for several.index in range(3):
        keys.append(several.idempotency_key)

    assert keys == ["shop.orders:0:7", "shop.orders:0:7:1", "shop.orders:0:7:2"]


def test_a_redelivered_record_keeps_the_idempotency_key_of_its_first_place() -> None:
    past = Redelivery(Partition("shop.orders", 3), 41)

    assert task(Record(RETRY, 7, b"key", b"", redelivery=past), send("optin")).idempotency_key == "shop.orders:3:41"


def linked(*events: str) -> Task:
    """A record whose own requests go behind a link."""
    found = task(Record(ORDERS, 7, b"key", b""), send("identify", *events))
    found.requests = (found.requests[0]._replace(link=True), *found.requests[1:])
    return found


def test_a_link_has_a_name_in_place_of_a_number_and_is_no_request_of_the_records_own() -> None:
    record, keys, delivered = linked("search", "purchase"), [], []
    for record.index in range(3):
        keys.append(record.idempotency_key)
        delivered.append(record.delivered)

    assert keys == ["shop.orders:0:7:link0", "shop.orders:0:7", "shop.orders:0:7:1"]
    assert delivered == [0, 0, 1]


@pytest.mark.parametrize(
    ("delivered", "left", "key"),
    [
        (0, ("identify", "search", "add_to_cart", "purchase"), "shop.orders:0:7"),
        (1, ("identify", "add_to_cart", "purchase"), "shop.orders:0:7:1"),
        (2, ("identify", "purchase"), "shop.orders:0:7:2"),
        (9, ("identify", "purchase"), "shop.orders:0:7:2"),
    ],
)
def test_what_was_delivered_before_is_left_out_and_the_link_goes_again(
    delivered: int, left: tuple[str, ...], key: str
) -> None:
    """Bluecore bears a link twice, and whoever reads the record next may not have seen it; the last request stays."""
    record = linked("search", "add_to_cart", "purchase")
    record.leave_out(range(delivered))

    assert tuple(request.event for request in record.requests) == left
    assert record.delivered == min(delivered, 2)
    record.index = 1
    assert record.idempotency_key == key


def test_a_record_of_one_part_cannot_go_on_to_a_second() -> None:
    with pytest.raises(ValueError, match=r"shop\.orders\[0\] offset 7 has no second part"):
        task(Record(ORDERS, 7, b"key", b""), send("optin")).go_on(())
