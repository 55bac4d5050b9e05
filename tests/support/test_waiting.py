"""Waiting for something, with an end and an explanation; and ports that no two tests share."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.waiting import eventually, free_port

TAKE_SOME = """
from tests.support.waiting import free_port
print(*(free_port() for _ in range(50)), flush=True)
input()
"""


def test_the_first_true_answer_is_given() -> None:
    """The condition is asked again until it holds."""
    answers = iter([0, None, "here"])

    assert eventually(lambda: next(answers), 5, "an answer") == "here"


def test_waiting_in_vain_says_for_what() -> None:
    """The message names the thing and the last answer."""
    with pytest.raises(AssertionError, match=r"waited 0 s for the end; the last answer was \[\]"):
        eventually(list, 0, "the end")


def test_no_two_processes_are_given_one_port() -> None:
    """Workers of one session, or two sessions beside each other, while both still run."""
    taken = {free_port() for _ in range(50)}
    with subprocess.Popen(
        [sys.executable, "-c", TAKE_SOME], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        theirs = {int(port) for port in other.stdout.readline().split()}
        taken |= {free_port() for _ in range(50)}
        other.communicate("\n")

    assert len(theirs) == 50
    assert taken & theirs == set()
