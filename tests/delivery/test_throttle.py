"""Holds, quotas and the ceiling: all of them are the whole endpoint's."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumer.backoff import Backoff
from consumer.delivery.throttle import Throttle, ThrottlePolicy
from consumer.delivery.verdict import Verdict
from tests.delivery.samples import NOW, answer

UNLIMITED = float("inf")
YEAR = str(365 * 86400)


@pytest.fixture
def throttle() -> Throttle:
    return Throttle(ThrottlePolicy(max_hold_seconds=300))


def pushed_back(throttle: Throttle, now: float = NOW, in_flight: int = 0, **headers: str) -> None:
    throttle.answered(answer(429, **headers), Verdict.THROTTLED, in_flight, now)


def delivered(throttle: Throttle, now: float = NOW, in_flight: int = 0, **headers: str) -> None:
    throttle.answered(answer(202, **headers), Verdict.DELIVERED, in_flight, now)


def test_without_a_limit_there_is_none(throttle: Throttle) -> None:
    assert throttle.allowance(NOW, 1000) == UNLIMITED
    assert throttle.next_at(NOW) == NOW


@pytest.mark.parametrize("wait", ["20", format_datetime(datetime.fromtimestamp(NOW + 20, UTC), usegmt=True)])
def test_retry_after_holds_everything_back(throttle: Throttle, wait: str) -> None:
    pushed_back(throttle, retry_after=wait)

    assert throttle.allowance(NOW + 19.9, 0) == 0
    assert throttle.next_at(NOW + 5) == NOW + 20
    assert throttle.allowance(NOW + 20, 0) == 1


def test_a_503_may_ask_for_a_wait_too(throttle: Throttle) -> None:
    throttle.answered(answer(503, retry_after="20"), Verdict.FAILED, 0, NOW)

    assert throttle.allowance(NOW + 19.9, 0) == 0
    assert throttle.allowance(NOW + 20, 0) == UNLIMITED


def test_a_shorter_wait_does_not_cut_a_longer_one(throttle: Throttle) -> None:
    pushed_back(throttle, retry_after="20")
    pushed_back(throttle, retry_after="5")

    assert throttle.next_at(NOW) == NOW + 20


def test_how_long_it_has_held_back_in_all_counts_no_second_twice(throttle: Throttle) -> None:
    throttle.hold(20, NOW)
    throttle.hold(10, NOW + 5)
    throttle.hold(20, NOW + 10)
    assert throttle.held_seconds(NOW + 10) == 10

    assert throttle.held_seconds(NOW + 100) == 30


@pytest.mark.parametrize("wait", [YEAR, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_of_a_year_is_cut_to_the_cap_and_said(throttle: Throttle, wait: str) -> None:
    pushed_back(throttle, retry_after=wait)

    assert throttle.next_at(NOW) == NOW + 300
    assert throttle.capped >= 365 * 86400


def test_a_429_that_names_no_wait_is_answered_by_the_backoff() -> None:
    """Whose bound doubles while nothing passes."""
    throttle = Throttle(ThrottlePolicy(backoff=Backoff(1, 30)))
    holds = []
    now = NOW
    for _ in range(60):
        pushed_back(throttle, now)
        holds.append(throttle.next_at(now) - now)
        now = throttle.next_at(now) + 0.001

    assert holds[0] <= 1
    assert 10 < max(holds) <= 30


def test_requests_that_were_pushed_back_together_count_as_one() -> None:
    """Sixty-four were out when the limit was hit: the wait is the first failure's, not the sixty-fourth's."""
    throttle = Throttle(ThrottlePolicy(backoff=Backoff(0.5, 300)))
    throttle.hold(0.01, NOW)

    for _ in range(64):
        pushed_back(throttle)

    assert throttle.next_at(NOW) <= NOW + 0.5


def test_after_a_429_one_goes_alone_until_one_passes(throttle: Throttle) -> None:
    pushed_back(throttle, retry_after="1")
    assert throttle.allowance(NOW + 2, in_flight=0) == 1
    assert throttle.allowance(NOW + 2, in_flight=1) == 0

    delivered(throttle, NOW + 2)

    assert throttle.allowance(NOW + 2, in_flight=0) == UNLIMITED


def test_a_rejection_shows_as_well_that_one_got_through(throttle: Throttle) -> None:
    pushed_back(throttle, retry_after="1")

    throttle.answered(answer(400), Verdict.REJECTED, 0, NOW + 2)

    assert throttle.allowance(NOW + 2, in_flight=0) == UNLIMITED


def test_one_goes_alone_also_where_a_quota_would_allow_more(throttle: Throttle) -> None:
    pushed_back(throttle, retry_after="1", ratelimit_remaining="50", ratelimit_reset="30")

    assert throttle.allowance(NOW + 2, in_flight=0) == 1


def test_a_quota_is_used_up_and_no_more_until_it_starts_anew(throttle: Throttle) -> None:
    delivered(throttle, ratelimit_remaining="2", ratelimit_reset="10")
    for left in (2, 1):
        assert throttle.allowance(NOW + 1, 0) == left
        throttle.started()

    assert throttle.allowance(NOW + 9, 0) == 0
    assert throttle.next_at(NOW + 1) == NOW + 10
    assert throttle.allowance(NOW + 10, 0) > 0


def test_when_a_window_has_ended_some_go_and_tell_what_is_left_now(throttle: Throttle) -> None:
    """A minute's quota may be all but used up when the second's begins: 64 at once would be pushed back."""
    delivered(throttle, ratelimit_remaining="0", ratelimit_reset="1")
    assert throttle.allowance(NOW + 1, 0) == 8
    assert throttle.allowance(NOW + 1, 8) == 0

    delivered(throttle, NOW + 1.05, in_flight=7, ratelimit_remaining="39", ratelimit_reset="20")
    assert throttle.allowance(NOW + 1.05, 7) == 39 - 7


def test_when_a_window_has_ended_and_the_answers_tell_no_quota_any_more_there_is_none(throttle: Throttle) -> None:
    delivered(throttle, ratelimit_remaining="0", ratelimit_reset="1")
    assert throttle.allowance(NOW + 1, 0) == 8

    delivered(throttle, NOW + 1.05)
    assert throttle.allowance(NOW + 1.05, 0) == UNLIMITED


def test_a_quota_that_is_used_up_is_a_429s_wait(throttle: Throttle) -> None:
    pushed_back(throttle, x_ratelimit_remaining="0", x_ratelimit_reset="7")

    assert throttle.next_at(NOW) == NOW + 7


def test_a_used_up_quota_in_one_field_holds_everything_back(throttle: Throttle) -> None:
    delivered(throttle, ratelimit='"default";r=0;t=3')

    assert throttle.allowance(NOW + 2.9, 0) == 0
    assert throttle.next_at(NOW) == NOW + 3


def test_a_quota_may_not_count_the_requests_in_flight_yet(throttle: Throttle) -> None:
    delivered(throttle, in_flight=8, ratelimit_remaining="10", ratelimit_reset="10")

    assert throttle.allowance(NOW, 8) == 2


def test_a_late_answer_does_not_raise_the_quota_within_its_window(throttle: Throttle) -> None:
    delivered(throttle, ratelimit_remaining="3", ratelimit_reset="10")
    delivered(throttle, ratelimit_remaining="5", ratelimit_reset="10")
    assert throttle.allowance(NOW, 0) == 3

    delivered(throttle, NOW + 11, ratelimit_remaining="50", ratelimit_reset="10")
    assert throttle.allowance(NOW + 11, 0) == 50


def test_an_answer_that_was_sent_in_the_second_before_is_of_the_same_window(throttle: Throttle) -> None:
    """The window ends in 3.0 s: it was told as 4 just before, as 3 just after, and the earlier answer took longer."""
    delivered(throttle, NOW, ratelimit_remaining="2", ratelimit_reset="3")
    late = answer(202, ratelimit_remaining="20", ratelimit_reset="4")._replace(seconds=0.1)
    throttle.answered(late, Verdict.DELIVERED, 0, NOW + 0.05)
    assert throttle.allowance(NOW + 0.05, 0) == 2


def test_an_answer_of_a_later_window_counts_anew(throttle: Throttle) -> None:
    """Though an answer of the window before has said that it lasts for longer."""
    delivered(throttle, NOW, ratelimit_remaining="2", ratelimit_reset="3")
    delivered(throttle, NOW + 2.9, ratelimit_remaining="20", ratelimit_reset="4")
    assert throttle.allowance(NOW + 2.9, 0) == 20


def test_a_quota_that_never_starts_anew_is_capped(throttle: Throttle) -> None:
    delivered(throttle, ratelimit_remaining="0", ratelimit_reset=YEAR)

    assert throttle.allowance(NOW + 299, 0) == 0
    assert throttle.allowance(NOW + 300, 0) > 0


@settings(max_examples=40)
@given(
    rate=st.integers(1, 300),
    steps=st.lists(st.sampled_from([0.0, 0.001, 0.004, 0.05, 0.3, 1.7]), min_size=50, max_size=400),
)
def test_no_second_sees_more_requests_than_the_rate(rate: int, steps: list[float]) -> None:
    """However irregularly it is asked; and never is the next request's time in the past."""
    throttle = Throttle(ThrottlePolicy(rate=rate))
    now, second = NOW, deque[float]()
    for step in steps:
        now += step
        for _ in range(int(throttle.allowance(now, 0))):
            throttle.started()
            second.append(now)
        assert throttle.next_at(now) >= now
        while second and second[0] <= now - 0.999:
            second.popleft()
        assert len(second) <= rate


@pytest.mark.parametrize(("rate", "burst", "wait"), [(0.5, 1, 2), (3, 1, 1 / 3), (20, 1, 0.05), (200, 10, 1 / 191)])
def test_the_next_goes_as_soon_as_the_rate_lets_it(rate: float, burst: int, wait: float) -> None:
    """Were the time to wake another, only the next poll without records would find that one may go."""
    throttle = Throttle(ThrottlePolicy(rate=rate))
    assert throttle.allowance(NOW, 0) == burst
    for _ in range(burst):
        assert throttle.next_at(NOW) == NOW
        throttle.started()
    assert throttle.allowance(NOW, 0) == 0

    due = throttle.next_at(NOW)

    assert due - NOW == pytest.approx(wait, rel=1e-3)
    assert throttle.allowance(due - wait / 10, 0) == 0
    assert throttle.allowance(due + wait / 1000, 0) == 1


def test_a_token_that_lacks_less_than_the_clock_can_tell_is_waited_for() -> None:
    """Were it due now, nobody would wake for it: what may go now waits for something else."""
    throttle = Throttle(ThrottlePolicy(rate=20))
    now = NOW
    throttle.allowance(now, 0)
    throttle.started()
    for _ in range(100):
        due = throttle.next_at(now)
        assert due > now
        now = due
        if throttle.allowance(now, 0):
            throttle.started()


@pytest.mark.parametrize("rate", [0.5, 3, 20, 200, 2000])
def test_the_rate_is_all_but_reached(rate: float) -> None:
    """The ceiling costs a twentieth at most: the burst that no second may have on top of it."""
    throttle = Throttle(ThrottlePolicy(rate=rate))
    now, sent = NOW, 0
    while now < NOW + 20:
        for _ in range(int(throttle.allowance(now, 0))):
            throttle.started()
            sent += 1
        now = max(throttle.next_at(now), now + 0.001)

    assert 0.93 * rate * 20 <= sent <= rate * 20 + 1
