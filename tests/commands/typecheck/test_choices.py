"""The value that chooses the event, and the values that the route names."""

from __future__ import annotations

import pytest

from tests.commands.typecheck.checked import check, said


def lines(path: str, *values: bool | int | str | None) -> list[str]:
    names = dict.fromkeys(values, "optin")
    return said(check({"path": path, "values": names}, fields={"email": "buyer.email"}))


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("paid", (True, False)),
        ("status", ("PAID", "OPEN")),
        ("status", ("PAID", "OPEN", None)),
        ("flag", ("yes", "no")),
    ],
)
def test_values_that_the_records_have(path: str, values: tuple[bool | str | None, ...]) -> None:
    assert lines(path, *values) == []


def test_a_key_that_is_no_symbol_and_a_symbol_that_is_no_key() -> None:
    found = check({"path": "status", "values": {"PAYED": "optin", "OPEN": "unsubscribe"}}, fields={"email": "name"})
    error, warning = said(found)
    assert error == "error event.values.PAYED: no record has it: the symbols are PAID, OPEN"
    assert warning.startswith("warning event.path: may be PAID, of which no event is named: such a record is refused")
    assert found[0].nearest == "PAID"


def test_a_consent_that_says_nothing_of_false() -> None:
    (line,) = lines("paid", True)
    assert line.startswith("warning event.path: may be false, of which no event is named")


@pytest.mark.parametrize(
    ("path", "values", "says"),
    [
        ("paid", ("TRUE", "FALSE"), "is boolean, and the values are named as text"),
        ("flag", (True, False), "write the values in quotes"),
        ("id", ("one",), "is integer, and the values are named as text"),
        ("sum", (1,), "is number, and the values are named as a whole number"),
    ],
)
def test_values_of_another_type_than_the_path(path: str, values: tuple[bool | int | str, ...], says: str) -> None:
    (line,) = lines(path, *values)
    assert line.startswith("error event.path")
    assert says in line


def test_one_value_of_another_type_among_others() -> None:
    (line,) = lines("paid", True, False, "yes")
    assert line == "error event.values.yes: is string, and the value is boolean: no record has it"


def test_a_country_that_yaml_reads_as_a_flag_is_told() -> None:
    """`NO` without quotes is false."""
    (_, line) = sorted(lines("name", "NL", False), key=lambda each: each.startswith("error"))
    assert line == (
        "error event.values.false: is boolean, and the value is string: no record has it; "
        "a word that YAML reads as false, such as no, off or n, goes in quotes"
    )


@pytest.mark.parametrize(("path", "value"), [("name", "yes"), ("id", 1)])
def test_of_what_has_no_list_only_the_records_tell(path: str, value: str | int) -> None:
    (line,) = lines(path, value)
    assert line.startswith("info event.path")
    assert "none of those named is refused" in line


def test_a_value_that_may_be_null_and_is_named() -> None:
    assert all("null" not in line for line in lines("note", "x", None))
    assert all("null" not in line for line in lines("note", "x", "null"))


def test_a_value_that_may_be_null_or_is_nowhere() -> None:
    assert lines("note", "x")[0] == "warning event.path: may be null: such a record is refused as missing_field"
    assert lines("stat", "x") == ["error event.path: there is no field stat"]
