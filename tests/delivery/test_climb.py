"""The search for the limit, round by round, on endpoints without noise: what is tried, and what comes of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import groupby

import pytest

from consumer.delivery.climb import Climb, ClimbPolicy

Latency = Callable[[int], float]


def constant(_: int) -> float:
    """Bears everything."""
    return 0.05


def queue(limit: int) -> float:
    """Sixteen at a time; the rest waits."""
    return 0.05 * max(1.0, limit / 16)


class Search:
    """A search, and the limits of its rounds."""

    def __init__(self, initial: int = 16, maximum: int = 64) -> None:
        self.climb = Climb(ClimbPolicy(), initial, maximum)
        self.now = 100.0

    def run(self, latency: Latency, rounds: int) -> list[tuple[int, int]]:
        """So many rounds; returns each limit with how many rounds it was held."""
        limits = []
        for _ in range(rounds):
            limit = self.climb.arm.limit
            limits.append(limit)
            self.now += 1
            self.climb.round_over(latency(limit), 0.0, limit, self.now)
        return [(limit, len(list(held))) for limit, held in groupby(limits)]

    @property
    def limit(self) -> int:
        return self.climb.arm.limit


@pytest.fixture
def search() -> Search:
    return Search()


def test_where_more_bring_more_it_doubles_up_to_the_maximum_and_stays(search: Search) -> None:
    """A try has a round to settle, as its first answers are to requests that were sent under another limit."""
    held = search.run(constant, 100)

    assert held[:2] == [(16, 2), (32, 2)]
    assert sum(rounds for limit, rounds in held if limit == 64) > 90, "a lower one is tried now and then"


def test_where_more_bring_nothing_it_tries_both_ways_nearer_each_time_and_then_now_and_then(search: Search) -> None:
    """Each stride is half of the last; from the fourth rest on one of four tries goes down."""
    held = search.run(queue, 200)

    tried = [limit for limit, _ in held if limit != 16]
    assert tried[:5] == [32, 11, 20, 14, 17]
    assert set(tried[5:]) == {17, 15}
    rests = [rounds for limit, rounds in held if limit == 16][-3:]
    assert min(rests[:2]) > 30, "tries grow rare"


def test_the_latency_to_expect_is_that_of_the_limit_that_is_measured(search: Search) -> None:
    assert search.climb.typical == 0
    search.run(constant, 2)
    assert search.climb.typical == 0.05

    search.run(lambda _: 0.06, 2)
    assert search.climb.typical == 0.06
    search.climb.not_reached()
    assert search.climb.typical == 0.06, "that of the higher limit was accepted"


def test_a_limit_that_was_not_reached_proves_nothing_and_is_tried_again(search: Search) -> None:
    search.run(constant, 2)
    assert (search.limit, search.climb.trying) == (32, True)

    search.climb.not_reached()
    assert (search.limit, search.climb.trying) == (16, False)
    assert search.run(constant, 3) == [(16, 2), (32, 1)]


class TestLateness:
    def test_only_what_is_tried_above_the_base_can_be_late(self, search: Search) -> None:
        assert search.climb.due_within(16) == math.inf

    def test_a_higher_limit_has_three_times_the_time_that_its_answers_took(self, search: Search) -> None:
        """Sixteen took 50 ms, a round of 32 at that rate 100 ms."""
        search.run(constant, 2)

        assert search.climb.due_within(32) == pytest.approx(0.3)

    def test_after_that_it_is_given_up(self, search: Search) -> None:
        search.run(constant, 2)
        search.climb.late()

        assert (search.limit, search.climb.trying) == (16, False)
        search.climb.late()
        assert search.limit == 16, "nothing was tried"
        search.run(constant, 2)
        assert search.limit == 11, "the other way is next"


class TestPushBack:
    def test_what_is_tried_is_given_up_and_the_base_stays(self, search: Search) -> None:
        search.run(constant, 2)
        search.climb.pushed_back(search.now)

        assert (search.limit, search.climb.trying) == (16, False)

    def test_then_it_goes_up_again_after_four_rounds_but_no_more_against_the_ceiling(self, search: Search) -> None:
        search.run(constant, 2)
        search.climb.pushed_back(search.now)

        held = search.run(constant, 12)
        assert held[0] == (16, 5), "one to settle, and four"
        assert held[1][0] == 32, "the ceiling is over after two seconds"

        other = Search()
        other.run(constant, 2)
        other.climb.pushed_back(other.now + 3600)
        assert max(limit for limit, _ in other.run(constant, 100)) == 31

    def test_the_base_falls_by_a_tenth_and_never_below_one(self) -> None:
        search = Search(20)
        search.climb.pushed_back(search.now)
        assert search.limit == 18

        for _ in range(60):
            search.climb.pushed_back(search.now)
        assert search.limit == 1

    def test_a_fall_is_one_however_often_it_is_pushed_back(self) -> None:
        """The ceiling is where it began; what follows is on the way down."""
        search = Search(20)
        search.climb.pushed_back(search.now)
        search.climb.pushed_back(search.now)
        assert search.limit == 16

        held = search.run(constant, 60)
        assert max(limit for limit, _ in held) == 64, "20 is tried after two seconds, and is borne"

    def test_what_had_nothing_to_do_with_the_limit_brings_it_back_at_once(self) -> None:
        search = Search(20)
        search.climb.pushed_back(search.now)
        search.climb.restore(20)

        assert search.limit == 20
        search.run(constant, 5)
        assert search.limit > 20, "nothing is in the way"


class TestAnEndpointThatChanges:
    def test_one_that_is_slower_by_far_is_measured_anew(self) -> None:
        search = Search(16, 16)
        search.run(constant, 10)
        search.run(lambda _: 0.075, 1)

        assert search.climb.typical == pytest.approx(0.075)
        assert search.climb.arm.rounds == 1

    @pytest.mark.parametrize("latency", [0.0575, 0.0435])
    def test_one_that_is_a_little_slower_or_quicker_is_the_same(self, latency: float) -> None:
        search = Search(16, 16)
        search.run(constant, 10)
        search.run(lambda _: latency, 1)

        assert search.climb.arm.rounds == 10
        assert min(latency, 0.05) < search.climb.typical < max(latency, 0.05)

    def test_one_that_has_become_slow_is_tried_with_fewer_at_once(self) -> None:
        """As many as bring this throughput at the best latency, but not fewer than two thirds."""
        search = Search(32, 32)
        search.run(constant, 10)
        assert search.limit == 32

        held = search.run(lambda limit: 0.05 * max(1.0, limit / 16), 40)
        assert held[1][0] == 21
        assert search.limit < 22

    def test_one_that_is_slow_at_any_limit_is_left_at_its_limit(self) -> None:
        """Fewer in flight are no quicker there: that is what it takes now."""
        search = Search(32, 32)
        search.run(constant, 10)
        search.run(lambda _: 0.1, 60)

        assert search.limit == 32


def test_of_a_maximum_of_two_no_try_leaves_the_bounds() -> None:
    search = Search(2, 2)

    assert {limit for limit, _ in search.run(constant, 100)} <= {1, 2}
    assert {limit for limit, _ in Search(1, 1).run(constant, 50)} == {1}
