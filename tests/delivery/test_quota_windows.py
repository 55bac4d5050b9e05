"""Both windows of a quota are obeyed, and several instances get the same of it, without knowing of each other."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from consumer.delivery.quota_windows import HeldBy, QuotaWindows
from consumer.delivery.throttle import Throttle, ThrottlePolicy
from consumer.delivery.verdict import Verdict
from tests.delivery.samples import NOW, answer

POLICY = "700;w=60;burst=75;w=1"
MINUTE, SECOND = 700, 75
STEP = 0.01


@dataclass
class Account:
    """Fixed windows of an account, as Bluecore documents them, with the headers that tell of the tightest."""

    limits: dict[int, int]
    used: dict[int, int] = field(default_factory=dict)
    ends: dict[int, float] = field(default_factory=dict)
    refused: int = 0

    def take(self, now: float) -> tuple[int, dict[str, str]]:
        """Status and headers."""
        for seconds in self.limits:
            if now >= self.ends.get(seconds, 0):
                self.ends[seconds], self.used[seconds] = now + seconds, 0
            self.used[seconds] += 1
        over = any(self.used[seconds] > limit for seconds, limit in self.limits.items())
        self.refused += over
        left = {seconds: max(0, limit - self.used[seconds]) for seconds, limit in self.limits.items()}
        tightest = min(left, key=lambda seconds: (left[seconds], -self.ends[seconds]))
        headers = {
            "x_ratelimit_limit": ";burst=".join(f"{limit};w={seconds}" for seconds, limit in self.limits.items()),
            "x_ratelimit_remaining": str(left[tightest]),
            "x_ratelimit_reset": str(max(1, round(self.ends[tightest] - now + 0.49))),
        }
        return (429 if over else 200), headers


def played(instances: int, seconds: float, limits: dict[int, int]) -> tuple[Account, list[int]]:
    """So many instances send all that they may, each answer after 50 ms; how many of each are accepted."""
    account = Account(limits)
    throttles = [Throttle(ThrottlePolicy(has_quota=True)) for _ in range(instances)]
    out: list[list[tuple[float, int, dict[str, str]]]] = [[] for _ in range(instances)]
    accepted = [0] * instances
    for tick in range(int(seconds / STEP)):
        now = NOW + tick * STEP
        for number, throttle in enumerate(throttles):
            while out[number] and out[number][0][0] <= now:
                _, status, headers = out[number].pop(0)
                verdict = Verdict.DELIVERED if status == 200 else Verdict.THROTTLED
                accepted[number] += status == 200
                throttle.answered(answer(status, **headers), verdict, len(out[number]), now)
            for _ in range(int(min(64 - len(out[number]), throttle.allowance(now, len(out[number]))))):
                throttle.started()
                out[number].append((now + 0.05, *account.take(now)))
    return account, accepted


@pytest.mark.parametrize(("instances", "refused", "apart"), [(1, 0, 1), (2, 0.01, 1.1), (3, 0.01, 1.3), (8, 0.08, 2)])
def test_instances_share_a_quota_fairly_and_are_hardly_ever_pushed_back(
    instances: int, refused: float, apart: float
) -> None:
    """All of it is used but a twentieth. Eight feel their way by eight requests each when a window begins."""
    account, accepted = played(instances, 180, {60: MINUTE, 1: SECOND})
    assert sum(accepted) > 0.95 * 3 * MINUTE
    assert account.refused <= refused * sum(accepted)
    assert max(accepted) <= apart * min(accepted)


def test_the_short_window_holds_where_the_long_one_would_allow_more() -> None:
    account, accepted = played(1, 10, {60: 100_000, 1: SECOND})
    assert account.refused <= 0.03 * sum(accepted)
    assert 0.5 * 10 * SECOND <= sum(accepted) <= 10 * SECOND


def test_no_more_goes_in_any_stretch_of_a_windows_length_than_it_allows() -> None:
    windows, gone = QuotaWindows(), list[float]()
    windows.told("20;w=1")
    for tick in range(500):
        now = NOW + tick * 0.01
        while windows.allowance(now) >= 1:
            windows.take()
            gone.append(now)
    assert all(sum(at <= each < at + 1 for each in gone) <= 20 for at in gone)
    assert len(gone) >= 80


def test_what_is_left_is_spread_over_the_time_that_it_is_to_last() -> None:
    windows = QuotaWindows()
    windows.told(POLICY)
    windows.allowance(NOW)
    assert windows.spread(60, 60.5, NOW)
    windows.take()
    assert windows.next_at(NOW) == pytest.approx(NOW + 1)
    assert [windows.allowance(NOW + seconds) for seconds in (0.5, 3.5)] == [0, 3]


def test_what_is_left_of_a_second_is_no_pace() -> None:
    """It is told in whole seconds, and a window of a second is known better here."""
    windows = QuotaWindows()
    windows.told(POLICY)
    assert not windows.spread(3, 1, NOW)
    windows.allowance(NOW)
    windows.take()
    assert windows.next_at(NOW) == pytest.approx(NOW + 60 / MINUTE)


def test_who_is_pushed_back_goes_at_half_the_pace_and_becomes_faster_again() -> None:
    windows = QuotaWindows()
    windows.told("60;w=60")
    windows.allowance(NOW)
    windows.pushed_back(NOW)
    windows.take()
    assert windows.next_at(NOW) == pytest.approx(NOW + 2)
    windows.allowance(NOW + 200)
    assert windows.allowance(NOW + 200) > 1


def test_however_often_it_is_pushed_back_it_goes_on_at_a_sixty_fourth_of_the_pace() -> None:
    """Else it would need hours to become as fast again."""
    windows = QuotaWindows()
    windows.told("60;w=60")
    windows.allowance(NOW)
    for _ in range(20):
        windows.pushed_back(NOW)
    windows.take()
    assert windows.next_at(NOW) == pytest.approx(NOW + 64)


def test_who_is_pushed_back_has_no_burst_left() -> None:
    windows = QuotaWindows()
    windows.told("80;w=10")
    windows.allowance(NOW)
    assert windows.allowance(NOW + 10) == 10
    windows.pushed_back(NOW + 10)
    assert windows.allowance(NOW + 10) == 1


@pytest.mark.parametrize("policy", ["3;w=1;burst=4;w=60", "4;w=60;burst=3;w=1"])
def test_each_window_counts_and_the_one_that_is_used_up_says_when_the_next_may_go(policy: str) -> None:
    """By then one may: a time at which none may would let the loop spin."""
    windows, now, gone = QuotaWindows(), NOW, 0
    windows.told(policy)
    while now < NOW + 59:
        while windows.allowance(now) >= 1:
            windows.take()
            gone += 1
        assert windows.next_at(now) > now
        now = windows.next_at(now)
        assert windows.allowance(now) >= 1
    assert gone == 4


def test_a_request_counts_for_longer_than_its_window_lasts() -> None:
    """By a twentieth: the endpoint may hear of it later than we have sent it."""
    windows = QuotaWindows()
    windows.told("100;w=1;burst=8;w=60")
    windows.allowance(NOW)
    later = NOW + 300
    assert windows.allowance(later) == 8
    for _ in range(8):
        windows.take()

    assert [windows.allowance(later + seconds) for seconds in (0, 61, 63)] == [0, 0, 8]


def test_without_a_policy_nothing_is_held_back() -> None:
    windows = QuotaWindows()
    windows.told("1000")
    assert windows.spread(0, 60, NOW)
    assert windows.allowance(NOW) == float("inf")
    assert windows.next_at(NOW) == NOW


def test_a_policy_that_changes_counts_anew() -> None:
    windows = QuotaWindows()
    windows.told("8;w=60")
    windows.allowance(NOW)
    windows.take()
    assert windows.allowance(NOW) == 0
    windows.told("80;w=60")
    assert windows.allowance(NOW) == 1


def test_what_was_left_of_a_policy_says_nothing_of_the_next() -> None:
    """Else nothing would go, and the next time at which something may would be now: a loop without a rest."""
    throttle = Throttle(ThrottlePolicy(has_quota=True))
    for policy, remaining, reset in ((POLICY, "0", "60"), ("soon", "50", "2"), (POLICY, "", "")):
        headers = {
            "x_ratelimit_limit": policy,
            "x_ratelimit_remaining": remaining,
            "x_ratelimit_reset": reset,
        }
        throttle.answered(answer(200, **headers), Verdict.DELIVERED, 0, NOW)
    later = NOW + 3
    for _ in range(20):
        if throttle.allowance(later, 0) >= 1:
            throttle.started()
        else:
            assert throttle.next_at(later) > later


def test_the_window_that_holds_back_is_told_with_what_is_left() -> None:
    throttle = Throttle(ThrottlePolicy(has_quota=True))
    assert throttle.held_by_quota(NOW) is None
    headers = {"x_ratelimit_limit": "20;w=60", "x_ratelimit_remaining": "12", "x_ratelimit_reset": "40"}
    throttle.answered(answer(200, **headers), Verdict.DELIVERED, 0, NOW)
    while throttle.allowance(NOW, 0) >= 1:
        assert throttle.held_by_quota(NOW) is None
        throttle.started()
    assert throttle.held_by_quota(NOW) == HeldBy(limit=20, seconds=60, left=12)
