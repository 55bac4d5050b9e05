"""Any expression on any record gives a value or a refusal, never an exception: through the whole mapping, too."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumer.avro.unreadable import OUT_OF_RANGE
from consumer.config.path_syntax import syntax_error
from consumer.mapping.errors import InvalidValueError
from consumer.mapping.functions import OWN_FUNCTIONS, Function
from consumer.mapping.paths import FUNCTIONS, compile_path
from consumer.mapping.router import compile_routes
from consumer.mapping.shared import Shared
from consumer.mapping.surroundings import Surroundings
from consumer.mapping.values import jsonable, unwritable
from consumer.records import Partition, Record, Reject, Send, Skip
from tests.mapping.support import EMAIL, NOW_MS, TOKEN, documents, route

TABLES = {"t": {"a": "1", "1": 2}}
LITERALS = {
    "matches": "'^a+$'",
    "parse_date": "'%Y-%m-%d'",
    "format_date": "'%d %b %Y %H'",
    "lookup": "'t'",
    "pad_left": "'0'",
    "pad_right": "'0'",
    "replace": "`1`",
    "split": "`2`",
}
ATOMS = st.sampled_from(
    [
        *("a", "b", "c", "a.b", "b[0]", "b[*].a", "b[-1:]", "*", "@", "_kafka.key", "_kafka.headers.h"),
        *("_kafka.timestamp", "`null`", "`0`", "`-3`", "`1.50`", "`100`", "`1e400`", "`true`", '`{"a": [1]}`'),
        *("''", "' '", "'a'", "'2026-01-31'", "'1.234,5'", "'[1, {\"a\": 2}]'", "'\u0130\ufb01\u00df'"),
    ]
)


def _own(name: str, function: Function, inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A call with as many arguments as the function takes, the literal ones as they must be."""

    def call(arguments: list[str]) -> str:
        placed = [
            LITERALS[name] if parameter.literal else argument
            for parameter, argument in zip(function.parameters, arguments, strict=False)
        ]
        return f"{name}({', '.join(placed)})"

    least, most = function.least, len(function.parameters)
    return st.lists(inner, min_size=least, max_size=most).map(call)


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "//", "%", "==", "!=", "<", ">=", "&&", "||", "|"])
    builtin = st.sampled_from(["length", "abs", "sum", "sort", "max", "to_number", "to_string", "keys", "reverse"])
    return st.one_of(
        st.tuples(inner, operators, inner).map(lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"),
        inner.map(lambda each: f"-({each})"),
        inner.map(lambda each: f"!({each})"),
        st.tuples(inner, inner).map(lambda parts: f"let $x = {parts[0]} in [$x, {parts[1]}]"),
        st.tuples(inner, inner).map(lambda parts: f"({parts[0]})[?{parts[1]}]"),
        st.tuples(inner, inner).map(lambda parts: f"map(&({parts[0]}), to_array({parts[1]}))"),
        st.tuples(inner, inner).map(lambda parts: f"{{a: {parts[0]}, b: {parts[1]}}}"),
        st.tuples(builtin, inner).map(lambda parts: f"{parts[0]}({parts[1]})"),
        st.one_of([_own(name, function, inner) for name, function in OWN_FUNCTIONS.items()]),
    )


EXPRESSIONS = st.recursive(ATOMS, _compound, max_leaves=8)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.decimals(),
    st.text(max_size=8) | st.sampled_from(["a", "2026-01-31", "12,5", "{}", "\ud800", "9" * 400]),
    st.sampled_from(
        [
            datetime(2026, 1, 31, tzinfo=UTC),
            datetime.max.replace(tzinfo=UTC),
            date(1, 1, 1),
            b"\x00\xff",
            OUT_OF_RANGE,
        ]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
RECORDS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)
KEYS = st.none() | st.binary(max_size=4) | st.just(b'{"a": 1}')


def record(key: bytes | None) -> Record:
    return Record(Partition("shop.events", 0), 0, key, b"", NOW_MS, (("h", key),))


@settings(max_examples=600)
@given(expression=EXPRESSIONS, value=RECORDS)
def test_an_expression_gives_json_or_a_rule(expression: str, value: dict[str, Any]) -> None:
    assert syntax_error(expression) is None
    try:
        found = jsonable(compile_path(expression, Shared(tables=TABLES)).get(value))
    except InvalidValueError as rule:
        assert str(rule)  # noqa: PT017 - either outcome is right
        return
    try:
        orjson.dumps(found)
    except orjson.JSONEncodeError:
        assert unwritable(found, "")[1] != "cannot be written as JSON"


@settings(max_examples=200)
@given(
    expression=EXPRESSIONS,
    value=RECORDS,
    key=KEYS,
    place=st.sampled_from(["when", "email", "products", "products.id", "total", "tier", "event"]),
    key_format=st.sampled_from(["text", "json", "bytes", "avro"]),
    default=st.sampled_from([None, "skip", "store_visit"]),
)
def test_a_record_is_sent_refused_or_skipped_wherever_the_expression_stands(  # noqa: PLR0913, PLR0917 - drawn values
    expression: str, value: dict[str, Any], key: bytes | None, place: str, key_format: str, default: str | None
) -> None:
    fields: dict[str, Any] = {
        "email": "'jane@example.com'",
        "order_id": "'1'",
        "total": "`1`",
        "products": "[{id: '1'}]",
    }
    keys: dict[str, Any] = {"fields": fields, "key_format": key_format}
    event: Any = "purchase"
    if place == "when":
        keys["when"] = expression
    elif place == "event":
        event = {"path": expression, "values": {"a": "purchase", True: "skip"}, "default": default}
    elif place == "tier":
        keys["attributes"] = {"tier": expression}
    else:
        fields[place] = expression
    router = compile_routes([route(event, **keys)], token=TOKEN, tables=TABLES)
    around = Surroundings(record(key))
    outcome = router.map("shop.events", None, value, NOW_MS, NOW_MS, around=around)
    assert isinstance(outcome, Send | Reject | Skip)
    if isinstance(outcome, Send):
        assert documents(outcome)
    if isinstance(outcome, Reject):
        assert EMAIL not in outcome.message


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@settings(max_examples=30)
@given(arguments=st.lists(SCALARS | VALUES, min_size=4, max_size=4))
def test_a_function_bears_any_arguments(name: str, arguments: list[Any]) -> None:
    own = OWN_FUNCTIONS.get(name)
    count = 2 if own is None else len(own.parameters)
    names = [
        LITERALS[name] if own is not None and own.parameters[index].literal else letter
        for index, letter in enumerate("abcd"[:count])
    ]
    value = dict(zip("abcd", arguments, strict=True))
    for given_names in (names, names[:1]):
        try:
            compile_path(f"{name}({', '.join(given_names)})", Shared(tables=TABLES)).get(value)
        except InvalidValueError as rule:
            assert str(rule)  # noqa: PT017 - either outcome is right
