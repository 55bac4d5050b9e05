"""Whether a mutant is dead follows from how the tests end, and is asked twice where chance may have its part."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Protocol

from tests.mutation.processes import End, Steps

# Of the time that a test is allowed: in it must end, with nothing planted, what has not ended with a fault.
_FAR_BELOW = 0.25


class Run(Protocol):
    """Runs the tests that may see a fault, and returns what failed."""

    def __call__(self, *, planted: bool, share: float = 1.0) -> str:
        """With the fault or without, each test in a share of the time that it is allowed."""


Unsure = Callable[[str], bool]
"""Whether what failed may have failed by chance."""


def mutant_is_tried(run: Run, unsure: Unsure, tell: Callable[[str], object]) -> Steps:
    """Tells what saw the fault; an empty text where nothing did.

    Time that is used up is a sign of the fault only where the tests with nothing planted need far less, at once, on
    the same machine. Else nothing is said.
    """
    end = yield from _ends(run, unsure)
    if end.late:
        untouched = yield partial(run, planted=False, share=_FAR_BELOW)
        if untouched.said:
            return
        end = End("it did not end; with nothing planted a quarter of the time was enough")
    tell(end.said)


def control_is_tried(run: Run, unsure: Unsure, seen: Callable[[str], object]) -> Steps:
    """Says what saw a fault that is none, if anything did."""
    end = yield from _ends(run, unsure)
    if end.said:
        seen(end.said)


def _ends(run: Run, unsure: Unsure) -> Generator[Callable[[], str], End, End]:
    end = yield partial(run, planted=True)
    if unsure(end.said):
        end = yield partial(run, planted=True)
    return end
