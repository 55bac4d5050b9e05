"""When dead letters are a flood, and when it has ended."""

from __future__ import annotations

import pytest

from consumer.delivery.flood import Flood, FloodPolicy
from tests.delivery.samples import NOW

POLICY = FloodPolicy(ratio=0.5, minimum=30, window_seconds=60)


@pytest.fixture
def flood() -> Flood:
    return Flood(POLICY)


def bad(flood: Flood, count: int, at: float = NOW) -> bool:
    for _ in range(count):
        flood.bad(at)
    return flood.on


def good(flood: Flood, count: int, at: float = NOW) -> bool:
    for _ in range(count):
        flood.good(at)
    return flood.on


def test_few_dead_letters_are_no_flood_however_few_are_good(flood: Flood) -> None:
    assert not bad(flood, 29)
    assert bad(flood, 1)


def test_many_are_no_flood_while_more_are_good(flood: Flood) -> None:
    good(flood, 100)
    assert not bad(flood, 99)
    assert bad(flood, 1)


def test_what_happened_before_the_window_counts_no_more(flood: Flood) -> None:
    bad(flood, 29)
    assert not bad(flood, 1, NOW + 70)


def test_what_happened_within_it_does(flood: Flood) -> None:
    """The window slides by halves: a flood that lies across its edge is seen."""
    good(flood, 1)
    bad(flood, 29, NOW + 29)
    assert bad(flood, 1, NOW + 34)


def test_twenty_good_ones_in_a_row_end_it_and_nineteen_do_not(flood: Flood) -> None:
    """Of a route of which half is bad, there are never so many in a row."""
    bad(flood, 30)
    assert good(flood, 19)
    assert bad(flood, 1)
    assert good(flood, 19)
    assert not good(flood, 1)


def test_after_its_end_the_count_begins_anew(flood: Flood) -> None:
    bad(flood, 30)
    good(flood, 20)
    assert not bad(flood, 29)
    assert bad(flood, 1)


def test_where_few_are_a_flood_as_few_end_it() -> None:
    flood = Flood(FloodPolicy(minimum=3))
    bad(flood, 3)
    assert good(flood, 2)
    assert not good(flood, 1)


def test_one_that_was_on_before_is_on_until_it_ends() -> None:
    flood = Flood(POLICY, on=True)
    assert flood.on
    assert not good(flood, 20)


def test_it_is_over_when_the_window_holds_nothing_bad(flood: Flood) -> None:
    bad(flood, 1)
    assert not flood.over(NOW + 20)
    assert flood.over(NOW + 61)


def test_it_is_not_over_while_it_is_on(flood: Flood) -> None:
    bad(flood, 30)
    assert not flood.over(NOW + 3600)
