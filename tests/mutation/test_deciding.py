"""A mutant is dead where a test fails, and where the tests do not end although they should long have."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.mutation.deciding import control_is_tried, mutant_is_tried
from tests.mutation.processes import End, Steps

LATE = End("it ended by itself, with -24", late=True)
FAILED, NONE = End("test_a\nassert 0"), End("")
BY_CHANCE = End("test_with_a_broker\nassert 0")


def asked(*, planted: bool, share: float = 1.0) -> str:
    return f"{'with' if planted else 'without'} {share}"


def unsure(said: str) -> bool:
    return "broker" in said


def through(steps: Steps, *ends: End) -> list[str]:
    """What is run one after the other, where it ends so."""
    runs = []
    run: Callable[[], str] | None = next(steps)
    for end in ends:
        assert run
        runs.append(run())
        run = None
        with suppress(StopIteration):
            run = steps.send(end)
    return runs


@pytest.mark.parametrize(
    ("ends", "runs", "told"),
    [
        ([NONE], ["with 1.0"], [""]),
        ([FAILED], ["with 1.0"], [FAILED.said]),
        ([BY_CHANCE, NONE], ["with 1.0", "with 1.0"], [""]),
        ([BY_CHANCE, BY_CHANCE], ["with 1.0", "with 1.0"], [BY_CHANCE.said]),
        (
            [LATE, NONE],
            ["with 1.0", "without 0.25"],
            ["it did not end; with nothing planted a quarter of the time was enough"],
        ),
        ([LATE, LATE], ["with 1.0", "without 0.25"], []),
        ([LATE, FAILED], ["with 1.0", "without 0.25"], []),
    ],
)
def test_a_mutant(ends: list[End], runs: list[str], told: list[str]) -> None:
    said: list[str] = []
    steps = mutant_is_tried(asked, unsure, said.append)

    assert through(steps, *ends) == runs
    assert said == told


@pytest.mark.parametrize(
    ("ends", "seen"), [([NONE], []), ([BY_CHANCE, NONE], []), ([FAILED], [FAILED.said]), ([LATE], [LATE.said])]
)
def test_a_control_must_live(ends: list[End], seen: list[str]) -> None:
    said: list[str] = []
    through(control_is_tried(asked, unsure, said.append), *ends)

    assert said == seen
