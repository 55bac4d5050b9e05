"""Plugins of pytest that run chosen tests in place of all, each in the time that it is allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from pathlib import Path

import pytest

from tests.mutation.planting import Place
from tests.mutation.processes import Steps, allow, drive, returned
from tests.mutation.reach import Reach, Watch, timed

_UNKNOWN = 5.0
"""Seconds that a test may be expected to take of which nothing is known."""


@dataclass(frozen=True)
class Collected:
    """What was collected.

    Attributes:
        items: All tests, by their ids.
        reach: What each calls, and for how long it runs.
        imported: The functions that are called while the tests are collected.
    """

    items: dict[str, pytest.Item]
    reach: dict[str, Reach]
    imported: frozenset[Place]

    @cached_property
    def seconds(self) -> dict[str, float]:
        """How long each test runs."""
        return {test: reach.seconds for test, reach in self.reach.items()}


class Trial:
    """Runs tests until one fails."""

    def __init__(self) -> None:
        self._failure = ""
        self.broken = ""
        """What pytest prints where the tests cannot be collected."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self) -> None:
        """The first counterexample is enough: it need not be the smallest, nor be remembered."""
        from hypothesis import Phase, settings  # noqa: PLC0415 - pytest rewrites it before it is imported

        settings.register_profile("mutation", deadline=None, database=None, phases=(Phase.explicit, Phase.generate))
        settings.load_profile("mutation")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Notes the first that cannot be collected."""
        if report.failed and not self.broken:
            self.broken = f"{report.nodeid}\n{report.longreprtext}"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes the first failure of this process."""
        if report.failed and not self._failure:
            self._failure = f"{report.nodeid}\n{report.longreprtext}"

    def failed(self, items: Sequence[pytest.Item], seconds: Mapping[str, float], share: float) -> str:
        """Runs tests until one fails, and says which; empty where none does.

        Args:
            items: The tests.
            seconds: How long each takes with nothing planted.
            share: Of the time that a test is allowed, what it gets here.
        """
        for item, following in zip_longest(items, items[1:]):
            allow(seconds.get(item.nodeid, _UNKNOWN), share)
            try:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            except (KeyboardInterrupt, SystemExit, pytest.exit.Exception) as end:
                return f"{item.nodeid}\nended by {end!r}"
            if self._failure:
                return self._failure
        return ""


class Trials(Trial):
    """Runs the tests once to know what each calls, and then what it is given to try, in forks of the process.

    Args:
        folder: Of the code.
        at_a_time: How many processes.
        before: Is called in the process that runs all tests, before them.
        rounds: Gives what to try once the tests are known, one round after the other.
    """

    def __init__(
        self,
        folder: Path,
        at_a_time: int,
        before: Callable[[], object],
        rounds: Callable[[Collected], Iterator[Iterator[Steps]]],
    ) -> None:
        super().__init__()
        self._before = before
        self._watch = Watch(folder)
        self._at_a_time = at_a_time
        self._rounds = rounds
        self._imported: set[Place] = set()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self) -> Iterator[None]:
        """What runs now has run before anything is planted."""
        with self._watch.called() as self._imported:
            return (yield)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of running each test once."""
        if not self.broken:
            reach, self.broken = returned(lambda: self._reach(session.items))
        if not self.broken:
            tests = Collected({each.nodeid: each for each in session.items}, reach, frozenset(self._imported))
            for steps in self._rounds(tests):
                drive(steps, self._at_a_time)
        return True

    def _reach(self, items: list[pytest.Item]) -> tuple[dict[str, Reach], str]:
        self._before()
        found: dict[str, Reach] = {}
        for item, following in zip_longest(items, items[1:]):
            with timed() as seconds, self._watch.called() as places:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            found[item.nodeid] = Reach(seconds[0], frozenset(places))
        return found, self._failure
