"""Functions run in processes of their own, and what they ask for next may follow from how one ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from tests.mutation.processes import End, Steps, allow, drive, end_as, returned

HERE = os.getpid()


def end_of(run: Callable[[], str]) -> End:
    ends: list[End] = []

    def steps() -> Steps:
        ends.append((yield run))

    drive(iter([steps()]), 1)
    return ends[0]


def busy(share: float) -> str:
    allow(0, share)
    while True:
        pass


def waiting() -> str:
    allow(0, 0.001)
    time.sleep(600)
    return "woke up"


def starting_who_is_busy() -> str:
    code = f"import os; os.kill(os.getpid(), {signal.SIGXCPU})"
    end_as(subprocess.run([sys.executable, "-c", code], check=False).returncode)
    return "went on"


def test_what_a_function_returns_is_told_and_nothing_of_what_it_does_is_left_behind() -> None:
    kept = [HERE]

    def run() -> str:
        kept[0] = os.getpid()
        return "done"

    assert end_of(run) == End("done")
    assert returned(run) == "done"
    assert kept == [HERE]


@pytest.mark.parametrize("run", [lambda: busy(0.05), waiting, starting_who_is_busy])
def test_what_takes_longer_than_it_is_allowed_is_ended_and_told_apart(run: Callable[[], str]) -> None:
    assert end_of(run).late


def test_what_ends_itself_is_told_as_an_end_of_its_own() -> None:
    end = end_of(lambda: os._exit(0))

    assert end == End("it ended by itself, with 0")


def test_what_follows_may_depend_on_how_it_ended() -> None:
    said = []

    def steps(name: str) -> Steps:
        first = yield lambda: name
        second = yield lambda: f"{first.said} again"
        said.append(second.said)

    drive(map(steps, "abc"), 2)

    assert sorted(said) == ["a again", "b again", "c again"]


def test_what_cannot_be_run_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match="could not be"):
        end_of(lambda: str(1 // 0))

    assert "ZeroDivisionError" in capfd.readouterr().err
