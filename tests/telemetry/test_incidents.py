"""A kind of incident is told once in an interval, and the rest is counted."""

from __future__ import annotations

from consumer.telemetry.incidents import Incidents


def test_the_first_is_told_and_the_next_within_the_interval_are_counted() -> None:
    incidents = Incidents(60)
    assert incidents.happened("401", 100) == 0
    assert incidents.happened("401", 130) is None
    assert incidents.happened("401", 159) is None
    assert incidents.happened("401", 160) == 2
    assert incidents.happened("401", 300) == 0


def test_kinds_do_not_hide_each_other() -> None:
    incidents = Incidents(60)
    assert incidents.happened("401", 100) == 0
    assert incidents.happened("429", 100) == 0


def test_memory_is_bounded_however_many_kinds_there_are() -> None:
    incidents = Incidents(60)
    for number in range(5000):
        incidents.happened(number, 100)
    assert len(incidents) <= 1000
