"""What expressions compute, and what they see beside the record, is typed before there is one."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.commands.typecheck.beside import beside
from consumer.commands.typecheck.routes import check_route
from consumer.commands.typecheck.shapes import Shape
from consumer.config.route import RouteConfig
from tests.commands.typecheck.checked import FIELDS, ORDER, check, said, version

REFUSED = "such a record is refused"
MISSING = "may be null: such a record is refused as missing_field"
TABLES: dict[str, dict[str, Any]] = {"rates": {"a": 1.5, "b": 2}, "names": {"a": "A"}}


def total(path: str) -> list[str]:
    """What is said of an expression in the place of the total, a number that must be there."""
    return [line for line in said(check(fields=FIELDS | {"total": path})) if " fields.total: " in line]


@pytest.mark.parametrize(
    "path",
    [
        "sum / `100`",
        "id * `2` + lines[0].price || sum",
        "let $rate = `1.21` in sum * $rate",
        "sum(lines[].price) - `1`",
        "-sum",
        "sum // `3`",
        "length(split(name, ' '))",
        "find_first(name, 'a') || `0`",
    ],
)
def test_what_is_a_number_is_taken(path: str) -> None:
    assert total(path) == []


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("name + `1`", f"error: + takes numbers, and is given string: {REFUSED}; parse_number() reads one"),
        ("mixed * `2`", f"warning: * takes numbers, and may be given string: {REFUSED}; parse_number() reads one"),
        ("sum / id", "info: divides, and by zero it has no result: such a record is refused"),
        ("lower(name)", "error: is string, and must be a number: such a record is refused; `as: number` converts"),
        ("lower(id)", f"error: lower() takes a text, and is given integer: {REFUSED}"),
        ("length(lower(mixed))", f"warning: lower() takes a text, and may be given number: {REFUSED}"),
        (
            "parse_number(name)",
            f"info: parse_number() cannot read text that is no number: {REFUSED}|warning: {MISSING}",
        ),
        ("find_first(name, 'a')", f"warning: {MISSING}"),
        (
            "length(substring(name, sum))",
            f"warning: substring() takes a whole number, and may be given number: {REFUSED}",
        ),
        ("matches(name, 'a')", f"error: is boolean, and must be a number: {REFUSED}"),
        ("nmae + `1`", "error: there is no field nmae"),
        (
            "first_present(note, name)",
            "error: is string, and must be a number: such a record is refused; `as: number` converts",
        ),
        (
            "parse_json(name)",
            (
                f"info: parse_json() cannot read text that is no JSON: {REFUSED}"
                "|info: not checked: only the records can tell its type"
            ),
        ),
        ("_kafka.topic", "error: is string, and must be a number: such a record is refused; `as: number` converts"),
        ("_kafka.offset", ""),
        ("_kafka.timestamp", f"error: is datetime, and must be a number: {REFUSED}|warning: {MISSING}"),
    ],
)
def test_what_is_none_is_told(path: str, says: str) -> None:
    expected = set(filter(None, says.split("|")))
    found = {line.replace(" fields.total", "") for line in total(path)}
    assert expected <= found
    assert bool(found) == bool(expected)


def test_a_null_is_no_argument_that_a_function_refuses() -> None:
    """It gives null, which is told where a value must be there, and nowhere else."""
    assert said(check("customer_patch", fields={"email": "buyer.email", "city": "upper(note)"})) == []
    findings = said(check("search", fields={"email": "buyer.email", "search_term": "lower(note)"}))
    assert findings == [f"warning fields.search_term: {MISSING}"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        (
            "parse_number(name)",
            "info attributes.x: parse_number() cannot read text that is no number: it is left out",
        ),
        ("id / id", "info attributes.x: divides, and by zero it has no result: it is left out of such a record"),
        (
            "format_date(id, '%Y')",
            "info attributes.x: format_date() takes a number as milliseconds since 1970, unless",
        ),
        ("format_date(id, '%Y', 'seconds')", ""),
        (
            "format_date(at, '%Y')",
            "info attributes.x: format_date() cannot read text that is no date: it is left out",
        ),
        ("join(' ', [note, name])", "info attributes.x: join() leaves out what is null"),
        ("join(' ', [name, name])", ""),
        ("join(' ', labels)", ""),
    ],
)
def test_of_an_optional_field_what_cannot_be_read_is_left_out(path: str, says: str) -> None:
    found = said(check("customer_patch", fields={"email": "name"}, attributes={"x": path}))
    assert found[0].startswith(says) if says else found == []


def test_the_text_of_what_may_be_null_may_be_null() -> None:
    findings = said(check("search", fields={"email": "name", "search_term": "to_string(note)"}))
    assert findings == [f"warning fields.search_term: {MISSING}"]


def test_the_value_of_a_table_has_its_types() -> None:
    config = RouteConfig.model_validate(
        {"topic": "t", "event": "purchase", "fields": FIELDS | {"total": "lookup('names', name)"}}
    )
    findings = said(check_route("routes[0]", config, [version(ORDER)], beside(config, TABLES)))
    assert f"error fields.total: is string, and must be a number: {REFUSED}; `as: number` converts" in findings


@pytest.mark.parametrize(
    ("table", "path", "is_told"),
    [
        ({"no": "Norway", "nl": "Netherlands"}, "name", False),
        ({"false": "Norway", "nl": "Netherlands"}, "name", True),
        ({"true": "paid", "false": "open"}, "paid", False),
    ],
)
def test_a_text_looked_up_among_flags_is_told(table: dict[str, str], path: str, is_told: bool) -> None:  # noqa: FBT001 - a table's column
    """Of `{no: Norway}` without quotes YAML makes a flag, in a chart's values as in a file."""
    config = RouteConfig.model_validate(
        {"topic": "t", "event": "customer_patch", "fields": {"email": "name", "country": f"lookup('names', {path})"}}
    )
    findings = said(check_route("routes[0]", config, [version(ORDER)], beside(config, {"names": table})))
    assert any("YAML reads y, yes and on as true" in each for each in findings) is is_told


@pytest.mark.parametrize(
    ("keys", "key", "says"),
    [
        ({}, None, [f"warning fields.email: {MISSING}"]),
        ({"key_format": "bytes"}, None, ["error fields.email: is bytes, and must be text: such a record is refused"]),
        ({"key_format": "json"}, None, ["info fields.email: not checked: only the records can tell its type"]),
        ({"key_format": "avro"}, None, ["info fields.email: not checked: only the records can tell its type"]),
        ({"key_format": "avro"}, Shape(("long",)), ["error fields.email: is integer, and must be text"]),
        ({"key_format": "avro"}, Shape(("string",)), [f"warning fields.email: {MISSING}"]),
    ],
)
def test_a_key_has_the_type_of_its_format(keys: dict[str, Any], key: Shape | None, says: list[str]) -> None:
    config = RouteConfig.model_validate({"topic": "t", "event": "optin", "fields": {"email": "_kafka.key"}} | keys)
    findings = said(check_route("routes[0]", config, [version(ORDER)], beside(config, {}, key)))
    for line in says:
        assert any(each.startswith(line) for each in findings), findings


def test_a_condition_proves_that_there_is_a_key() -> None:
    keys: dict[str, Any] = {"fields": {"email": "_kafka.key"}}
    assert said(check("optin", when="_kafka.key != `null`", **keys)) == []
    assert said(check("optin", when="matches(_kafka.key, '@')", **keys)) == []


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ({"values": {"PAID": "purchase"}, "default": "skip"}, []),
        ({"values": {"paid": "purchase", "Open": "skip"}, "ignore_case": True}, []),
        ({"values": {"paid": "purchase"}, "ignore_case": True}, ["warning event.path: may be OPEN"]),
        ({"values": {"paid": "purchase", "OPEN": "skip"}}, ["error event.values.paid: no record has it"]),
        (
            {"values": {"PAID": "purchase"}, "default": "optin"},
            ["warning event.default: every value that is not named"],
        ),
    ],
)
def test_a_choice_may_have_a_default_and_letters_of_either_case(event: dict[str, Any], says: list[str]) -> None:
    found = [each for each in said(check({"path": "status", **event}, fields=FIELDS)) if " event." in each]
    for line in says:
        assert any(each.startswith(line) for each in found), found
    assert bool(found) == bool(says), found
