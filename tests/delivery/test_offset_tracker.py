"""The watermark: the offset below which everything is settled."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consumer.delivery.offset_tracker import OffsetTracker


def taken(*offsets: int, already: tuple[int, ...] = ()) -> OffsetTracker:
    settled = OffsetTracker(already)
    for offset in offsets:
        settled.take(offset)
    return settled


def test_nothing_is_committed_before_anything_is_read() -> None:
    assert OffsetTracker().watermark is None


def test_the_first_unsettled_record_holds_the_watermark() -> None:
    """What is settled behind it is remembered, not committed."""
    settled = taken(10, 11, 12, 13)

    settled.settle(11)
    settled.settle(13)

    assert settled.watermark == 10
    assert settled.beyond == [11, 13]


def test_the_watermark_jumps_over_all_that_was_settled_meanwhile() -> None:
    settled = taken(10, 11, 12)
    settled.settle(11)

    settled.settle(10)

    assert settled.watermark == 12
    assert settled.beyond == []


def test_gaps_left_by_compaction_and_transactions_hold_nothing_up() -> None:
    settled = taken(10, 17, 40)

    settled.settle(10)
    settled.settle(17)

    assert settled.watermark == 40


def test_when_all_is_settled_the_next_offset_is_committed() -> None:
    settled = taken(10)

    settled.settle(10)

    assert settled.watermark == 11


def test_what_an_earlier_owner_settled_is_not_sent_again() -> None:
    settled = OffsetTracker(already=(11, 13))

    assert [settled.take(offset) for offset in (10, 11, 12, 13)] == [True, False, True, False]


def test_what_an_earlier_owner_settled_stays_in_the_map_until_the_watermark_has_passed_it() -> None:
    """A second restart, before 12 and 13 were even read, must not forget them."""
    settled = taken(10, already=(11, 13))
    assert settled.beyond == [11, 13]

    settled.settle(10)

    assert settled.watermark == 12
    assert settled.beyond == [13]


def test_a_watermark_moved_over_unread_offsets_stays_right_when_they_are_read() -> None:
    settled = taken(10, already=(11,))
    settled.settle(10)

    assert not settled.take(11)
    assert settled.watermark == 12


@given(
    offsets=st.lists(st.integers(0, 60), unique=True, min_size=1).map(sorted),
    already=st.sets(st.integers(0, 60)),
    data=st.data(),
)
def test_no_record_below_the_watermark_is_unsettled(
    offsets: list[int], already: set[int], data: st.DataObject
) -> None:
    """In whatever order records are settled, and whichever of them an earlier owner had settled."""
    settled = OffsetTracker(already)
    open_ = {offset for offset in offsets if settled.take(offset)}
    for offset in data.draw(st.permutations(sorted(open_))):
        settled.settle(offset)
        open_.discard(offset)

        watermark = settled.watermark
        assert watermark is not None
        assert all(each >= watermark for each in open_)
        assert not open_ & set(settled.beyond)
        assert all(each > watermark for each in settled.beyond)

    assert settled.watermark is not None
    assert settled.watermark > offsets[-1]
