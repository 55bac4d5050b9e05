"""What a service fails on: since when it waits between two questions, and what is told once and not each time."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

from tenacity.wait import wait_base

from consumer.backoff import seconds_after

_Name = TypeVar("_Name", bound=Hashable)


class Failing(Generic[_Name]):
    """The names of what was asked for in vain. For one thread at a time: whoever has it holds a lock."""

    def __init__(self, backoff: wait_base) -> None:
        """`backoff`: the wait after the n-th failure in a row."""
        self._backoff = backoff
        self._problems: dict[_Name, str] = {}
        self._failures = 0

    @property
    def problem(self) -> str | None:
        """What is wrong now, by the newest answer; None while nothing is known to be wrong."""
        return next(reversed(self._problems.values()), None)

    def failed(self, name: _Name, problem: str) -> tuple[float, bool]:
        """No answer: the seconds until it is to be asked for again, and whether this begins an outage."""
        first = not self._problems
        self._problems.pop(name, None)
        self._problems[name] = problem
        self._failures += 1
        return seconds_after(self._failures, self._backoff), first

    def answered(self, name: _Name) -> bool:
        """An answer, whatever it says: whether it ends an outage."""
        self._failures = 0
        return self._problems.pop(name, None) is not None and not self._problems
