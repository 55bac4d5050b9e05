"""What waits for destinations that are gone, until a mark says that it was moved."""

from __future__ import annotations

import pytest

from consumer.delivery.marks import MOVED, REPLAYED, mark_headers
from consumer.delivery.removed import Removed
from consumer.records import Record
from tests.delivery.samples import RETRY


def mark(*offsets: int, name: str = MOVED, value: bytes | None = None) -> Record:
    return Record(RETRY, 99, None, value, headers=mark_headers(name, offsets))


@pytest.fixture
def removed() -> Removed:
    """Three of one destination, and one of another."""
    made = Removed()
    for destination, offset in (("sold", 3), ("sold", 4), ("gone", 5), ("sold", 8)):
        made.leave(destination, offset)
    return made


def test_it_is_counted_by_destination(removed: Removed) -> None:
    assert removed.counts == {"sold": 3, "gone": 1}


def test_what_was_moved_is_left_no_longer(removed: Removed) -> None:
    assert sorted(removed.moved(mark(3, 4, 8))) == [3, 4, 8]
    assert removed.counts == {"gone": 1}
    assert removed.moved(mark(3, 4, 8)) == [], "a mark that is read again says nothing new"
    assert removed.moved(mark(5)) == [5]
    assert not removed


def test_a_mark_moves_nothing_but_what_is_left(removed: Removed) -> None:
    """Others on their way to Bluecore are settled by its answer, whoever may write a mark."""
    assert removed.moved(mark(1, 2, 6, 7)) == []
    assert removed.moved(mark(3, name=REPLAYED)) == []
    assert removed.moved(mark(3, value=b"a record")) == []
    assert removed.counts == {"sold": 3, "gone": 1}
