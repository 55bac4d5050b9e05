"""What is wrong with an expression before there is a record: each fault in words, with the name that was meant."""

from __future__ import annotations

import pytest

from consumer.commands.validation.expressions import path_findings
from consumer.mapping.functions import OWN_FUNCTIONS

TABLES = {"stores": {"12": "Utrecht"}}


def faults(expression: str) -> list[str]:
    return [finding.message for finding in path_findings("fields.email", expression, TABLES)]


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("lowre(x)", "there is no function lowre(); did you mean lower?"),
        ("items[*].uper(@)", "there is no function uper(); did you mean upper?"),
        ("lower()", "lower() is given 0 arguments, and takes 1"),
        ("trim(x, '-', y)", "trim() is given 3 arguments, and takes 1 to 2"),
        ("first_present()", "first_present() is given 0 arguments, and takes 1 or more"),
        ("lower(&x)", "lower() takes a value as argument 1: leave out the &"),
        ("matches(x, '[')", "matches(): argument 2 is no regular expression of RE2: missing ]: ["),
        ("matches(x, '(?=a)')", "matches(): argument 2 is no regular expression of RE2: invalid perl operator: (?="),
        ("matches(x, pattern)", "matches(): argument 2 must stand in the expression itself, as '...'"),
        ("parse_date(x, '%Q')", "parse_date(): argument 2 has %Q, which is none of %Y, %y, %m"),
        ("parse_date(x, 'dd-MM-yyyy')", "parse_date(): argument 2 says no part of a date: write it as %d-%m-%Y"),
        ("parse_date(x, '%d%d')", "parse_date(): argument 2 has a part twice"),
        ("format_date(x, '%')", "format_date(): argument 2 has %, which is none of"),
        ("pad_left(x, `3`, '00')", "pad_left(): argument 3 must be one character"),
        ("replace(x, 'a', 'b', `-1`)", "replace(): argument 4 must be 0 or more"),
        ("split(x, 'a', '1')", "split(): argument 3 must stand in the expression itself, as `1`"),
        ("lookup('store', x)", "lookup(): argument 1 is store, and `tables` has no such table; did you mean stores?"),
        ("lookup(table, x)", "lookup(): argument 1 must stand in the expression itself, as '...'"),
        ("$order.id", "there is no variable $order: `let $order = ... in ...` binds one"),
        ("_kafka.ky", "_kafka has no ky; did you mean key?; there are _kafka.key, _kafka.headers"),
        ("_kafka", "_kafka is no value; there are _kafka.key, _kafka.headers"),
    ],
)
def test_a_fault_is_told_in_words(expression: str, fault: str) -> None:
    found = faults(expression)
    assert len(found) == 1
    assert found[0].startswith(fault)


@pytest.mark.parametrize(
    "expression",
    [
        "lookup('stores', x)",
        "let $x = a in lower($x)",
        r"matches(_kafka.key, '^\d+$')",
        "format_date(x, '%d-%d')",
        "trim(x)",
    ],
)
def test_an_expression_without_a_fault(expression: str) -> None:
    assert faults(expression) == []


def test_every_literal_parameter_is_checked_before_there_is_a_record() -> None:
    """Or a configuration would start whose every record is refused."""
    for name, function in OWN_FUNCTIONS.items():
        for position, parameter in enumerate(function.parameters):
            if parameter.literal:
                arguments = ["x"] * (position + 1)
                found = faults(f"{name}({', '.join(arguments)})")
                assert any(f"argument {position + 1} must stand in the expression itself" in each for each in found)
