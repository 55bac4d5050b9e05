"""Letters are counted by what is wrong with them."""

from __future__ import annotations

import pytest

from consumer.commands.dead_letters.letter import DeadLetter
from consumer.commands.dead_letters.survey import Survey, kind_of
from consumer.records import Partition, Reason, Record, Redelivery, Stage

ORDERS = Partition("shop.orders", 0)


def letter(message: str, reason: Reason = Reason.INVALID_FIELD, topic: str = "shop.orders") -> DeadLetter:
    past = Redelivery(Partition(topic, 0), 7, attempts=1, first_failed_at_ms=0, not_before_ms=0, timestamp_ms=0)
    record = Record(Partition("dead", 0), 0, key=None, value=b"", redelivery=past)
    return DeadLetter(record, past, reason, Stage.MAP, message, None)


@pytest.mark.parametrize(
    ("reason", "message", "field"),
    [
        (Reason.MISSING_FIELD, "total: missing (looked for total)", "total"),
        (Reason.INVALID_FIELD, "products[12].price: must be a number", "products.price"),
        (Reason.INVALID_FIELD, "TypeError", ""),
        (Reason.REJECTED, "HTTP 422: total is missing", ""),
    ],
)
def test_the_field_is_the_one_that_the_message_names(reason: Reason, message: str, field: str) -> None:
    assert kind_of(letter(message, reason)).field == field


def test_messages_that_differ_in_numbers_alone_are_one() -> None:
    found = Survey()
    found.add(letter("products[1].price: must be a number"), (0, 5), 1_000)
    found.add(letter("products[22].price: must be a number"), (0, 6), 3_000)
    found.add(letter("products[3].price: must be a number"), (1, 0), 2_000)
    found.add(letter("total: must be a number"), (1, 1), 9_000)

    prices, total = found.counts()

    assert (prices.letters, prices.newest, prices.message) == (3, (0, 6), "products[22].price: must be a number")
    assert (prices.first_ms, prices.last_ms) == (1_000, 3_000)
    assert (total.letters, total.kind.field) == (1, "total")


def test_the_commonest_stand_first_and_of_equals_the_newest() -> None:
    found = Survey()
    found.add(letter("a: x"), (0, 1), 1_000)
    found.add(letter("b: x"), (0, 2), 2_000)
    assert [each.kind.field for each in found.counts()] == ["b", "a"]

    found.add(letter("a: x"), (0, 3), 500)
    assert [each.kind.field for each in found.counts()] == ["a", "b"]
    assert found.commonest == (0, 1)
    assert Survey().commonest is None


def test_what_was_replayed_is_counted_with_its_kind() -> None:
    found = Survey()
    found.add(letter("a: x"), (0, 1), 1_000)
    found.add(letter("a: x"), (0, 2), 1_000)
    found.replayed.update({(0, 2), (0, 99)})
    (count,) = found.counts()
    assert (count.letters, count.replayed) == (2, 1)
    assert found.unreplayed == {(0, 1)}
