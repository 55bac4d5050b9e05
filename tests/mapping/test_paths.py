"""Paths find what JMESPath says they find, plain ones without its interpreter."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import jmespath
import pytest

from consumer.mapping import paths
from consumer.mapping.paths import compile_path, is_true, unknown_functions

RECORD: dict[str, Any] = {
    "id": "7",
    "buyer": {"email": "a@b.com", "address": {"city": "Boston"}},
    "lines": [{"price": Decimal("1.10")}, {"price": Decimal("2.20")}],
    "at": datetime(2026, 1, 31, 12, tzinfo=UTC),
    "odd-name": {"x": 1},
}


@pytest.mark.parametrize(
    "expression",
    [
        "id",
        "nothing",
        "buyer.email",
        "buyer.nothing",
        "id.email",
        "nothing.email",
        "buyer.address.city",
        "buyer.email.city",
        "lines.price",
        '"odd-name".x',
        "@",
        "lines[0]",
        "lines[].price",
        "nothing || buyer.email",
        "lines | length(@)",
    ],
)
def test_it_finds_what_jmespath_finds(expression: str) -> None:
    assert compile_path(expression).get(RECORD) == jmespath.search(expression, RECORD)


@pytest.mark.parametrize("expression", ["id", "buyer.email", "buyer.address.city", '"odd-name".x', "@"])
def test_plain_paths_do_not_go_through_the_interpreter(expression: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "compile_expression", None)
    assert compile_path(expression).get(RECORD) is not None


@pytest.mark.parametrize("value", [None, False, "", [], {}])
def test_what_jmespath_holds_for_false(value: object) -> None:
    assert not is_true(value)


@pytest.mark.parametrize("value", [True, 0, 0.0, "false", [0], {"a": None}])
def test_what_jmespath_holds_for_true(value: object) -> None:
    assert is_true(value)


def test_unknown_functions_are_found_before_they_are_called() -> None:
    assert list(unknown_functions(compile_path("lines[?lenght(id) > `1`].uper(id)").tree)) == ["uper", "lenght"]
