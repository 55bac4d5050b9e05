"""Which way the next try goes, how far, and when."""

from __future__ import annotations

import pytest

from consumer.delivery.pace import Pace, PacePolicy

FINEST = 0.06


@pytest.fixture
def pace() -> Pace:
    return Pace(PacePolicy(finest=FINEST, cost=0.01, pauses=(8, 32, 128), down_every=4))


def rounds(pace: Pace) -> int:
    """After how many the next try is due."""
    count = 1
    while not pace.due():
        count += 1
    return count


def rested(pace: Pace, dear: float = 0.0) -> int:
    """Refused once more, when the search is over: the rounds until the next try."""
    pace.stride = FINEST
    pace.refused(FINEST, up=pace.upwards, dear=dear)
    return rounds(pace)


@pytest.fixture
def searched(pace: Pace) -> Pace:
    """A search that is over: it found nothing either way."""
    pace.refused(FINEST, up=True, dear=0)
    return pace


def test_it_begins_at_once_upwards_and_wide(pace: Pace) -> None:
    assert (rounds(pace), pace.upwards, pace.stride) == (1, True, 1.0)


def test_what_finds_more_goes_on_the_same_way_twice_as_far_at_once(pace: Pace) -> None:
    pace.stride = 0.2
    pace.accepted(up=False)
    assert (rounds(pace), pace.upwards, pace.stride) == (1, False, 0.4)

    for _ in range(3):
        pace.accepted(up=True)
    assert (pace.upwards, pace.stride) == (True, 1.0)


def test_what_finds_nothing_turns_and_halves_until_strides_are_too_fine_to_tell(pace: Pace) -> None:
    seen = []
    for _ in range(4):
        up = pace.upwards
        pace.refused(FINEST, up=up, dear=0)
        seen.append((pace.stride, pace.upwards, rounds(pace)))

    assert seen == [(0.5, False, 1), (0.25, True, 1), (0.125, False, 1), (0.0625, True, 1)]
    pace.refused(FINEST, up=True, dear=0)
    assert rounds(pace) == 8


def test_a_noisy_endpoint_ends_the_search_sooner(pace: Pace) -> None:
    pace.refused(0.3, up=True, dear=0)
    assert rounds(pace) == 1
    pace.refused(0.3, up=False, dear=0)
    assert rounds(pace) == 8


def test_the_first_refusal_is_followed_by_the_other_way_however_fine(pace: Pace) -> None:
    pace.stride = FINEST
    pace.refused(FINEST, up=True, dear=0)
    assert (pace.upwards, rounds(pace)) == (False, 1)

    pace.accepted(up=False)
    pace.stride = FINEST
    pace.refused(FINEST, up=False, dear=0)
    assert (pace.upwards, rounds(pace)) == (True, 1)


def test_then_tries_grow_rare_up_to_the_longest_pause_and_each_fourth_goes_down(searched: Pace) -> None:
    seen = []
    for _ in range(8):
        waited = rested(searched)
        seen.append((waited, searched.upwards))

    assert [waited for waited, _ in seen] == [8, 16, 32, 32, 32, 32, 32, 32]
    assert [up for _, up in seen] == [True, True, True, False] * 2


@pytest.mark.parametrize(("dear", "waited"), [(0.07, 8), (0.5, 50), (1.28, 128), (5, 128)])
def test_a_dear_try_is_paid_off_before_the_next(searched: Pace, dear: float, waited: int) -> None:
    """So many rounds of throughput are one in a hundred of those until then; up to the longest."""
    assert rested(searched, dear) == waited


def test_after_a_find_the_pauses_begin_anew(searched: Pace) -> None:
    rested(searched)
    rested(searched)
    searched.accepted(up=True)
    searched.refused(FINEST, up=True, dear=0)

    assert rested(searched) == 8


@pytest.mark.parametrize(
    ("finest", "stride", "widened"), [(0.01, 0.5, 0.5), (0.01, 0.01, 0.06), (0.3, 0.1, 0.3), (2, 0.1, 1)]
)
def test_a_try_is_no_finer_than_what_the_noise_lets_be_told(
    pace: Pace, finest: float, stride: float, widened: float
) -> None:
    pace.stride = stride

    assert pace.widened(finest) == pace.stride == widened


def test_what_the_noise_hid_is_tried_farther_after_a_rest(pace: Pace) -> None:
    pace.stride = 0.2
    pace.undecided(0.5)
    assert pace.stride == pytest.approx(0.3)
    assert rounds(pace) == 50

    for _ in range(5):
        pace.undecided(0)
    assert pace.stride == 1.0


def test_where_there_is_nowhere_to_go_it_rests_and_tries_nearer(pace: Pace) -> None:
    pace.skipped()

    assert (pace.stride, rounds(pace)) == (0.5, 8)


@pytest.mark.parametrize(("stride", "kept"), [(0.11, 0.11), (1.5, 1.0)])
def test_after_push_back_it_goes_up_again_by_as_much_after_a_while(
    searched: Pace, stride: float, kept: float
) -> None:
    rested(searched)
    rested(searched)
    searched.pushed_back(stride, 4)
    assert (searched.upwards, searched.stride, rounds(searched)) == (True, kept, 4)

    assert rested(searched) == 8
