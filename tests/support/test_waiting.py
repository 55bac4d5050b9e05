"""Waiting for something, with an end and an explanation."""

from __future__ import annotations

import pytest

from tests.support.waiting import eventually


def test_the_first_true_answer_is_given() -> None:
    """The condition is asked again until it holds."""
    answers = iter([0, None, "here"])

    assert eventually(lambda: next(answers), 5, "an answer") == "here"


def test_waiting_in_vain_says_for_what() -> None:
    """The message names the thing and the last answer."""
    with pytest.raises(AssertionError, match=r"waited 0 s for the end; the last answer was \[\]"):
        eventually(list, 0, "the end")
