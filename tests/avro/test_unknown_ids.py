"""An id that the registry has not got is asked for again for a while; one answer counts until the next."""

from __future__ import annotations

import pytest

from consumer.avro.unknown_ids import Patience, UnknownIds

WHY = "schema 7 is unknown to the registry: Schema not found"


@pytest.fixture
def ids() -> UnknownIds:
    return UnknownIds(Patience(60))


def waits(ids: UnknownIds, since: float) -> list[float]:
    """How long is waited between the questions until it is given up, each answered at once."""
    found, now = [], since
    while (again := ids.not_found(7, WHY, now)) is not None:
        found.append(again)
        now += again
    return found


def test_the_waits_grow_and_end_when_the_time_is_over(ids: UnknownIds) -> None:
    found = waits(ids, 1000)
    assert sum(found) == pytest.approx(60)
    assert found[0] < 1
    assert found[0] < found[3] < found[6]
    assert max(found) <= 5.5


def test_it_is_awaited_until_it_is_given_up(ids: UnknownIds) -> None:
    assert ids.not_found(7, WHY, 1000)
    assert ids.is_awaited(7)
    assert ids.given_up(7, 1000) is None
    assert ids.all_awaited(1010) == {7: f"{WHY}; it is asked for again for 50 s"}

    assert ids.not_found(7, WHY, 1060) is None
    assert not ids.is_awaited(7)
    assert ids.given_up(7, 1060) == WHY
    assert ids.all_awaited(1060) == {}


def test_what_was_given_up_is_asked_for_anew_after_some_seconds_and_given_up_at_once(ids: UnknownIds) -> None:
    """Else a producer's wrong id would hold its partition for a minute for each of its records."""
    waits(ids, 1000)
    assert ids.given_up(7, 1064) == WHY
    assert ids.given_up(7, 1065) is None
    assert ids.not_found(7, WHY, 1065) is None
    assert ids.given_up(7, 1065) == WHY


def test_one_that_is_doubted_is_asked_for_at_once_and_given_up_by_the_next_answer(ids: UnknownIds) -> None:
    """Whoever sends a dead letter again has put the registry right before."""
    waits(ids, 1000)
    ids.doubt(7)
    ids.doubt(8)
    assert ids.given_up(7, 1060) is None
    assert ids.not_found(7, WHY, 1061) is None
    assert ids.given_up(7, 1061) == WHY


def test_once_nobody_has_asked_for_as_long_the_time_begins_anew(ids: UnknownIds) -> None:
    waits(ids, 1000)
    assert ids.not_found(7, WHY, 1060 + 60 + 6)
    assert ids.is_awaited(7)


def test_one_that_is_found_is_forgotten(ids: UnknownIds) -> None:
    ids.not_found(7, WHY, 1000)
    ids.found(7)
    ids.found(8)
    assert not ids.is_awaited(7)
    assert ids.not_found(7, WHY, 1060), "its time begins anew"


def test_after_an_outage_the_time_is_five_times_as_long_from_its_end(ids: UnknownIds) -> None:
    """A registry that starts reads its whole topic first."""
    ids.not_found(7, WHY, 1000)
    ids.failed(1030)
    assert 1031 + sum(waits(ids, 1031)) == pytest.approx(1030 + 300)


def test_an_outage_that_was_long_ago_makes_nothing_longer(ids: UnknownIds) -> None:
    ids.failed(0)
    assert sum(waits(ids, 1000)) == pytest.approx(60)


def test_what_will_never_be_there_is_given_up_at_once(ids: UnknownIds) -> None:
    assert ids.not_found(7, "schema 7 of the registry is JSON, not AVRO", 1000, final=True) is None
    assert ids.given_up(7, 1000) == "schema 7 of the registry is JSON, not AVRO"


def test_once_many_were_given_up_another_one_is_not_waited_for_as_long() -> None:
    """Values that are no Avro at all name an id each: their partition would stand for hours."""
    ids, now = UnknownIds(Patience(60)), 0.0
    lasted = []
    for schema_id in range(12):
        began = now
        while (again := ids.not_found(schema_id, WHY, now)) is not None:
            now += again
        lasted.append(now - began)
    assert lasted == [pytest.approx(60)] * 8 + [pytest.approx(6)] * 4
    now += 600
    assert sum(waits(ids, now)) == pytest.approx(60)


def test_each_id_has_its_own_time(ids: UnknownIds) -> None:
    ids.not_found(7, WHY, 1000)
    ids.not_found(8, "8", 1030)
    assert ids.not_found(7, WHY, 1060) is None
    assert ids.not_found(8, "8", 1060)
    assert list(ids.all_awaited(1060)) == [8]
