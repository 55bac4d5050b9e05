"""Which e-mail an id stands for."""

from __future__ import annotations

from consumer.sandbox.links import Links
from tests.sandbox.samples import JANE, VISITOR

OMAR = "omar@example.org"


def test_an_id_stands_for_the_email_that_it_was_linked_to_last() -> None:
    links = Links(10, 10_000)
    assert VISITOR not in links
    assert links.link(VISITOR, JANE) == []
    assert links.link(VISITOR, JANE) == []
    assert links.link(VISITOR, OMAR) == [(VISITOR, JANE)]
    assert links.email_of(VISITOR) == OMAR


def test_what_is_forgotten_is_told_and_is_linked_no_more() -> None:
    links = Links(2, 10_000)
    links.link("one", JANE)
    links.link("two", JANE)
    links.link("one", JANE)
    assert links.link("three", JANE) == [("two", JANE)]
    assert [each for each in ("one", "two", "three") if each in links] == ["one", "three"]


def test_ids_without_end_are_told_apart_and_hold_few_bytes() -> None:
    links = Links(10_000, 20_000)
    for number in range(100):
        links.link("x" * 50_000 + str(number), JANE)
    assert "x" * 50_000 + "99" in links
    assert "x" * 50_000 + "other" not in links
    assert links.size <= 20_000
