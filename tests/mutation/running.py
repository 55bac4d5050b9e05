"""Tries the mutants of one folder against its tests, each in the cheapest way.

A fault in a function is planted in a fork of the process that has collected the tests. A fault in what runs while its
module is imported needs a process that imports it anew.
"""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkItem, WorkResult

from tests.mutation.anew import Order, failed_anew
from tests.mutation.deciding import Run, Unsure, control_is_tried, mutant_is_tried
from tests.mutation.planting import Codes, Functions, can_be_planted, changed, live_functions, mutated, plant, renewed
from tests.mutation.processes import Steps
from tests.mutation.trying import Collected, Trials

_OPTIONS = (*("-q", "--tb", "short", "-p", "no:cacheprovider", "--timeout", "0"), "--hypothesis-seed", "0")
_FAST = ("-m", "not (ratio or kafka or browser or slow)")
_EMBEDDED = ("-m", "not (ratio or browser or slow)", "-k", "not apache")
# Seconds: a file of tests that takes longer says nothing of a module whose functions it does not call.
_LONG = 3.0

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
        temporary: Where the tests may write, and what they print stands.
    """

    root: Path
    folder: str
    items: tuple[WorkItem, ...]
    tests: tuple[str, ...]
    workers: int
    temporary: Path

    @property
    def code(self) -> Path:
        return self.root / "consumer" / self.folder


class Running:
    """The mutants of one folder, in the process that tries them.

    Args:
        work: What is to be tried.
        told: Is called with each mutant's id and its result. It has none where the tests did not end,
            nor did they with nothing planted in far less time than they were given.
    """

    def __init__(self, work: Work, told: Callable[[str, WorkResult], object]) -> None:
        self._work = work
        self._told = told
        self._kills: Counter[tuple[Path | None, str]] = Counter()
        # As they are imported: who works on goes on writing meanwhile.
        self._sources = {path: path.read_text() for path in sorted(work.code.rglob("*.py"))}
        self._trials = Trials(work.code, work.workers, self._plant_the_same, self._rounds)
        self._seen = ""

    def run(self) -> str:
        """Tries them. Returns what the tests print with nothing planted, if they do not pass; then none is tried."""
        status = pytest.main([*_OPTIONS, *self._work.tests], plugins=[self._trials])
        if status == pytest.ExitCode.INTERNAL_ERROR:
            raise RuntimeError("pytest could not go on; what it printed says why")
        return self._trials.broken or self._seen

    def _rounds(self, tests: Collected) -> Iterator[Iterator[Steps]]:
        """The control of what is imported anew, and the mutants if it lives."""
        unsure = partial(_needs_broker, tests=tests)
        same = {path: f"{source}\npass\n" for path, source in self._sources.items()}
        yield iter([control_is_tried(self._import_anew(same, tests), unsure, self._see)])
        if not self._seen:
            yield self._mutants(tests, unsure)

    def _mutants(self, tests: Collected, unsure: Unsure) -> Iterator[Steps]:
        functions = live_functions()
        for item in self._work.items:
            (mutation,) = item.mutations
            path = self._work.root / mutation.module_path
            source = self._sources[path]
            faulty = mutated(mutation, source)
            tell = partial(self._tell, item.job_id, mutation.module_path, _diff(source, faulty))
            try:
                codes = changed(path, source, faulty)
            except SyntaxError as error:
                tell(str(error), outcome=TestOutcome.INCOMPETENT)
                continue
            if codes is None or not can_be_planted(functions, codes) or not tests.imported.isdisjoint(codes):
                run = self._import_anew({path: faulty}, tests)
            else:
                run = self._plant(codes, functions, tests, mutation)
            yield mutant_is_tried(run, unsure, tell)

    def _plant_the_same(self) -> None:
        """A control: the run that all others are compared with has a fault that changes nothing in each function."""
        plant(live_functions(), renewed(self._sources))

    def _see(self, said: str) -> None:
        self._seen = f"with a fault that changes nothing:\n{said}"

    def _plant(self, codes: Codes, functions: Functions, tests: Collected, mutation: MutationSpec) -> Run:
        """Those tests are run that call one of the functions."""
        reached = [each for each, reach in tests.reach.items() if not reach.places.isdisjoint(codes)]
        reached.sort(key=lambda each: self._turn(mutation.module_path, each, tests))

        def run(*, planted: bool, share: float = 1.0) -> str:
            if planted:
                plant(functions, codes)
            return self._trials.failed([tests.items[each] for each in reached], tests.seconds, share)

        return run

    def _turn(self, module: Path, test: str, tests: Collected) -> tuple[object, ...]:
        """First without a broker, then what has seen most faults in the module, then anywhere, then what is short."""
        kills = self._kills[module, test], self._kills[None, test]
        return _needs_broker(test, tests), -kills[0], -kills[1], tests.seconds[test]

    def _import_anew(self, texts: Mapping[Path, str], tests: Collected) -> Run:
        """What is seen of a changed constant, other modules may show: all files are run that are not long."""
        paths = {str(path) for path in texts}
        seconds: defaultdict[str, float] = defaultdict(float)
        reaching = set()
        for test, reach in tests.reach.items():
            file = test.partition("::")[0]
            seconds[file] += reach.seconds
            if any(place[0] in paths for place in reach.places):
                reaching.add(file)
        files = [each for each in seconds if each in reaching or seconds[each] < _LONG]
        mirrors = {f"test_{path.stem}.py" for path in texts}
        files.sort(key=lambda each: (Path(each).name not in mirrors, each not in reaching, seconds[each]))
        options = (*_OPTIONS, *(each for each in self._work.tests if not each.startswith("tests/")))

        def run(*, planted: bool, share: float = 1.0) -> str:
            changes = {str(path): text for path, text in texts.items() if planted}
            return failed_anew(Order(self._work.root, changes, options, tuple(files), tests.seconds, share))

        return run

    def _tell(self, name: str, module: Path, diff: str, why: str, outcome: TestOutcome | None = None) -> None:
        killer = why.partition("\n")[0]
        self._kills.update([(module, killer), (None, killer)])
        found = outcome or (TestOutcome.KILLED if why else TestOutcome.SURVIVED)
        self._told(name, WorkResult(WorkerOutcome.NORMAL, why, found, diff))


def _needs_broker(said: str, tests: Collected) -> bool:
    """Whether the test needs one that is named in the first line."""
    test = tests.items.get(said.partition("\n")[0])
    return test is not None and test.get_closest_marker("kafka") is not None


def _diff(source: str, faulty: str) -> str:
    return "\n".join(difflib.unified_diff(source.split("\n"), faulty.split("\n"), "was", "now", lineterm=""))
