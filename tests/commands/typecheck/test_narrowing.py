"""A record that `when` leaves out needs no warning: what its condition proves not to be null is none."""

from __future__ import annotations

import jmespath
import pytest

from consumer.commands.typecheck.narrowing import proven_non_null
from tests.commands.typecheck.checked import check, told


def tree(expression: str) -> object:
    return jmespath.compile(expression).parsed


@pytest.mark.parametrize(
    ("when", "paths"),
    [
        ("a", ["a"]),
        ("a.b", ["a", "a.b"]),
        ("a && b", ["a", "b"]),
        ("a != `null`", ["a"]),
        ("a == 'x'", ["a"]),
        ("`1` < a", ["a"]),
        ("contains(a, 'x')", ["a"]),
    ],
)
def test_what_is_true_of_no_null(when: str, paths: list[str]) -> None:
    assert list(proven_non_null(jmespath.compile(when).parsed)) == [tree(path) for path in paths]


@pytest.mark.parametrize("when", ["a || b", "!a", "a == `null`", "a != 'x'", "a == b", "not_null(a, b)", "a[?b]"])
def test_what_may_be_true_of_a_null(when: str) -> None:
    assert list(proven_non_null(jmespath.compile(when).parsed)) == []


@pytest.mark.parametrize("when", ["note", "note != `null`", "paid && note", "length(note) > `3`"])
def test_a_required_field_that_when_proves_is_there(when: str) -> None:
    assert [each for each in told(check("optin", fields={"email": "note"}, when=when)) if each[1] != "when"] == []


def test_and_one_that_it_does_not_prove() -> None:
    assert told(check("optin", fields={"email": "note"}, when="paid")) == [("warning", "fields.email", None)]


def test_within_an_expression_the_left_side_speaks_for_the_right() -> None:
    assert check("customer_patch", fields={"email": "name"}, when="labels && contains(labels, 'x')") == []
    (finding,) = check("optin", fields={"email": "name"}, when="contains(labels, 'x')")
    assert (finding.severity, finding.key) == ("warning", "routes[0].when")
