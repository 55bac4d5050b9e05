"""Which e-mail an id stands for."""

from __future__ import annotations

from consumer.sandbox.links import Links
from tests.sandbox.samples import JANE, VISITOR

OMAR = "omar@example.org"
ACME, ZETA = "acme", "zeta"


def test_an_id_stands_for_the_email_that_it_was_linked_to_last() -> None:
    links = Links(10, 10_000)
    assert VISITOR not in links.within(ACME)
    assert links.link(ACME, VISITOR, JANE) == []
    assert links.link(ACME, VISITOR, JANE) == []
    assert links.link(ACME, VISITOR, OMAR) == [(ACME, VISITOR, JANE)]
    assert links.email_of(ACME, VISITOR) == OMAR


def test_what_is_forgotten_is_told_and_is_linked_no_more() -> None:
    links = Links(2, 10_000)
    links.link(ACME, "one", JANE)
    links.link(ACME, "two", JANE)
    links.link(ACME, "one", JANE)
    assert links.link(ACME, "three", JANE) == [(ACME, "two", JANE)]
    assert [each for each in ("one", "two", "three") if each in links.within(ACME)] == ["one", "three"]


def test_ids_without_end_are_told_apart_and_hold_few_bytes() -> None:
    links = Links(10_000, 20_000)
    for number in range(100):
        links.link(ACME, "x" * 50_000 + str(number), JANE)
    assert "x" * 50_000 + "99" in links.within(ACME)
    assert "x" * 50_000 + "other" not in links.within(ACME)
    assert links.size <= 20_000


def test_a_link_of_one_namespace_is_none_of_another() -> None:
    links = Links(10, 10_000)
    links.link(ACME, VISITOR, JANE)
    assert VISITOR not in links.within(ZETA)
    assert links.link(ZETA, VISITOR, OMAR) == []
    assert (links.email_of(ACME, VISITOR), links.email_of(ZETA, VISITOR)) == (JANE, OMAR)
