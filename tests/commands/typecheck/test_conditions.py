"""What a `when` is true of, and whose consent it would decide."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commands.typecheck.checked import ORDER, check, said, version

CONSENT: dict[str, Any] = ORDER | {
    "fields": [
        *ORDER["fields"],
        {"name": "agreed", "type": ["null", "boolean"]},
        {"name": "since", "type": ["null", {"type": "int", "logicalType": "date"}]},
        {"name": "either", "type": ["boolean", "string"]},
    ]
}


def lines(event: str, when: str) -> list[str]:
    return said(check(event, [version(CONSENT)], fields={"email": "name"}, when=when))


@pytest.mark.parametrize("event", ["optin", "unsubscribe", "customer_patch"])
@pytest.mark.parametrize(
    "when",
    [
        "paid",
        "agreed",
        "!paid",
        "agreed == `true`",
        "note == 'YES' && status == 'PAID'",
        "agreed != `null` && !agreed",
        "since > '2026-01-01'",
    ],
)
def test_conditions_that_are_true_or_false(event: str, when: str) -> None:
    assert lines(event, when) == []


@pytest.mark.parametrize("event", ["optin", "unsubscribe"])
@pytest.mark.parametrize(("when", "kind"), [("note", "string"), ("id", "integer"), ("labels", "array")])
def test_a_consent_that_is_never_a_boolean_is_an_error(event: str, when: str, kind: str) -> None:
    """JMESPath would hold the text false for true."""
    (line,) = lines(event, when)
    assert line.startswith(f"error when: is {kind}, and decides a consent: such a record is refused")


def test_a_consent_that_may_be_no_boolean_is_a_warning() -> None:
    (line,) = lines("optin", "either")
    assert line.startswith("warning when: may be string, and decides a consent")


@pytest.mark.parametrize("when", ["note", "either", "labels"])
def test_of_other_events_the_records_are_sent_all_the_same(when: str) -> None:
    (line,) = lines("customer_patch", when)
    assert line.startswith("warning when: may be ")
    assert "compare it, as in x == 'YES'" in line


def test_what_is_asked_first_of_a_conjunction_may_be_of_any_type() -> None:
    """It is the result only where it is empty, which is false."""
    assert lines("customer_patch", "labels && contains(labels, 'x')") == []


@pytest.mark.parametrize("event", ["optin", "unsubscribe"])
@pytest.mark.parametrize("when", ["!agreed", "agreed != `true`", "!(agreed == `true`)", "paid && !agreed"])
def test_a_missing_consent_must_not_decide(event: str, when: str) -> None:
    (line,) = lines(event, when)
    assert line.startswith("warning when: is true of a record whose value is null")
    assert "event.path" in line


@pytest.mark.parametrize("when", ["!agreed", "agreed != `true`"])
def test_of_what_is_no_consent_that_may_be_meant(when: str) -> None:
    assert lines("customer_patch", when) == []


@pytest.mark.parametrize("event", ["optin", "purchase"])
@pytest.mark.parametrize("when", ["since > `5`", "paid && since > `5`", "note < `1`"])
def test_a_condition_that_every_value_breaks_is_an_error(event: str, when: str) -> None:
    """A null is skipped, anything else is refused: no record is ever sent."""
    errors = [line for line in lines(event, when) if line.startswith("error when")]
    assert errors == [
        "error when: is true of no record: it puts a text and a number in order: such a record is refused"
    ]


def test_one_alternative_that_every_value_breaks_is_a_warning() -> None:
    assert [line.partition(":")[0] for line in lines("optin", "paid || since > `5`")] == ["warning when"]
