"""The language of expressions: JMESPath as it is, and beside it arithmetic, `let` and `_kafka`."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jmespath.exceptions import JMESPathError

from consumer.config.expression_syntax import misplaced_surroundings, parse, unbound_variables

WRITTEN = """a b.c _x1 "odd-name" 'text' 'it\\'s' `1` `{"a":[1,true]}` `word` @ * ! . , : | || & && == != < <= > >=
( ) [ ] [] [? { } [0] [-1] [1:-1] [*] length( ' ` " # -"""
PIECES = st.sampled_from([*WRITTEN.split(), " ", "\n"])


@pytest.mark.filterwarnings("ignore:deprecated string literal syntax")
@given(pieces=st.lists(PIECES, min_size=1, max_size=8))
def test_what_jmespath_reads_is_read_the_same(pieces: list[str]) -> None:
    """Whatever its own parser takes: the trees are equal."""
    expression = "".join(pieces)
    try:
        expected = jmespath.compile(expression).parsed
    except (JMESPathError, ValueError):
        return
    assert parse(expression) == expected


def test_the_numbers_of_a_literal_keep_their_digits() -> None:
    assert parse("`19.90`")["value"] == Decimal("19.90")
    assert str(parse('`{"a": 1.10}`')["value"]["a"]) == "1.10"
    assert json.dumps(parse("`3`")["value"]) == "3"


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("a + b * c", "a + (b * c)"),
        ("a - b - c", "(a - b) - c"),
        ("a / b * c", "(a / b) * c"),
        ("a // b % c", "(a // b) % c"),
        ("a + b == c - d", "(a + b) == (c - d)"),
        ("a < b + c && d", "(a < (b + c)) && d"),
        ("-a.b * c", "(-(a.b)) * c"),
        ("a - -b", "a - (-b)"),
        ("a[0] * b[-1]", "(a[0]) * (b[-1])"),
        ("sum(a[*].b) * c", "(sum(a[*].b)) * c"),
        ("a * b | c", "(a * b) | c"),
        ("a \u00d7 b \u00f7 c \u2212 d", "((a * b) / c) - d"),
        ("a -`1`", "a - `1`"),
        ("(a)-(b)", "a - b"),
    ],
)
def test_arithmetic_binds_as_one_expects(written: str, means: str) -> None:
    assert parse(written) == parse(means)


def test_a_star_behind_an_operand_multiplies_and_is_a_wildcard_elsewhere() -> None:
    assert parse("a * b")["type"] == "arithmetic"
    assert parse("a.* | [0]") == jmespath.compile("a.* | [0]").parsed
    assert parse("{all: *}") == jmespath.compile("{all: *}").parsed


@pytest.mark.parametrize(
    "expression", ["a +", "+", "* *", "a = b", "$", "let $x = a", "let $x a in b", "let x = a in b", "a + 1", "a-b"]
)
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(JMESPathError):
        parse(expression)


def test_let_is_a_field_where_no_variable_follows() -> None:
    assert parse("let") == {"type": "field", "children": [], "value": "let"}
    assert parse("in.let")["type"] == "subexpression"


@pytest.mark.parametrize(
    ("expression", "unbound"),
    [
        ("let $x = a in $x", []),
        ("let $x = a, $y = $x in $y", ["x"]),
        ("let $x = a in let $y = $x in [$x, $y]", []),
        ("[$x, let $x = a in $x]", ["x"]),
        ("items[?price > $least]", ["least"]),
    ],
)
def test_a_variable_must_be_bound_around_it(expression: str, unbound: list[str]) -> None:
    assert list(unbound_variables(parse(expression))) == unbound


def test_what_is_around_a_record_is_no_field_of_it() -> None:
    key: dict[str, Any] = {"type": "surroundings", "children": [], "value": "key"}
    assert parse("_kafka.key") == key
    assert parse("items[?id == _kafka.key]")["children"][2]["children"][1] == key
    assert parse("_kafka.headers.ce_type")["children"][0] == key | {"value": "headers"}
    assert parse("order._kafka.key")["type"] == "subexpression"


@pytest.mark.parametrize(
    ("expression", "wants"),
    [("_kafka.kye", ["kye"]), ("_kafka", [""]), ("_kafka | key", [""]), ("_kafka.key", []), ("a._kafka", [""])],
)
def test_what_kafka_does_not_have_is_found(expression: str, wants: list[str]) -> None:
    assert list(misplaced_surroundings(parse(expression))) == wants
