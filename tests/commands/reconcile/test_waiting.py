"""Who looks into a pipe is told once that the quota is waited for, and for about how long."""

from __future__ import annotations

from consumer.commands.reconcile.waiting import QuotaWait


def told(*waits: tuple[int, float]) -> list[str]:
    """What is said where so many customers are left, and the next may be asked in so many seconds."""
    sentences: list[str] = []
    quota = QuotaWait(sentences.append)
    for left, seconds in waits:
        quota.left = left
        quota.waits(seconds, 10)
    return sentences


def test_it_is_said_once_with_the_minutes_that_all_that_is_left_takes() -> None:
    assert told((6_000, 0.5), (3_000, 60)) == ["waits for Bluecore's quota; about 11 minutes"]


def test_a_window_that_others_have_used_counts_with_few_customers_too() -> None:
    assert told((1, 30)) == ["waits for Bluecore's quota; about 1 minute"]


def test_a_moment_is_not_worth_a_sentence_and_a_longer_wait_after_it_is() -> None:
    assert told((100, 0.5)) == []
    assert told((100, 0.5), (50, 90)) == ["waits for Bluecore's quota; about 2 minutes"]
