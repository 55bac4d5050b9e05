"""What is compared in `when`: values that no record has, and types that are never equal or in no order."""

from __future__ import annotations

import pytest

from tests.commands.typecheck.checked import FIELDS, check, said, told


@pytest.mark.parametrize(
    "when",
    [
        "status == 'PAID'",
        "'OPEN' != status",
        "contains(['PAID', 'OPEN'], status)",
        "contains(status, 'PAI')",
        "contains(labels || `[]`, 'sale')",
        "note == `null`",
        "id == `1` && sum > `19.99`",
        "at > '2026-01-01'",
        "name > 'A'",
        "contains([`1`, `2`], id)",
    ],
)
def test_what_can_be_true(when: str) -> None:
    assert check(fields=FIELDS, when=when) == []


@pytest.mark.parametrize(
    ("when", "severity", "nearest"),
    [
        ("status == 'PAYED'", "error", "PAID"),
        ("status != 'payed'", "error", "PAID"),
        ('status == `"PAYED"`', "error", "PAID"),
        ("contains(['PAYED', 'OPENED'], status)", "error", "OPEN"),
        ("contains(['PAID', 'OPN'], status)", "warning", "OPEN"),
        ("contains(status, 'PAYD')", "error", "PAID"),
        ("status == 'PAID' || status == 'OPENED'", "warning", "OPEN"),
        ("lines[?gift == 'yes']", "error", None),
        ("id == '1'", "error", None),
        ("paid == 'true'", "error", None),
        ("paid > `0`", "error", None),
        ("name > `0`", "error", None),
        ("mixed > `0`", "warning", None),
        ("contains(name, `1`)", "error", None),
        ("contains(name, note)", "warning", None),
    ],
)
def test_what_cannot_is_said_with_the_value_that_was_meant(when: str, severity: str, nearest: str | None) -> None:
    assert told(check(fields=FIELDS, when=when)) == [(severity, "when", nearest)]


def test_symbols_are_listed() -> None:
    assert said(check(fields=FIELDS, when="status == 'VOID'")) == [
        "error when: VOID is none of the symbols OPEN, PAID: no record has it"
    ]


def test_a_condition_that_is_always_true() -> None:
    (line,) = said(check(fields=FIELDS, when="id"))
    assert (
        line
        == "warning when: is integer, which is true of every record: zero is true in JMESPath, compare it with `0`"
    )
