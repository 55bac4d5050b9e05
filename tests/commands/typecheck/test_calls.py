"""JMESPath's functions: what they refuse at run time is said before."""

from __future__ import annotations

import jmespath
import pytest

from consumer.commands.typecheck.calls import call_errors
from tests.commands.typecheck.checked import FIELDS, check, said, version

REFUSED = "such a record is refused"


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("length()", "length() is given 0 arguments, and takes 1"),
        ("a.b[?length(x, y) > `1`]", "length() is given 2 arguments, and takes 1"),
        ("not_null()", "not_null() is given 0 arguments, and takes 1 or more"),
        ("sort_by(a, b)", "sort_by() takes an expression as argument 2: write & before it, as in &price"),
        ("sum(&a)", "sum() takes a value as argument 1: leave out the &"),
    ],
)
def test_a_call_that_fails_on_every_record(expression: str, message: str) -> None:
    assert list(call_errors(jmespath.compile(expression).parsed)) == [message]


def test_a_call_that_is_right() -> None:
    assert list(call_errors(jmespath.compile("not_null(max_by(a, &b), merge(c, d, e))").parsed)) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (
            "sum(lines[].sku)",
            "error fields.total: sum() takes a list of numbers, and is given an array of string: " + REFUSED,
        ),
        ("abs(name)", "error fields.total: abs() takes a number, and is given string: such a record is refused"),
        (
            "abs(mixed)",
            "warning fields.total: abs() takes a number, and may be given string: such a record is refused",
        ),
        (
            "length(note)",
            "warning fields.total: length() takes a text or a list or an object, and may be given null: " + REFUSED,
        ),
        (
            "sort_by(lines, &gift)[0].price",
            "error fields.total: sort_by() takes a number or a text, and is given boolean: such a record is refused",
        ),
    ],
)
def test_an_argument_that_a_function_does_not_take(path: str, line: str) -> None:
    assert line in said(check(fields=FIELDS | {"total": path}))


@pytest.mark.parametrize(
    "path",
    [
        "sum(lines[].price)",
        "sum(map(&price, lines))",
        "length(keys(buyer))",
        "length(values(buyer.tags))",
        "length(reverse(name))",
        "length(to_array(note))",
        "length(sort(lines[].sku))",
        "length(join(',', lines[].sku))",
        "ceil(sum)",
        "to_number(sum)",
    ],
)
def test_a_function_that_gives_a_number(path: str) -> None:
    assert check(fields=FIELDS | {"total": path}) == []


@pytest.mark.parametrize("path", ["max(ids)", "sort(ids)[0]", "join('-', ids)"])
def test_a_uuid_is_a_text_in_a_list_too(path: str) -> None:
    """The decoder gives it as one."""
    ids = {"type": "array", "items": {"type": "string", "logicalType": "uuid"}}
    fields = [{"name": "email", "type": "string"}, {"name": "ids", "type": ids}]
    schema = version({"type": "record", "name": "Searched", "fields": fields})
    found = said(check("search", [schema], fields={"search_term": path}))
    assert not [line for line in found if "()" in line]
