"""What an expression finds by the schema alone: it is held against the field as the record's value would be."""

from __future__ import annotations

import pytest

from tests.commands.typecheck.checked import FIELDS, check, said


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("sum(lines[].price)", []),
        ("lines[0].price", ["warning"]),
        ("lines[0].prise", ["error"]),
        ("lines[*].price", ["error"]),
        ("lines[?sku == 'x'].price | [0]", ["warning"]),
        ("lines[?skew == 'x'].price | [0]", ["error"]),
        ("lines[:2].price | [0]", ["warning"]),
        ("lines[].parts[] | [0]", ["warning", "error"]),
        ("buyer.tags.*", ["error"]),
        ("nothing || sum", ["warning"]),
        ("sum || id", []),
        ("paid && sum", ["warning"]),
        ("!paid", ["error"]),
        ("`1`", []),
        ("'1'", ["error"]),
        ("to_number(note)", ["warning"]),
        ("not_null(note, sum)", ["warning"]),
        ("max_by(lines, &price).price", ["warning"]),
        ("merge(buyer, lines[0]).price", ["info"]),
        ("{a: sum}.a", []),
        ("[sum, id] | [0]", ["warning"]),
        ("@", ["error"]),
        ("id[0]", ["error"]),
    ],
)
def test_expressions_are_typed_as_a_total_and_where_they_cannot_be_it_is_said(path: str, expected: list[str]) -> None:
    findings = check(fields=FIELDS | {"total": path})
    assert {finding.severity for finding in findings} == set(expected)


@pytest.mark.parametrize(
    "path",
    [
        "length(lines)",
        "floor(lines[0].price || `1`)",
        "abs(id)",
        "lines[0].sku || name",
        "status",
        "to_string(sum)",
        "at || at",
    ],
)
def test_what_comes_out_as_text_or_a_whole_number_is_an_id(path: str) -> None:
    assert check(fields=FIELDS | {"order_id": path}) == []


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("sum", "number"),
        ("avg(lines[].price) || `1.5`", "number"),
        ("abs(sum)", "number"),
        ("paid == `true`", "boolean"),
        ("at", "datetime"),
        ("[id]", "array"),
        ("{a: id}", "record"),
    ],
)
def test_what_comes_out_as_neither_is_none(path: str, kind: str) -> None:
    (line,) = said(check(fields=FIELDS | {"order_id": path}))
    assert line.startswith(f"error fields.order_id: is {kind}, and must be text or a whole number")


def test_an_alternative_that_no_record_has_leaves_the_other() -> None:
    """Two versions of a schema are mapped so: each has one of the two."""
    assert said(check("optin", fields={"email": "buyer.mail || buyer.email"})) == [
        "warning fields.email: there is no field mail"
    ]
    assert said(check("optin", fields={"email": "not_null(buyer.mail, buyer.email)"})) == [
        "warning fields.email: there is no field mail"
    ]


def test_an_alternative_that_is_never_taken_is_not_looked_at() -> None:
    assert check("optin", fields={"email": "buyer.email"}, attributes={"x": "id || nothing"}) == []


@pytest.mark.parametrize("name", ["null", "true", "false"])
def test_a_value_without_backquotes_is_told_how_to_be_written(name: str) -> None:
    """In single quotes it would be a text, and the condition always the same."""
    (line,) = said(check(fields=FIELDS, when=f"status == {name}"))
    assert line == f"error when: there is no field {name}; the value stands in backquotes: `{name}`"


def test_a_text_without_quotes_is_told_from_a_field() -> None:
    (line,) = said(check(fields=FIELDS, when="status == PAID"))
    assert line == "error when: there is no field PAID; as a text it stands in single quotes: 'PAID'"
