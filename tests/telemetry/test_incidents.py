"""A kind of incident is told once in an interval, and the rest is counted."""

from __future__ import annotations

from consumer.telemetry.incidents import OTHERS, Incidents


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


def test_what_was_counted_is_told_when_nothing_more_happens() -> None:
    incidents = Incidents(60)
    for _ in range(3):
        incidents.happened("401", 100)
    incidents.happened("429", 130)
    assert incidents.untold(159) == {}
    assert incidents.untold(160) == {"401": 2}
    assert incidents.untold(500) == {}


def test_what_is_told_so_counts_anew_for_another_interval() -> None:
    incidents = Incidents(60)
    incidents.happened("401", 100)
    incidents.happened("401", 101)
    assert incidents.untold(160) == {"401": 1}
    assert incidents.happened("401", 161) is None
    assert incidents.happened("401", 220) == 1


def test_at_the_end_all_of_it_is_told() -> None:
    incidents = Incidents(60)
    for _ in range(3):
        incidents.happened("401", 100)
    assert incidents.untold() == {"401": 2}


def test_none_is_lost_however_many_kinds_there_are() -> None:
    incidents = Incidents(60)
    told = 0
    for number in range(3000):
        for _ in range(2):
            told += incidents.happened(number, 100) is not None
    rest = incidents.untold()
    assert (told, sum(rest.values())) == (3000, 3000)
    assert rest[OTHERS] > 0
    assert len(incidents) <= 1000
