"""Where a lag goes, from two looks."""

from __future__ import annotations

from consumer.commands.status.lag import lags
from consumer.kafka.group import Progress
from consumer.records import Partition
from consumer.telemetry.cluster import Ends

FIRST, SECOND = Partition("shop.orders", 0), Partition("shop.orders", 1)


def at(committed: int | None, high: int, low: int = 0, beyond: int = 0) -> Progress:
    return Progress(committed, Ends(low, high, high), beyond)


def test_a_lag_that_falls_is_gone_at_some_time() -> None:
    (lag,) = lags({FIRST: at(100, 1100)}, {FIRST: at(300, 1100)}, 10, {FIRST: 5})
    assert (lag.records, lag.per_second, lag.settled_per_second) == (800, -20, 20)
    assert lag.gone_in_seconds == 40
    assert lag.oldest_ms == 5
    assert lag.standing == frozenset()


def test_a_lag_that_grows_never_is() -> None:
    (lag,) = lags({FIRST: at(100, 1100)}, {FIRST: at(200, 1400)}, 10, {})
    assert (lag.per_second, lag.gone_in_seconds, lag.oldest_ms) == (20, None, None)


def test_a_partition_stands_where_records_waited_all_the_time() -> None:
    """What came in the meantime has not had its time yet."""
    before = {FIRST: at(100, 200), SECOND: at(100, 100)}
    (lag,) = lags(before, {FIRST: at(100, 300), SECOND: at(100, 110)}, 10, {})
    assert lag.standing == {0}
    assert (lag.largest, round(lag.largest_share, 2)) == (0, 0.95)


def test_none_stands_while_the_topic_moves() -> None:
    """A rate that the partitions share goes to one after the other."""
    before = {FIRST: at(100, 200), SECOND: at(100, 200)}
    (lag,) = lags(before, {FIRST: at(100, 200), SECOND: at(200, 200)}, 5, {})
    assert (lag.standing, lag.settled_per_second, lag.gone_in_seconds) == (frozenset(), 20, 5)


def test_what_is_settled_beyond_the_commit_counts() -> None:
    """One slow record holds the offset, and those of other keys behind it go on."""
    (lag,) = lags({FIRST: at(100, 1100, beyond=50)}, {FIRST: at(100, 1100, beyond=250)}, 10, {})
    assert (lag.records, lag.per_second, lag.settled_per_second) == (750, -20, 20)
    assert lag.standing == frozenset()


def test_a_map_that_no_longer_fits_the_commit_is_no_step_back() -> None:
    (lag,) = lags({FIRST: at(100, 1100, beyond=250)}, {FIRST: at(150, 1100)}, 10, {})
    assert lag.settled_per_second == 5


def test_what_was_deleted_or_never_committed_is_counted_from_the_first_record() -> None:
    now = {FIRST: at(10, 100, low=40), SECOND: at(None, 7, low=2)}
    (lag,) = lags(now, now, 1, {})
    assert lag.records == 60 + 5


def test_the_topic_that_is_furthest_behind_comes_first() -> None:
    other = Partition("shop.carts", 0)
    looks = {FIRST: at(0, 5), other: at(0, 50)}
    assert [lag.topic for lag in lags(looks, looks, 1, {})] == ["shop.carts", "shop.orders"]
