"""What an expression looks at, where it makes nothing of it."""

from __future__ import annotations

import pytest

from consumer.commands.counts.paths import dotted, looked_at


@pytest.mark.parametrize(
    ("expression", "name", "names"),
    [
        ("cents", "cents", ("cents",)),
        ("totals.cents", "cents", ("totals", "cents")),
        ("sum(lines[].cents)", "cents", ()),
        ("cents / `100`", "", ()),
        ("`100`", "", ()),
    ],
)
def test_the_last_name_of_what_is_not_computed(expression: str, name: str, names: tuple[str, ...]) -> None:
    assert (looked_at(expression), dotted(expression)) == (name, names)
