"""Ranges of offsets behave as the set of their offsets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consumer.delivery.offset_ranges import OffsetRanges

OFFSETS = st.sets(st.integers(0, 60))


def as_set(ranges: OffsetRanges) -> set[int]:
    return {offset for start, end in ranges for offset in range(start, end)}


@given(offsets=OFFSETS)
def test_they_hold_the_offsets_that_went_in(offsets: set[int]) -> None:
    ranges = OffsetRanges.from_offsets(offsets)

    assert as_set(ranges) == offsets == {offset for offset in range(-1, 62) if offset in ranges}
    assert all(end < start for (_, end), (start, _) in zip(ranges, list(ranges)[1:], strict=False))


@given(offsets=OFFSETS, above=st.integers(-1, 61))
def test_what_lies_above_an_offset(offsets: set[int], above: int) -> None:
    assert as_set(OffsetRanges.from_offsets(offsets).above(above)) == {each for each in offsets if each > above}


@given(one=OFFSETS, other=OFFSETS)
def test_two_merged_are_their_union(one: set[int], other: set[int]) -> None:
    assert OffsetRanges.from_offsets(one).merged(OffsetRanges.from_offsets(other)) == OffsetRanges.from_offsets(
        one | other
    )


@given(offsets=OFFSETS, start=st.integers(0, 60))
def test_the_end_of_a_run_is_the_first_offset_that_is_missing(offsets: set[int], start: int) -> None:
    end = OffsetRanges.from_offsets(offsets).end_of_run(start)

    assert end not in offsets
    assert offsets.issuperset(range(start, end))


def test_empty_ranges_are_left_out_and_those_that_touch_are_joined() -> None:
    assert list(OffsetRanges([(1, 1), (2, 4), (4, 6), (5, 7), (9, 8)])) == [(2, 7)]


def test_what_is_no_offset_is_in_none() -> None:
    assert "3" not in OffsetRanges([(0, 10)])


@given(offsets=OFFSETS, one=st.integers(0, 60))
def test_with_one_offset_more_they_are_as_if_it_had_been_there(offsets: set[int], one: int) -> None:
    ranges = OffsetRanges.from_offsets(offsets)

    assert ranges.including(one) == OffsetRanges.from_offsets(offsets | {one})
    assert ranges == OffsetRanges.from_offsets(offsets)


@given(OFFSETS, OFFSETS)
def test_some_may_be_left_out(offsets: set[int], but: set[int]) -> None:
    assert OffsetRanges.from_offsets(offsets).without(but) == OffsetRanges.from_offsets(offsets - but)
