"""What a process remembers of partitions that have left it."""

from __future__ import annotations

import pytest

from consumer.delivery.offset_ranges import OffsetRanges
from consumer.delivery.settled_memory import SettledMemory
from consumer.records import OrderClass, Partition

ORDERS, CARTS = Partition("shop.orders", 0), Partition("shop.carts", 0)
SETTLED = OffsetRanges([(10, 20), (25, 30)])
HALVES = NONE = OffsetRanges()
ONE, TWO = OffsetRanges([(0, 1)]), OffsetRanges([(0, 2)])
"""Of a record's requests, by number."""


@pytest.mark.parametrize(
    ("acknowledged", "committed", "recalled"),
    [
        pytest.param(None, None, SETTLED, id="no commit ever passed"),
        pytest.param(12, 12, OffsetRanges([(12, 20), (25, 30)]), id="the commit is where it was"),
        pytest.param(12, 15, OffsetRanges([(15, 20), (25, 30)]), id="a commit had passed unanswered"),
        pytest.param(12, 27, OffsetRanges([(27, 30)]), id="another member has gone on"),
        pytest.param(12, 40, OffsetRanges(), id="another member has gone beyond"),
        pytest.param(12, 11, OffsetRanges(), id="somebody has set it back"),
        pytest.param(12, None, OffsetRanges(), id="it is gone"),
    ],
)
def test_what_is_recalled(acknowledged: int | None, committed: int | None, recalled: OffsetRanges) -> None:
    memory = SettledMemory()
    memory.keep(ORDERS, SETTLED, HALVES, acknowledged)

    assert memory.recall(ORDERS, committed) == recalled
    assert memory.recall(ORDERS, committed) == OffsetRanges(), "it is recalled once"


@pytest.mark.parametrize(("committed", "delivered"), [(12, TWO), (11, NONE), (None, NONE)])
def test_records_that_are_wanted_again_are_wanted_whole(committed: int | None, delivered: OffsetRanges) -> None:
    """Of a consent and a newer one, of which a part is left out, only the older one would be sent again."""
    memory = SettledMemory()
    memory.keep(ORDERS, SETTLED, HALVES, 12)
    memory.add_partly(ORDERS, 22, None, TWO)

    memory.recall(ORDERS, committed)

    assert memory.delivered_of(ORDERS, 22, None) == delivered


@pytest.mark.parametrize(
    ("committed", "told"),
    [
        pytest.param(14, OffsetRanges([(0, 12), (13, 14)]), id="another member's"),
        pytest.param(13, None, id="ours, unanswered"),
        pytest.param(12, None, id="the one that was there"),
        pytest.param(11, None, id="set back"),
        pytest.param(None, None, id="gone"),
    ],
)
def test_whose_commit_it_is(committed: int | None, told: OffsetRanges | None) -> None:
    """Of another member's it is told what it left out: what lies below the commit that it began with, and its map."""
    memory = SettledMemory()
    memory.keep(ORDERS, SETTLED, HALVES, 12, sent=frozenset({13}), told=OffsetRanges([(13, 14)]))

    assert memory.map_of_another(ORDERS, committed) == told
    assert memory.map_of_another(CARTS, committed) is None


def test_what_is_to_go_again_is_not_recalled() -> None:
    """Nor what was delivered of it in part, but for the other class, whose order is not that of consents."""
    memory = SettledMemory()
    memory.keep(ORDERS, SETTLED, OffsetRanges([(21, 23)]), 12)
    parts = [None, OrderClass.CONSENT, "@acme", OrderClass.OTHER]
    for part in parts:
        memory.add_partly(ORDERS, 22, part, TWO)
    memory.add_partly(ORDERS, 23, None, TWO)
    memory.add_partly(CARTS, 22, None, TWO)

    assert memory.halves_of(ORDERS, 14, {16, 22}) == OffsetRanges([(21, 22)])
    assert memory.recall(ORDERS, 14, {16, 22}) == OffsetRanges([(14, 16), (17, 20), (25, 30)])

    assert [memory.delivered_of(ORDERS, 22, part) for part in parts] == [NONE, NONE, NONE, TWO]
    assert (memory.delivered_of(ORDERS, 23, None), memory.delivered_of(CARTS, 22, None)) == (TWO, TWO)


def test_of_a_topic_that_is_made_anew_nothing_is_remembered_and_of_others_all() -> None:
    """Its offsets mean other records now: none of them was delivered, not even in part."""
    memory = SettledMemory()
    for partition in (ORDERS, CARTS):
        memory.keep(partition, SETTLED, HALVES, None)
        memory.add_partly(partition, 22, None, TWO)
    memory.forget(ORDERS)

    assert memory.recall(ORDERS, None) == OffsetRanges()
    assert memory.delivered_of(ORDERS, 22, None) == NONE
    assert memory.recall(CARTS, None) == SETTLED
    assert memory.delivered_of(CARTS, 22, None) == TWO


def test_a_late_result_is_added_to_its_partition_alone() -> None:
    memory = SettledMemory()
    memory.keep(ORDERS, SETTLED, HALVES, None)

    memory.add(ORDERS, 20)
    memory.add(CARTS, 20)

    assert list(memory.recall(ORDERS, None)) == [(10, 21), (25, 30)]
    assert list(memory.recall(CARTS, None)) == []


def test_the_partition_that_left_first_is_forgotten_first() -> None:
    memory = SettledMemory(most_ranges=3)
    memory.keep(ORDERS, SETTLED, HALVES, None)
    memory.keep(CARTS, SETTLED, HALVES, None)

    assert not memory.recall(ORDERS, None)
    assert memory.recall(CARTS, None) == SETTLED


def test_one_that_has_come_back_and_left_again_has_left_last() -> None:
    memory, third = SettledMemory(most_ranges=5), Partition("shop.views", 0)
    for partition in (ORDERS, CARTS, ORDERS, third):
        memory.keep(partition, SETTLED, HALVES, None)

    assert not memory.recall(CARTS, None)
    assert memory.recall(ORDERS, None) == SETTLED


def test_what_was_delivered_of_a_record_is_told_once_and_of_a_share_again_and_again() -> None:
    """Of a share more may be delivered each time: nobody else remembers what was before."""
    memory = SettledMemory()
    memory.add_partly(ORDERS, 5, None, ONE)
    memory.add_partly(ORDERS, 5, "@acme", ONE)
    memory.add_partly(ORDERS, 5, "@acme", OffsetRanges([(1, 2)]))

    assert [memory.delivered_of(ORDERS, 5, None) for _ in range(2)] == [ONE, NONE]
    assert [memory.delivered_of(ORDERS, 5, "@acme") for _ in range(2)] == [TWO, TWO]


def test_of_a_topic_that_is_made_anew_nothing_is_remembered() -> None:
    memory = SettledMemory()
    memory.keep(ORDERS, SETTLED, HALVES, None)
    memory.add_partly(ORDERS, 5, None, ONE)
    memory.add_partly(CARTS, 5, None, TWO)

    memory.forget(ORDERS)

    assert not memory.recall(ORDERS, None)
    assert (memory.delivered_of(ORDERS, 5, None), memory.delivered_of(CARTS, 5, None)) == (NONE, TWO)


def test_offsets_that_were_set_back_are_sent_whole() -> None:
    """Somebody wants the records again: those that were delivered in part, too."""
    memory = SettledMemory()
    for partition in (ORDERS, CARTS):
        memory.keep(partition, SETTLED, HALVES, 20)
        memory.add_partly(partition, 22, None, TWO)

    memory.recall(ORDERS, 5)
    memory.recall(CARTS, 20)

    assert memory.delivered_of(ORDERS, 22, None) == NONE
    assert memory.delivered_of(CARTS, 22, None) == TWO


def test_records_that_were_delivered_in_part_are_bounded() -> None:
    memory = SettledMemory()
    for offset in range(20_000):
        memory.add_partly(ORDERS, offset, None, ONE)

    assert len(memory) == 10_000, "the latest"
    assert [memory.delivered_of(ORDERS, offset, None) for offset in (0, 19_999)] == [NONE, ONE]
