"""A limit that is tried beside the one that stays: what it is worth, and when that is clear."""

from __future__ import annotations

import math

import pytest

from consumer.delivery.comparison import Comparison, ComparisonPolicy, Try, gain
from consumer.delivery.measured import Arm, Noise

POLICY = ComparisonPolicy()
QUIET = Noise(1e-12, 0.05)
BASE = 0.05
"""Seconds at the limit that stays."""


def arm(limit: int, latency: float = BASE, answers: float = 100, rounds: int = 5) -> Arm:
    return Arm(limit, latency, answers, rounds)


def up(share: float, *, to: int = 15) -> Try:
    """A try from 10, of which this share of the rise arrives as throughput."""
    return Try(arm(to, BASE * (to / 10) ** (1 - share)), up=True)


def down(share: float) -> Try:
    """A try from 10 to 8, which costs this share of the fall in throughput."""
    return Try(arm(8, BASE * 0.8 ** (1 - share)), up=False)


def compared(this: Try, rounds: int = 1, noise: Noise = QUIET) -> list[Comparison]:
    return [this.compared(arm(10), noise, BASE, POLICY) for _ in range(rounds)]


def noise_of_margin(margin: float) -> Noise:
    """Two deviations of the difference are this share of the way from 10 to 15."""
    return Noise((margin * math.log(15 / 10) / 2) ** 2 * 50, 0.05)


class TestTheGain:
    @pytest.mark.parametrize(("latency", "share"), [(0.05, 1), (0.0707107, 0.5), (0.1, 0), (0.2, -1)])
    def test_it_is_the_share_of_the_rise_that_arrives_as_throughput(self, latency: float, share: float) -> None:
        assert gain(arm(10), arm(20, latency), BASE, 0.001) == pytest.approx(share, abs=1e-5)

    def test_less_than_a_millisecond_above_the_best_is_no_rise(self) -> None:
        """It is as likely this process that was late."""
        assert gain(arm(10), arm(20, 0.0509), BASE, 0.001) == 1
        assert gain(arm(10), arm(20, 0.0511), BASE, 0.001) == pytest.approx(0.96860, abs=1e-4)

    def test_the_best_is_the_lower_limits_where_that_is_quicker(self) -> None:
        assert gain(arm(10), arm(20, 0.0505), 0.04, 0.001) == pytest.approx(0.98564, abs=1e-4)
        assert gain(arm(10), arm(20, 0.0511), 9.0, 0.001) == pytest.approx(0.96860, abs=1e-4)


class TestWhatIsClear:
    def test_a_quarter_of_the_rise_is_worth_a_higher_limit(self) -> None:
        assert compared(up(0.26)) == [Comparison.BETTER]
        assert compared(up(0.24), 3) == [Comparison.OPEN, Comparison.WORSE, Comparison.WORSE]

    def test_a_fall_is_worth_it_where_it_costs_less_than_fifteen_hundredths(self) -> None:
        """Less than for a rise: between the two the limit stays."""
        assert compared(down(0.14)) == [Comparison.BETTER]
        assert compared(down(0.16), 2) == [Comparison.OPEN, Comparison.WORSE]

    def test_a_doubling_has_a_round_more_unless_the_throughput_falls_steeply(self) -> None:
        """A burst of new connections is slow at first."""
        assert compared(up(0.1, to=20), 3) == [Comparison.OPEN, Comparison.OPEN, Comparison.WORSE]
        assert compared(up(-0.4, to=20), 3) == [Comparison.OPEN, Comparison.OPEN, Comparison.WORSE]
        assert compared(up(-0.6, to=20), 2) == [Comparison.OPEN, Comparison.WORSE]
        assert compared(up(0.1, to=19), 2) == [Comparison.OPEN, Comparison.WORSE]

    @pytest.mark.parametrize(("share", "clear"), [(0.25 + 0.36, Comparison.BETTER), (0.25 + 0.34, Comparison.OPEN)])
    def test_it_must_be_surer_than_two_deviations(self, share: float, clear: Comparison) -> None:
        """Here 0.35 of the way from 10 to 15, with 100 answers at each."""
        assert compared(up(share), noise=noise_of_margin(0.35)) == [clear]

    def test_after_eighty_rounds_it_is_over(self) -> None:
        """Undecided where the noise hides even a gain that would be worth it; else it is no gain."""
        loud = Noise(1.0, 0.05)
        assert compared(up(0.25), 82, loud) == [Comparison.OPEN] * 80 + [Comparison.UNDECIDED] * 2

        assert compared(up(0.25), 82, noise_of_margin(0.2)) == [Comparison.OPEN] * 80 + [Comparison.WORSE] * 2


class TestTurns:
    def test_each_is_measured_until_it_has_twice_the_answers_of_the_other(self) -> None:
        this, base = Try(arm(15, answers=99), up=True), arm(10, answers=50)
        assert not this.takes_turns(base, 2)
        assert this.on

        this.arm.answers = 100
        assert this.takes_turns(base, 2)
        assert not this.on

        assert not this.takes_turns(base, 2)
        base.answers = 200
        assert this.takes_turns(base, 2)
        assert this.on

    def test_and_for_as_many_rounds_as_a_try_has_at_least(self) -> None:
        this, base = Try(arm(15, answers=1000, rounds=1), up=True), arm(10)
        assert not this.takes_turns(base, 2)

        this.arm.rounds = 2
        assert this.takes_turns(base, 2)

    def test_what_was_begun_in_haste_is_believed_when_the_base_was_measured_anew(self) -> None:
        """It may have been slow for a moment only."""
        this, base = Try(arm(8), up=False, hasty=True), arm(10)

        assert this.confirms(base)
        assert (base.answers, this.on) == (0, False)
        base.answers = 7
        assert not this.confirms(base)
        assert base.answers == 7

    def test_else_it_is_believed_at_once(self) -> None:
        this, base = Try(arm(15), up=True), arm(10)

        assert not this.confirms(base)
        assert (base.answers, this.on) == (100, True)


class TestWhatItTook:
    def test_rounds_in_which_less_came_through_count_by_what_was_missing(self) -> None:
        """At 20 and twice the latency nothing is missing; at four times, ln 2 of each round and the one to settle."""
        this = Try(arm(20, 0.2), up=True, rounds=3)

        assert this.dear(arm(10)) == pytest.approx(4 * 0.693147)
        assert Try(arm(20, 0.1), up=True, rounds=3).dear(arm(10)) == pytest.approx(0)
        assert Try(arm(20, 0.05), up=True, rounds=3).dear(arm(10)) == 0

    def test_without_an_answer_all_was_missing(self) -> None:
        assert Try(Arm(20), up=True, rounds=3).dear(arm(10)) == 4
