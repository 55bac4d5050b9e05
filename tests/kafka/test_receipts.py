"""Receipts as they lie in their topic: findable by who knows the namespace, and readable by any tool."""

from __future__ import annotations

import json
from collections import Counter

from consumer.kafka.receipts import ReceiptWriter, encoded, name_of, places
from consumer.records import Outcome, Reason, Receipt
from consumer.telemetry.masking import customer_hash

JANE = Receipt("shop.consents:3:1842", "unsubscribe", Outcome.DELIVERED, "jane@example.com", 1_769_860_800.123, 202)
GIVEN_UP = JANE._replace(outcome=Outcome.DEAD_LETTER, status=None, reason=Reason.TOO_OLD, customer="")
NAMES = [f"customer-{number}" for number in range(2000)]


def test_a_receipt_is_a_json_object() -> None:
    assert json.loads(encoded(JANE, "9f2c61d04b7e8a35")) == {
        "idempotency_key": "shop.consents:3:1842",
        "event": "unsubscribe",
        "outcome": "delivered",
        "status": 202,
        "reason": None,
        "time": "2026-01-31T12:00:00.123Z",
        "customer": "9f2c61d04b7e8a35",
    }


def test_the_customer_has_the_name_that_the_logs_have() -> None:
    """So that a line of the log leads to the receipts; an address in another case is the same customer."""
    assert name_of(" Jane@Example.com", "shop") == customer_hash("jane@example.com", "shop")
    assert name_of("jane@example.com", "shop") != name_of("jane@example.com", "other")


def test_the_message_is_the_customers_and_has_the_time_of_the_event() -> None:
    message = ReceiptWriter("receipts", 6, "shop").message(JANE)
    name = name_of("jane@example.com", "shop")
    assert (message["topic"], message["key"], message["timestamp"]) == ("receipts", name, 1_769_860_800_123)
    assert message["partition"] == places(name, 6)[-1]
    assert b"jane" not in message["value"]


def test_without_a_customer_any_partition_will_do() -> None:
    message = ReceiptWriter("receipts", 6, "shop").message(GIVEN_UP)
    assert message.keys() == {"topic", "value", "timestamp"}
    assert json.loads(message["value"])["reason"] == "too_old"
    assert json.loads(message["value"])["customer"] is None


def test_customers_are_spread_over_the_partitions() -> None:
    spread = Counter(places(name, 8)[-1] for name in NAMES)
    assert set(spread) == set(range(8))
    assert max(spread.values()) < 1.3 * min(spread.values())


def test_what_was_written_before_partitions_were_added_is_among_the_places() -> None:
    """And these are few, however many partitions there are."""
    for name in NAMES[:200]:
        now = places(name, 50)
        assert all(places(name, earlier)[-1] in now for earlier in range(1, 50))
    assert sum(len(places(name, 50)) for name in NAMES) / len(NAMES) < 6


def test_one_partition_has_all() -> None:
    assert places("jane", 1) == [0]
