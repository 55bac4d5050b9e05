"""Which consents go again where another member has repeated what is older of their customers."""

from __future__ import annotations

import pytest

from consumer.delivery.consents import Consents
from consumer.delivery.offset_ranges import NOTHING, OffsetRanges
from consumer.records import Partition

ORDERS, CARTS = Partition("shop.orders", 0), Partition("shop.carts", 0)
SEVEN = OffsetRanges([(7, 8)])


@pytest.fixture
def consents() -> Consents:
    """Jane's at 5, 7 and 9, and John's at 6 and 8."""
    made = Consents()
    for offset, key in ((5, b"jane"), (6, b"john"), (7, b"jane"), (8, b"john"), (9, b"jane")):
        made.delivered(ORDERS, offset, key)
    return made


@pytest.mark.parametrize(
    ("committed", "settled", "ours", "again"),
    [
        pytest.param(5, NOTHING, NOTHING, set(), id="nothing was repeated"),
        pytest.param(6, NOTHING, NOTHING, {7, 9}, id="the first of Jane's"),
        pytest.param(7, NOTHING, NOTHING, {7, 8, 9}, id="the first of both"),
        pytest.param(5, SEVEN, NOTHING, {9}, id="one beyond the commit: what is older than it was not overtaken"),
        pytest.param(8, NOTHING, OffsetRanges([(5, 8)]), set(), id="they were left out, as our map told"),
        pytest.param(8, NOTHING, OffsetRanges([(5, 6), (7, 8)]), {8}, id="Jane's were, and John's was not"),
        pytest.param(10, NOTHING, NOTHING, set(), id="all were, in their order"),
    ],
)
def test_what_goes_again(
    consents: Consents, committed: int, settled: OffsetRanges, ours: OffsetRanges, again: set[int]
) -> None:
    assert consents.overtaken(ORDERS, committed, settled, ours) == again
    assert consents.overtaken(CARTS, committed, settled, ours) == set()


def test_what_the_group_has_is_repeated_by_nobody(consents: Consents) -> None:
    consents.committed(ORDERS, 6)
    assert len(consents) == 4
    assert consents.overtaken(ORDERS, 7, NOTHING, NOTHING) == {8}


def test_a_record_may_have_several_customers(consents: Consents) -> None:
    """One for each destination; a repetition counts once."""
    for key in (b"acme", b"acme", b"jane"):
        consents.delivered(ORDERS, 8, key)
    assert len(consents) == 5
    assert consents.overtaken(ORDERS, 6, NOTHING, NOTHING) == {7, 8, 9}


def test_offsets_that_mean_other_records_are_forgotten(consents: Consents) -> None:
    consents.forget(ORDERS)
    consents.forget(CARTS)
    assert len(consents) == 0
    assert consents.overtaken(ORDERS, 7, NOTHING, NOTHING) == set()


def test_there_is_a_bound() -> None:
    consents = Consents(most=2)
    for partition, offset in ((CARTS, 1), (ORDERS, 1), (ORDERS, 2)):
        consents.delivered(partition, offset, b"jane")
    assert len(consents) == 2
    assert consents.overtaken(ORDERS, 2, NOTHING, NOTHING) == {2}
