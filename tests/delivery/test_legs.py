"""The shares of one record, until the last has ended."""

from __future__ import annotations

from consumer.delivery.legs import Legs


def legs(*names: str) -> Legs[str, str]:
    found: Legs[str, str] = Legs()
    found.all.extend(names)
    return found


def test_the_lanes_of_all_are_given_back_with_the_last() -> None:
    two = legs("acme", "zeta")
    two.part_over("acme", "lane of acme", [0])
    assert two.gone() == []
    assert not two.over

    two.part_over("zeta", "lane of zeta", [1])

    assert two.gone() == ["lane of acme", "lane of zeta"]
    assert two.over


def test_the_record_is_settled_with_the_last_of_them() -> None:
    two = legs("acme", "zeta")
    assert [two.settled(), two.settled()] == [False, True]


def test_places_that_are_kept_are_given_up_once_with_the_last() -> None:
    two = legs("acme", "zeta")
    two.keep_place("lane of consents", "acme")
    two.gone()
    assert two.places() == []

    two.gone()

    assert two.places() == [("lane of consents", "acme")]
    assert two.places() == []


def test_what_has_ended_of_each_is_remembered() -> None:
    one = legs("acme")
    one.part_over("acme", None, [0, 1])
    one.part_over("acme", None, [4])
    assert one.numbers_of("acme") == {0, 1, 4}
    assert one.numbers_of("zeta") == set()
