"""A record on its way: its keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

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
