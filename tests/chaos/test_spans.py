"""Stretches of time, cut and measured."""

from __future__ import annotations

import pytest

from tests.chaos.spans import Span, ms_outside


def test_what_two_have_in_common() -> None:
    """Nothing, where they do not meet."""
    assert Span(0, 10).within(Span(4, 20)) == Span(4, 10)
    assert Span(0, 10).within(Span(20, 30)).ms == 0


@pytest.mark.parametrize(
    ("others", "left"),
    [
        ([], 100),
        ([Span(10, 30)], 80),
        ([Span(10, 30), Span(20, 50)], 60),
        ([Span(-50, 10), Span(90, 200)], 80),
        ([Span(0, 100)], 0),
        ([Span(200, 300)], 100),
    ],
)
def test_what_lies_in_none_of_the_others(others: list[Span], left: int) -> None:
    """Overlapping ones count once, and only as far as they reach into it."""
    assert ms_outside(Span(0, 100), others) == left
