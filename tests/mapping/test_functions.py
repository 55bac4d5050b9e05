"""The functions beyond JMESPath's: what each gives, and what each refuses, told with its name."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.mapping.errors import InvalidValueError
from consumer.mapping.functions import OWN_FUNCTIONS
from consumer.mapping.paths import compile_path
from consumer.mapping.shared import Shared

NBSP = "\u00a0"


def found(expression: str, record: Any = None, **tables: Any) -> Any:
    return compile_path(expression, Shared(tables=tables)).get({} if record is None else record)


def test_a_form_a_pattern_or_a_table_stands_in_the_expression_itself() -> None:
    """So `validate` says what is wrong with it, before there is a record."""
    literal = {
        name: [number for number, parameter in enumerate(function.parameters, 1) if parameter.literal]
        for name, function in OWN_FUNCTIONS.items()
    }
    assert {name: numbers for name, numbers in literal.items() if numbers} == {
        "replace": [4],
        "split": [3],
        "pad_left": [3],
        "pad_right": [3],
        "matches": [2],
        "parse_date": [2],
        "format_date": [2, 3],
        "lookup": [1],
    }


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("lower('ÄÖ Jane')", "äö jane"),
        ("upper('straße')", "STRASSE"),
        ("trim('  a ')", "a"),
        ("trim('--a-', '-')", "a"),
        ("trim('  a ', '')", "a"),
        ("trim_left('  a ')", "a "),
        ("trim_right('  a ')", "  a"),
        ("replace('a.b.c', '.', '')", "abc"),
        ("replace('a.b.c', '.', '-', `1`)", "a-b.c"),
        ("replace('ab', '', '-')", "-a-b-"),
        ("split('a;b;', ';')", ["a", "b", ""]),
        ("split('a;b;c', ';', `1`)", ["a", "b;c"]),
        ("split('abc', '')", ["a", "b", "c"]),
        ("split('abc', '', `1`)", ["a", "bc"]),
        ("find_first('banana', 'an')", 1),
        ("find_first('banana', 'an', `2`)", 3),
        ("find_first('banana', 'an', `2`, `4`)", None),
        ("find_first('banana', 'x')", None),
        ("find_first('banana', '')", None),
        ("find_last('banana', 'an')", 3),
        ("pad_left('7', `3`, '0')", "007"),
        ("pad_left('1234', `3`)", "1234"),
        ("pad_right('7', `3`)", "7  "),
        ("substring('SKU-2040', `4`)", "2040"),
        ("substring('SKU-2040', `0`, `3`)", "SKU"),
        ("substring('SKU-2040', `-2`)", "40"),
        ("substring('SKU', `9`)", ""),
        ("matches('SKU-2040', '^SKU-[0-9]+$')", True),
        (r"matches('SKU-2040', '\d{4}')", True),
        ("matches('SKU-2040', '^[0-9]')", False),
        ("sha256('jane@example.com')", sha256(b"jane@example.com").hexdigest()),
        ("parse_json('{\"a\": [1.10]}').a[0]", Decimal("1.10")),
        ("parse_json(' ')", None),
        ("parse_number('1.234,50', `true`)", Decimal("1234.50")),
        ("parse_number('1,234.50')", Decimal("1234.50")),
        ("parse_number('1 234')", 1234),
        (f"parse_number('1{NBSP}234,5', `true`)", Decimal("1234.5")),
        ("parse_number(' -12 ')", -12),
        ("parse_number('.5')", Decimal("0.5")),
        ("parse_number('')", None),
        ("parse_number(`1.50`)", Decimal("1.50")),
        ("parse_date('31-12-2025', '%d-%m-%Y')", "2025-12-31"),
        ("parse_date('31.12.2025 23:59', '%d.%m.%Y %H:%M')", "2025-12-31T23:59:00"),
        ("parse_date('2025-12-31 23:59 +0100', '%Y-%m-%d %H:%M %z')", "2025-12-31T22:59:00Z"),
        ("parse_date(' ', '%d-%m-%Y')", None),
        ("format_date('2025-12-31', '%d/%m/%y')", "31/12/25"),
        ("format_date('2025-12-31T23:59:01.5Z', '%H:%M:%S.%f %p %I')", "23:59:01.500000 PM 11"),
        ("format_date(`0`, '%A %d %B %Y, %a %b, day %j, 100%%')", "Thursday 01 January 1970, Thu Jan, day 001, 100%"),
        ("format_date('', '%Y')", None),
        ("format_date(`1700000000`, '%d-%m-%Y', 'seconds')", "14-11-2023"),
        ("format_date('1700000000.5', '%f', 'seconds')", "500000"),
        ("format_date(`9598`, '%d-%m-%Y', 'days')", "12-04-1996"),
        ("format_date(`1700000000000.0`, '%Y')", "2023"),
        ("format_date('2025-12-31', '%Y', 'days')", "2025"),
        ("join(' ', ['Jan', nothing, 'Jansen'])", "Jan Jansen"),
        ("join(' ', [nothing, nothing])", None),
        ("join(' ', nothing)", None),
        ("join(' ', `[]`)", ""),
        ("join(' ', ['', 'Jansen'])", " Jansen"),
        ("to_string(nothing)", None),
        ("to_string(`null`)", None),
        ("first_present('', ' ', `null`, 'a', 'b')", "a"),
        ("first_present('', `null`)", None),
        ("first_present(`false`, 'a')", False),
    ],
)
def test_what_a_function_gives(expression: str, value: Any) -> None:
    given = found(expression)
    assert given == value
    assert type(given) is type(value)


@pytest.mark.parametrize(
    ("expression", "rule"),
    [
        ("lower(`1`)", "lower() takes string, and was given number"),
        ("substring('a', `0.5`)", "substring() takes integer, and was given number"),
        ("pad_left('a', `2000000`)", "pad_left() makes a text of more than 1000000 characters"),
        ("parse_json('{')", "parse_json() is given text that is no JSON"),
        ("parse_json('[NaN]')", "parse_json() is given text that is no JSON"),
        ("parse_number('12,5')", "parse_number() is given text that is no number with a decimal point"),
        ("parse_number('12.5', `true`)", "parse_number() is given text that is no number with a decimal comma"),
        ("parse_number('1,23,456.5')", "parse_number() is given text that is no number with a decimal point"),
        ("parse_number('-')", "parse_number() is given text that is no number with a decimal point"),
        ("parse_date('0000-00-00', '%Y-%m-%d')", "parse_date() is given text that is no date of the form %Y-%m-%d"),
        ("parse_date('30-02-2025', '%d-%m-%Y')", "parse_date() is given text that is no date of the form %d-%m-%Y"),
        ("format_date('tomorrow', '%Y')", "format_date() is no date and time"),
        (
            "format_date(`1.5`, '%Y')",
            "format_date() is no date and time; a number with a fraction needs its `unit`, such as seconds",
        ),
        ("join('-', ['a', `1`])", "join() takes a list of texts, and was given one with number"),
    ],
)
def test_what_a_function_refuses_is_told_with_its_name_and_without_the_value(expression: str, rule: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        found(expression)
    assert str(refused.value) == rule


@pytest.mark.parametrize("name", sorted(set(OWN_FUNCTIONS) - {"lookup"}))
def test_given_a_null_it_gives_a_null(name: str) -> None:
    """What a record lacks stays missing, and refuses nothing."""
    others = {"matches": ", 'a'", "parse_date": ", '%Y'", "format_date": ", '%Y'"}
    plain = {3: ", 'a', 'b'", 2: ", 'a'", 1: ""}
    rest = others.get(name) or plain[OWN_FUNCTIONS[name].least]
    assert found(f"{name}(nothing{rest})") is None


def test_the_first_present_is_taken_without_a_look_at_the_others() -> None:
    record = {"email": "jane@example.com", "payload": "no JSON"}
    assert found("first_present(email, parse_json(payload).email)", record) == "jane@example.com"


def test_a_table_is_looked_up_by_the_text_of_the_key() -> None:
    stores = {"12": "Utrecht", "true": "web"}
    for key in ("`12`", "'12'", "`12.0`", "' 12 '"):
        assert found(f"lookup('stores', {key})", stores=stores) == "Utrecht"
    assert found("lookup('stores', `true`)", stores=stores) == "web"
    assert found("lookup('stores', '13')", stores=stores) is None
    assert found("lookup('stores', nothing)", stores=stores) is None
    assert found("first_present(lookup('stores', '13'), 'other')", stores=stores) == "other"


def test_let_names_what_is_used_twice() -> None:
    record = {"name": "  Jane van Dijk ", "items": [{"price": 2}, {"price": 5}], "least": 3}
    first = "let $name = trim(name), $blank = find_first(trim(name), ' ') in substring($name, `0`, $blank)"
    assert found(first, record) == "Jane"
    assert found("let $least = least in items[?price > $least].price", record) == [5]
    assert found("let $x = `1` in [let $x = `2` in $x, $x]", record) == [2, 1]


def test_a_refused_record_leaves_nothing_behind() -> None:
    get = compile_path("let $x = name in lower($x)").get
    with pytest.raises(InvalidValueError):
        get({"name": 1})
    assert get({"name": "JANE"}) == "jane"


def test_what_one_expression_reads_and_makes_is_bounded() -> None:
    """However many calls there are, and however small each is."""
    text = "a" * 900_000
    with pytest.raises(InvalidValueError, match=r"^the expression reads or makes more than 16 MiB"):
        found("items[*].[lower(@), upper(@)]", {"items": [text] * 10})
    with pytest.raises(InvalidValueError, match="makes more than 10000 parts"):
        found("split(text, 'a')", {"text": text})
    with pytest.raises(InvalidValueError, match=r"makes a text of more than 1000000 characters"):
        found("replace(text, 'a', 'bb')", {"text": text})
    assert found("lower(text)", {"text": text}) == text


def test_the_bound_is_of_each_record_alone() -> None:
    get = compile_path("length(lower(text))").get
    record = {"text": "a" * 7_000_000}
    assert [get(record) for _ in range(3)] == [7_000_000] * 3


@given(text=st.text(), old=st.text(max_size=2), new=st.text(max_size=2))
def test_text_functions_agree_with_pythons(text: str, old: str, new: str) -> None:
    record = {"text": text, "old": old, "new": new}
    assert found("replace(text, old, new)", record) == text.replace(old, new)
    if old:
        assert found("split(text, old)", record) == text.split(old)
        position = text.find(old)
        assert found("find_first(text, old)", record) == (None if position < 0 else position)
