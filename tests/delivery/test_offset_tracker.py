"""The watermark: the offset below which everything is settled."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consumer.delivery.offset_ranges import OffsetRanges
from consumer.delivery.offset_tracker import OffsetTracker


def taken(*offsets: int, already: tuple[int, ...] = ()) -> OffsetTracker:
    settled = OffsetTracker(OffsetRanges.from_offsets(already))
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
    assert list(settled.beyond) == [(11, 12), (13, 14)]


def test_the_watermark_jumps_over_all_that_was_settled_meanwhile() -> None:
    settled = taken(10, 11, 12)
    settled.settle(11)

    settled.settle(10)

    assert settled.watermark == 12
    assert not settled.beyond


def test_gaps_left_by_compaction_and_transactions_hold_nothing_up() -> None:
    settled = taken(10, 17, 40)

    settled.settle(10)
    settled.settle(17)

    assert settled.watermark == 40


def test_gaps_count_as_settled_beyond_the_watermark() -> None:
    """There is nothing in them that could be sent again; a hanging key in a compacted topic costs one range."""
    settled = taken(10, *range(12, 1000, 2))

    for offset in range(12, 1000, 2):
        settled.settle(offset)

    assert settled.watermark == 10
    assert list(settled.beyond) == [(11, 999)]


def test_what_is_kept_grows_with_what_is_unsettled_alone() -> None:
    """A key that hangs for hours, while a million others pass, costs no memory."""
    settled = taken(0)
    for offset in range(1, 20_000):
        settled.take(offset)
        settled.settle(offset)

    assert len(settled._taken) < 2000  # noqa: SLF001 - memory shows nowhere else
    assert list(settled.beyond) == [(1, 20_000)]


def test_when_all_is_settled_the_next_offset_is_committed() -> None:
    settled = taken(10)

    settled.settle(10)

    assert settled.watermark == 11


def test_what_an_earlier_owner_settled_is_not_sent_again() -> None:
    settled = OffsetTracker(OffsetRanges.from_offsets((11, 13)))

    assert [settled.take(offset) for offset in (10, 11, 12, 13)] == [True, False, True, False]


def test_what_an_earlier_owner_settled_stays_in_the_map_until_the_watermark_has_passed_it() -> None:
    """A second restart, before 12 and 13 were even read, must not forget them."""
    settled = taken(10, already=(11, 13))
    assert list(settled.beyond) == [(11, 12), (13, 14)]

    settled.settle(10)

    assert settled.watermark == 12
    assert list(settled.beyond) == [(13, 14)]


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
    settled = OffsetTracker(OffsetRanges.from_offsets(already))
    open_ = {offset for offset in offsets if settled.take(offset)}
    for offset in data.draw(st.permutations(sorted(open_))):
        settled.settle(offset)
        open_.discard(offset)

        watermark = settled.watermark
        assert watermark is not None
        assert all(each >= watermark for each in open_)
        assert not any(offset in settled.beyond for offset in open_)
        assert all(start > watermark for start, _ in settled.beyond)

    assert settled.watermark is not None
    assert settled.watermark > offsets[-1]


def test_what_was_half_settled_when_it_was_read_and_is_settled_now_is_half_settled_no_more() -> None:
    settled = OffsetTracker(OffsetRanges(), OffsetRanges.from_offsets((11, 20)))
    for offset in (10, 11, 12):
        settled.take(offset)
    assert list(settled.halves) == [(11, 12), (20, 21)]

    settled.settle(11)

    assert list(settled.halves) == [(20, 21)]
