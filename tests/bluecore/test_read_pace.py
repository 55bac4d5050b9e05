"""Reading takes a share of both windows of the quota, and the rest is left to delivery."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from consumer.bluecore.read_pace import DOCUMENTED, ReadPace

POLICY = "700;w=60;burst=75;w=1"
NOW = 1_000.0


def asked_within(pace: ReadPace, seconds: float) -> int:
    """How many are asked of a pace whose user asks as soon as it may."""
    now, count = NOW, 0
    while now < NOW + seconds:
        if wait := pace.take(now):
            now += wait
            continue
        count += 1
    return count


@pytest.mark.parametrize(("share", "second", "minute"), [(0.75, 56, 525), (0.1, 7, 70), (1, 75, 700)])
def test_no_second_and_no_minute_sees_more_than_its_share(share: float, second: int, minute: int) -> None:
    pace = ReadPace(share)
    pace.answered(200, {"x-ratelimit-limit": POLICY}, NOW)
    assert pace.per_second == minute / 60
    assert asked_within(pace, 0.99) == second
    pace = ReadPace(share)
    pace.answered(200, {"ratelimit-limit": POLICY}, NOW)
    assert asked_within(pace, 59) == minute


def test_readers_of_one_account_share_its_pace_and_take_one_turn_at_a_time() -> None:
    """Several destinations have a reader each, and threads; no turn is given twice."""

    class Interrupted(ReadPace):
        def _wait(self, now: float) -> float:
            found = super()._wait(now)
            time.sleep(0.001)  # another thread's turn
            return found

    pace = Interrupted(1)
    pace.answered(200, {"x-ratelimit-limit": "20;w=60"}, NOW)
    with ThreadPoolExecutor(4) as threads:
        waits = list(threads.map(pace.take, [NOW] * 40))
    assert waits.count(0) == 20


def test_before_the_first_answer_the_documented_quota_holds() -> None:
    assert asked_within(ReadPace(0.5), 0.99) == 50
    assert ReadPace(0.5).windows == DOCUMENTED


def test_what_others_use_is_left_to_them() -> None:
    """Of the burst's window less than a quarter is left: it is theirs, until the window starts anew."""
    pace = ReadPace(0.75)
    headers = {"x-ratelimit-limit": POLICY, "x-ratelimit-reset": "1"}
    pace.answered(200, headers | {"x-ratelimit-remaining": "19"}, NOW)
    assert pace.take(NOW) == 0
    pace.answered(200, headers | {"x-ratelimit-remaining": "18"}, NOW)
    assert pace.take(NOW) == 1
    pace.answered(200, {"x-ratelimit-reset": "40", "x-ratelimit-remaining": "175"}, NOW)
    assert pace.take(NOW) == 40


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"x-ratelimit-reset": "3", "x-ratelimit-remaining": "0"}, 3),
        ({"retry-after": "999999"}, 300),
    ],
)
def test_a_429_holds_all_back(headers: dict[str, str], seconds: float) -> None:
    pace = ReadPace(0.75)
    pace.answered(429, headers, NOW)
    assert pace.take(NOW) == seconds


def test_a_slow_reader_leaves_a_larger_reserve() -> None:
    pace = ReadPace(0.1, reserve=0.5)
    headers = {"x-ratelimit-limit": POLICY, "x-ratelimit-reset": "30"}
    pace.answered(200, headers | {"x-ratelimit-remaining": "351"}, NOW)
    assert pace.take(NOW) == 0
    pace.answered(200, headers | {"x-ratelimit-remaining": "350"}, NOW)
    assert pace.take(NOW) == 30


def test_a_429_that_tells_no_time_is_waited_out_longer_each_time() -> None:
    pace = ReadPace(0.75)
    for longest in (1, 2, 4):
        pace.answered(429, {"x-ratelimit-reset": "1900000000"}, NOW)
        assert 0 < pace.take(NOW) <= longest


@pytest.mark.parametrize("odd", ["", "nan", "-1", "inf", "soon"])
def test_headers_that_say_nothing_change_nothing(odd: str) -> None:
    pace = ReadPace(0.75)
    pace.answered(200, dict.fromkeys(("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"), odd), NOW)
    assert (pace.take(NOW), pace.windows) == (0, DOCUMENTED)
