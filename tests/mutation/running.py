"""Runs the tests of a mutant's folder against it, in a copy of the project."""

from __future__ import annotations

import os
import resource
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_item import WorkItem, WorkResult

from tests.mutation import operators  # noqa: F401 - a worker needs them registered

PYTEST = (
    *(sys.executable, "-m", "pytest", "-q", "-x", "--tb", "short", "-p", "no:cacheprovider"),
    *("--timeout", "120", "--hypothesis-seed", "0"),
)
FAST = ("-m", "not (ratio or kafka or browser or slow)")
# Most of their time is waiting.
EMBEDDED = ("-n", "4", "-m", "kafka and not (ratio or browser or slow)", "-k", "not apache")
# Seconds for a folder's tests: a mutant that never ends is dead.
PATIENCE = 600
# Bytes: one that fills the memory is dead before it has all of it.
MEMORY = 6 << 30


def settle(root: Path, copies: Path) -> None:
    """Makes this process's own copy of the project its home: what is planted there harms nobody."""
    home = copies / str(os.getpid())
    shutil.copytree(root, home, ignore=shutil.ignore_patterns(".*"))
    os.chdir(home)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def tried(item: WorkItem) -> WorkResult:
    """What became of a mutant: dead as soon as one test fails."""
    (mutation,) = item.mutations
    for command in commands(mutation.module_path):
        result = mutate_and_test([mutation], command, PATIENCE)
        if result.is_killed:
            break
    return result


def failing(folder: str) -> str:
    """What the tests of a folder print with nothing planted, if they do not pass."""
    for command in commands(Path("consumer", folder, "__init__.py")):
        done = subprocess.run(shlex.split(command), capture_output=True, text=True, timeout=PATIENCE, check=False)
        if done.returncode:
            return done.stdout + done.stderr
    return ""


def commands(module: Path) -> list[str]:
    """The test runs for a module of `consumer/`, in their order: first the tests that mirror it, then its folder's.

    Those that need a broker come after all others, since a start of one takes as long as a hundred of them.
    """
    folder = Path("tests", module.parts[1])
    mirrored = folder / f"test_{module.stem}.py"
    places = [*([str(mirrored)] if mirrored.exists() else []), str(folder)]
    kinds = (FAST, EMBEDDED) if folder.name == "kafka" else (FAST,)
    return [shlex.join([*PYTEST, *kind, *places]) for kind in kinds]
