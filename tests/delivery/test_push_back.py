"""The limit that was pushed back is remembered for a while, and failures that no lower limit helps are borne."""

from __future__ import annotations

import pytest

from consumer.delivery.push_back import Ceiling, PushBackPolicy, Usual

MAXIMUM = 64


@pytest.fixture
def ceiling() -> Ceiling:
    return Ceiling(PushBackPolicy(ceiling_seconds=(2.0, 10.0)))


class TestTheCeiling:
    def test_what_was_never_pushed_back_is_tried_up_to_the_maximum(self, ceiling: Ceiling) -> None:
        assert ceiling.below(63, 16, MAXIMUM, 0) == 63
        assert ceiling.below(64, 16, MAXIMUM, 0) == 64
        assert ceiling.below(65, 16, MAXIMUM, 0) == 64

    def test_a_limit_that_was_pushed_back_is_not_tried_for_two_seconds(self, ceiling: Ceiling) -> None:
        """Just below it may be tried, and of what is wanted beyond half the way."""
        ceiling.met(24, 100, trying=True)

        assert ceiling.below(23, 16, MAXIMUM, 101.9) == 23
        assert ceiling.below(24, 16, MAXIMUM, 101.9) == 20
        assert ceiling.below(40, 16, MAXIMUM, 101.9) == 20
        assert ceiling.below(40, 22, MAXIMUM, 101.9) == 23
        assert ceiling.below(24, 23, MAXIMUM, 101.9) == 23

    def test_then_it_is_but_nothing_above(self, ceiling: Ceiling) -> None:
        ceiling.met(24, 100, trying=True)

        assert ceiling.below(24, 23, MAXIMUM, 102) == 24
        assert ceiling.below(25, 23, MAXIMUM, 102) == 24

    def test_each_time_it_is_met_again_it_is_left_alone_for_twice_as_long_up_to_the_longest(
        self, ceiling: Ceiling
    ) -> None:
        for seconds in (2, 4, 8, 10, 10):
            ceiling.met(24, 100, trying=True)
            assert ceiling.below(24, 23, MAXIMUM, 100 + seconds - 0.1) == 23
            assert ceiling.below(24, 23, MAXIMUM, 100 + seconds) == 24

    @pytest.mark.parametrize(("limit", "trying"), [(23, True), (24, False), (30, False)])
    def test_a_lower_one_or_the_base_itself_begins_anew(self, ceiling: Ceiling, limit: int, *, trying: bool) -> None:
        """It is another load, and not the search that ran against the same wall."""
        ceiling.met(24, 100, trying=True)
        ceiling.met(24, 100, trying=True)
        ceiling.met(limit, 100, trying=trying)

        assert ceiling.limit == limit
        assert ceiling.below(limit, limit - 1, MAXIMUM, 101.9) == limit - 1
        assert ceiling.below(limit, limit - 1, MAXIMUM, 102) == limit

    def test_one_that_is_borne_after_all_is_forgotten(self, ceiling: Ceiling) -> None:
        ceiling.met(24, 100, trying=True)
        ceiling.passed(23)
        assert ceiling.limit == 24

        ceiling.passed(24)
        assert ceiling.limit is None
        assert ceiling.below(64, 24, MAXIMUM, 100) == 64
        ceiling.passed(64)

    def test_where_even_one_is_too_many_two_are_tried_again(self, ceiling: Ceiling) -> None:
        ceiling.met(1, 100, trying=False)

        assert ceiling.limit == 2
        assert ceiling.below(2, 1, MAXIMUM, 101.9) == 1
        assert ceiling.below(2, 1, MAXIMUM, 102) == 2

    def test_the_base_is_never_above_what_may_be_tried(self, ceiling: Ceiling) -> None:
        """It may be: push-back of a burst lowers the ceiling below a base that is borne."""
        ceiling.met(10, 100, trying=True)

        assert ceiling.below(30, 20, MAXIMUM, 100) == 20

    def test_a_maximum_below_the_ceiling_is_the_limit(self, ceiling: Ceiling) -> None:
        ceiling.met(64, 100, trying=True)

        assert ceiling.below(40, 16, 32, 101) == 32


POLICY = PushBackPolicy(lowered=0.75, failures=5, burst=8, most=0.1, memory=2000)


@pytest.fixture
def usual() -> Usual:
    return Usual(POLICY)


def fell(usual: Usual, *, share: float, before: float | None = None) -> list[int]:
    """The limit falls from 20 by 19 to 15 because of failures; what becomes of rounds of 100 answers at each."""
    assert usual.unusual()
    usual.lowered(20)
    usual.counted(19, 100, round(100 * (share if before is None else before)) + 1, trying=False)
    return [usual.counted(15, 100, round(100 * share), trying=False) for _ in range(30)]


class TestWhatIsUsual:
    def test_the_first_failure_is_push_back(self, usual: Usual) -> None:
        assert usual.unusual()

    @pytest.mark.parametrize("share", [0.02, 0.05, 0.1])
    def test_failures_that_a_lower_limit_does_not_make_fewer_raise_it_again(self, usual: Usual, share: float) -> None:
        """As soon as five have failed at the lower one; it is told once."""
        found = fell(usual, share=share)

        rounds = -(-5 // round(100 * share))
        assert found[:rounds] == [0] * (rounds - 1) + [20]
        assert found[rounds:] == [0] * (30 - rounds)

    def test_from_then_on_so_many_are_borne(self, usual: Usual) -> None:
        """Eight at once, and then twice the share, as it comes and goes."""
        fell(usual, share=0.05)

        assert [usual.unusual() for _ in range(9)] == [False] * 8 + [True]
        usual.counted(20, 40, 2, trying=False)
        assert [usual.unusual() for _ in range(4)].index(True) == 3

    def test_more_than_one_in_ten_is_never_usual(self, usual: Usual) -> None:
        assert not any(fell(usual, share=0.11))

    def test_where_the_lower_limit_helps_it_stays(self, usual: Usual) -> None:
        assert not any(fell(usual, share=0.02, before=0.1))
        assert usual.unusual()

    def test_bad_luck_in_the_few_answers_before_is_no_proof_that_it_helps(self, usual: Usual) -> None:
        """Of 40 answers five failed, or the limit would not have been lowered; of those at lower limits 3 %."""
        usual.lowered(20)
        usual.counted(19, 40, 5, trying=False)

        assert [usual.counted(15, 100, 3, trying=False) for _ in range(2)] == [0, 20]

    def test_where_it_helped_a_still_lower_limit_must_help_too(self, usual: Usual) -> None:
        """It falls by 15, where fewer fail, to 10, where as many do as at 15: from there on it may rise."""
        usual.lowered(20)
        usual.counted(19, 100, 40, trying=False)
        assert [usual.counted(15, 100, 5, trying=False) for _ in range(3)] == [0, 0, 0]

        assert usual.counted(10, 100, 4, trying=False) == 0
        assert usual.counted(10, 50, 1, trying=False) == 16

    def test_a_luckier_round_changes_little_of_what_is_borne(self, usual: Usual) -> None:
        fell(usual, share=0.05)
        usual.counted(20, 100, 4, trying=False)

        assert not usual.unusual()

    def test_after_the_limit_has_risen_by_itself_the_question_is_put_anew(self, usual: Usual) -> None:
        usual.lowered(20)
        usual.counted(20, 100, 0, trying=False)
        usual.lowered(16)

        assert usual.counted(12, 100, 5, trying=False) == 16

    def test_one_at_a_time_is_the_least_that_can_be_in_flight(self, usual: Usual) -> None:
        """What fails then is not the load's doing, whatever failed before."""
        usual.lowered(5)
        usual.counted(4, 30, 20, trying=False)
        assert usual.counted(1, 100, 5, trying=False) == 0

        assert usual.counted(1, 100, 5, trying=False) == 2

    def test_half_as_many_are_as_many(self, usual: Usual) -> None:
        assert any(fell(usual, share=0.05, before=0.1))

    def test_the_limit_must_have_fallen_by_a_quarter_to_tell(self, usual: Usual) -> None:
        usual.lowered(20)
        usual.counted(19, 100, 6, trying=False)
        for _ in range(10):
            assert usual.counted(16, 100, 5, trying=False) == 0
        assert usual.counted(15, 100, 5, trying=False) == 20

    def test_what_is_tried_meanwhile_tells_nothing(self, usual: Usual) -> None:
        usual.lowered(20)
        usual.counted(19, 100, 6, trying=False)
        assert usual.counted(15, 100, 5, trying=True) == 0
        assert usual.counted(15, 0, 0, trying=False) == 0
        assert usual.counted(15, 100, 5, trying=False) == 20

    @pytest.mark.parametrize("back", [20, 21])
    def test_a_limit_that_has_risen_again_by_itself_ends_the_question(self, usual: Usual, back: int) -> None:
        usual.lowered(20)
        usual.counted(19, 100, 5, trying=False)
        usual.counted(back, 100, 5, trying=False)

        assert usual.counted(15, 100, 5, trying=False) == 0

    def test_so_does_a_long_time_without_failures(self, usual: Usual) -> None:
        usual.lowered(20)
        usual.counted(19, 100, 6, trying=False)
        for _ in range(21):
            assert usual.counted(15, 100, 0, trying=False) == 0

        assert [usual.counted(15, 100, 5, trying=False) for _ in range(3)] == [0, 0, 0]

    def test_the_question_is_of_the_limit_that_it_began_at(self, usual: Usual) -> None:
        """Each further fall is one more step of the same."""
        usual.lowered(20)
        usual.counted(19, 100, 6, trying=False)
        usual.lowered(18)

        assert usual.counted(15, 100, 5, trying=False) == 20

    def test_from_one_it_cannot_fall(self, usual: Usual) -> None:
        usual.lowered(1)

        assert usual.counted(1, 100, 5, trying=False) == 0

    def test_push_back_takes_what_was_borne(self, usual: Usual) -> None:
        fell(usual, share=0.05)
        usual.lowered(20)

        assert usual.unusual()

    def test_failures_that_have_ended_are_not_borne_for_ever(self, usual: Usual) -> None:
        """The share is that of the last 2,000 answers."""
        fell(usual, share=0.05)
        for _ in range(100):
            usual.counted(20, 200, 0, trying=False)
        while not usual.unusual():
            pass

        usual.counted(20, 1000, 0, trying=False)
        assert usual.unusual()
