"""Failures in a row grow the waits, and an outage has one beginning and one end."""

from __future__ import annotations

from tenacity import wait_incrementing

from consumer.avro.failing import Failing


def test_the_waits_grow_with_each_failure_until_something_answers() -> None:
    failing: Failing[int] = Failing(wait_incrementing(start=1, increment=1))
    assert [failing.failed(name, "down")[0] for name in (1, 2, 1)] == [1, 2, 3]
    failing.answered(3)
    assert failing.failed(1, "down")[0] == 1


def test_an_outage_begins_once_and_ends_with_the_last_that_failed() -> None:
    failing: Failing[int] = Failing(wait_incrementing(start=1, increment=1))
    assert [failing.failed(name, f"{name} fails")[1] for name in (1, 2)] == [True, False]
    assert failing.problem == "2 fails", "the newest answer"
    failing.failed(1, "1 fails otherwise")
    assert failing.problem == "1 fails otherwise"
    assert [failing.answered(name) for name in (3, 1, 2)] == [False, False, True]
    assert failing.problem is None
