"""Tries the mutants of one folder against its tests, each in the cheapest way.

A fault in a function is planted in a fork of the process that has collected the tests. A fault in what runs while its
module is imported needs a process of its own, in a copy of the project.
"""

from __future__ import annotations

import difflib
import os
import shlex
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from types import CodeType, FunctionType

import pytest
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkItem, WorkResult

from tests.mutation.planting import Place, can_be_planted, changed, live_functions, mutated, plant
from tests.mutation.trying import Collected, Trial, Try

_OPTIONS = (*("-q", "-x", "--tb", "short", "-p", "no:cacheprovider", "--timeout", "300"), "--hypothesis-seed", "0")
_FAST = ("-m", "not (ratio or kafka or browser or slow)")
_EMBEDDED = ("-m", "not (ratio or browser or slow)", "-k", "not apache")
# Seconds: a file of tests that takes longer says nothing of a module whose functions it does not call.
_LONG = 3.0
# Seconds for tests in a process of their own.
_PATIENCE = 600

SIMULATION = ("tests/simulation/one_a_seed.py",)


def which_tests(folder: str) -> tuple[str, ...]:
    """The tests that try a folder's mutants, as pytest is told them."""
    return (*(_EMBEDDED if folder == "kafka" else _FAST), f"tests/{folder}")


@dataclass(frozen=True)
class Work:
    """What is to be tried of one folder.

    Attributes:
        root: Of the project.
        folder: Of `consumer/`.
        items: The mutants.
        tests: That try them, as pytest is told them.
        workers: How many at a time.
        copies: Where copies of the project may be made.
    """

    root: Path
    folder: str
    items: tuple[WorkItem, ...]
    tests: tuple[str, ...]
    workers: int
    copies: Path


class Running:
    """The mutants of one folder, in the process that tries them.

    Args:
        work: What is to be tried.
        told: Is called with each mutant's id and its result.
    """

    def __init__(self, work: Work, told: Callable[[str, WorkResult], object]) -> None:
        self._work = work
        self._told = told
        self._kills: Counter[tuple[Path | None, str]] = Counter()
        self._diffs: dict[str, tuple[Path, str]] = {}
        # As they are imported: who works on goes on writing meanwhile.
        self._sources = {path: path.read_text() for path in sorted({_path(work, item) for item in work.items})}
        self._trial = Trial(work.root / "consumer" / work.folder, work.workers, self._tries, self._ended)

    def run(self) -> str:
        """Tries them. Returns what the tests print with nothing planted, if they do not pass; then none is tried."""
        status = pytest.main([*_OPTIONS, *self._work.tests], plugins=[self._trial])
        if status == pytest.ExitCode.INTERNAL_ERROR:
            raise RuntimeError("pytest could not go on; what it printed says why")
        return self._trial.failing

    def _tries(self, tests: Collected) -> Iterator[Try]:
        functions = live_functions()
        for item in self._work.items:
            (mutation,) = item.mutations
            path = _path(self._work, item)
            source = self._sources[path]
            faulty = mutated(mutation, source)
            self._diffs[item.job_id] = mutation.module_path, _diff(source, faulty)
            try:
                codes = changed(path, source, faulty)
            except SyntaxError as error:
                self._tell(item.job_id, str(error), TestOutcome.INCOMPETENT)
                continue
            if codes is None or not can_be_planted(functions, codes) or not tests.imported.isdisjoint(codes):
                yield self._try_anew(item.job_id, mutation, tests)
                continue
            reached = [each for each, reach in tests.reach.items() if not reach.places.isdisjoint(codes)]
            names = sorted(reached, key=lambda each: self._turn(mutation.module_path, each, tests))
            seconds = sum(tests.reach[each].seconds for each in names)
            yield Try(item.job_id, self._try_planted(names, codes, functions, tests), seconds)

    def _turn(self, module: Path, test: str, tests: Collected) -> tuple[object, ...]:
        """First without a broker, then what has seen most faults in the module, then anywhere, then what is short."""
        needs_broker = tests.items[test].get_closest_marker("kafka") is not None
        return needs_broker, -self._kills[module, test], -self._kills[None, test], tests.reach[test].seconds

    def _try_planted(
        self,
        names: list[str],
        codes: Mapping[Place, CodeType],
        functions: Mapping[Place, list[FunctionType]],
        tests: Collected,
    ) -> Callable[[], str]:
        def run() -> str:
            plant(functions, codes)
            return self._trial.failed([tests.items[each] for each in names])

        return run

    def _try_anew(self, name: str, mutation: MutationSpec, tests: Collected) -> Try:
        """What is seen of a changed constant, other modules may show: all files are run that are not long."""
        path = str(self._work.root / mutation.module_path)
        seconds: defaultdict[str, float] = defaultdict(float)
        reaching = set()
        for test, reach in tests.reach.items():
            file = test.partition("::")[0]
            seconds[file] += reach.seconds
            if any(place[0] == path for place in reach.places):
                reaching.add(file)
        files = [each for each in seconds if each in reaching or seconds[each] < _LONG]
        mirror = f"test_{mutation.module_path.stem}.py"
        files.sort(key=lambda each: (mirror not in each, each not in reaching, seconds[each]))
        options = [each for each in self._work.tests if not each.startswith("tests/")]
        command = shlex.join([sys.executable, "-m", "pytest", *_OPTIONS, *options, *files])

        def run() -> str:
            home = Path(mkdtemp(dir=self._work.copies))
            shutil.copytree(self._work.root, home, ignore=shutil.ignore_patterns(".*"), dirs_exist_ok=True)
            os.chdir(home)
            result = mutate_and_test([mutation], command, _PATIENCE)
            shutil.rmtree(home)
            return (result.output or "dead") if result.is_killed else ""

        return Try(name, run, 10 + sum(seconds.values()))

    def _ended(self, name: str, killer: str) -> None:
        self._tell(name, killer, TestOutcome.KILLED if killer else TestOutcome.SURVIVED)

    def _tell(self, name: str, why: str, outcome: TestOutcome) -> None:
        module, diff = self._diffs.pop(name)
        killer = why.partition("\n")[0]
        self._kills.update([(module, killer), (None, killer)])
        self._told(name, WorkResult(WorkerOutcome.NORMAL, why, outcome, diff))


def _path(work: Work, item: WorkItem) -> Path:
    return work.root.joinpath(item.mutations[0].module_path)


def _diff(source: str, faulty: str) -> str:
    return "\n".join(difflib.unified_diff(source.split("\n"), faulty.split("\n"), "was", "now", lineterm=""))
