"""A plugin of pytest that tries mutants in place of running the tests once.

The tests are collected once. Each mutant has a process of its own, forked from there: it plants its fault and runs
the tests that call the function, until one fails.
"""

from __future__ import annotations

import os
import pickle
import resource
import select
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NoReturn

import pytest

from tests.mutation.planting import Place
from tests.mutation.reach import Reach, Watch, timed

# Bytes: one that fills the memory is dead before it has all of it.
MEMORY = 6 << 30
# Seconds: one that never ends is dead. A busy machine takes its time, so that of the processor is what counts.
_CPU_SECONDS = 20
_PATIENCE = 300
_LOOKS = 5.0
_LONGEST = 8192


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


@dataclass(frozen=True)
class Try:
    """What is to be done in a process of its own.

    Attributes:
        name: Of the mutant.
        run: Returns the test that failed, or an empty text.
        seconds: How long it takes with nothing planted.
    """

    name: str
    run: Callable[[], str]
    seconds: float


@dataclass(frozen=True)
class _Child:
    name: str
    process: int
    says: int
    until: float


class Trial:
    """The plugin. `tries` is asked for what to try once the tests are known, and `told` what became of each.

    Args:
        folder: Of the code.
        workers: How many at a time.
        tries: Gives what to try, one after the other.
        told: Is called with the mutant's name and the test that failed: empty where none did.
    """

    def __init__(
        self,
        folder: Path,
        workers: int,
        tries: Callable[[Collected], Iterator[Try]],
        told: Callable[[str, str], object],
    ) -> None:
        self._watch = Watch(folder)
        self._workers = workers
        self._tries = tries
        self._told = told
        self._imported: set[Place] = set()
        self._failure = ""
        self.failing = ""
        """What the tests print with nothing planted, if they do not pass."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self) -> None:
        """The first counterexample is enough: it need not be the smallest, nor be remembered."""
        from hypothesis import Phase, settings  # noqa: PLC0415 - pytest rewrites it before it is imported

        settings.register_profile("mutation", deadline=None, database=None, phases=(Phase.explicit, Phase.generate))
        settings.load_profile("mutation")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self) -> Iterator[None]:
        """What runs now has run before anything is planted."""
        with self._watch.called() as self._imported:
            return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes the first failure of this process."""
        if report.failed and not self._failure:
            self._failure = f"{report.nodeid}\n{report.longreprtext}"

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failing = report.longreprtext

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of running each test once."""
        if self.failing:
            return True
        reach, self.failing = self._of_child(lambda: self._reach(session.items))
        if not self.failing:
            tests = Collected({each.nodeid: each for each in session.items}, reach, frozenset(self._imported))
            self._try_all(self._tries(tests))
        return True

    def failed(self, items: Sequence[pytest.Item]) -> str:
        """Runs tests until one fails, and says which; empty where none does."""
        for item, following in _followed(items):
            try:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            except (KeyboardInterrupt, SystemExit, pytest.exit.Exception) as end:
                return f"{item.nodeid}\nended by {end!r}"
            if self._failure:
                return self._failure
        return ""

    def _reach(self, items: list[pytest.Item]) -> tuple[dict[str, Reach], str]:
        found: dict[str, Reach] = {}
        for item, following in _followed(items):
            with timed() as seconds, self._watch.called() as places:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            found[item.nodeid] = Reach(seconds[0], frozenset(places))
        return found, self._failure

    def _of_child(self, run: Callable[[], Any]) -> Any:
        """What a forked process returns: nothing that it does is left behind in this one."""
        with TemporaryFile() as said:
            process = os.fork()
            if not process:
                _end(lambda: os.write(said.fileno(), pickle.dumps(run())))
            os.waitpid(process, 0)
            said.seek(0)
            return pickle.load(said)  # noqa: S301 - written by this program

    def _try_all(self, tries: Iterator[Try]) -> None:
        running: dict[int, _Child] = {}
        try:
            while True:
                while len(running) < self._workers and (following := next(tries, None)) is not None:
                    child = self._started(following)
                    running[child.says] = child
                if not running:
                    return
                ready, _, _ = select.select([*running], (), (), _LOOKS)
                late = [says for says, child in running.items() if time.monotonic() > child.until]
                for says in {*ready, *late}:
                    child = running.pop(says)
                    self._told(child.name, _ended(child, late=says not in ready))
        finally:
            for child in running.values():
                _kill(child)

    def _started(self, what: Try) -> _Child:
        says, said = os.pipe()
        process = os.fork()
        if not process:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            limit = int(_CPU_SECONDS + 3 * what.seconds)
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            _end(lambda: os.write(said, what.run().encode()[:_LONGEST]))
        os.close(said)
        return _Child(what.name, process, says, time.monotonic() + _PATIENCE + 10 * what.seconds)


def _followed(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    return zip_longest(items, items[1:])


def _ended(child: _Child, *, late: bool) -> str:
    """What failed in it. It says so as the last thing that it does.

    Raises:
        RuntimeError: It could not plant the fault, or run the tests: that says nothing of them.
    """
    killer = "" if late else os.read(child.says, _LONGEST).decode(errors="replace")
    os.close(child.says)
    if late:
        _kill(child)
    _, status = os.waitpid(child.process, 0)
    if not late:
        _kill(child)  # what it has started ends with it
    if os.waitstatus_to_exitcode(status) > 0:
        raise RuntimeError(f"the mutant {child.name} could not be tried; the lines above say why")
    return killer or (f"it ended by itself, with {status}" if status else "")


def _kill(child: _Child) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.process, signal.SIGKILL)


def _end(run: Callable[[], object]) -> NoReturn:
    """The end of a forked process: nothing that pytest or the interpreter does at their ends."""
    status = 1
    try:
        run()
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it is, only its process ends
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(status)
