"""Runs tests in a process that imports a module as it would be with a fault in it.

A fault in what runs while a module is imported, such as a constant, cannot be planted later: others hold it already.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from unittest.mock import patch

import pytest

from tests.mutation.processes import allow, end_as
from tests.mutation.trying import Trial

_START = 30.0
"""Seconds that Python, pytest and the imports may be expected to take."""


@dataclass(frozen=True)
class Order:
    """What is to be run.

    Attributes:
        root: Of the project.
        texts: Of the modules that are changed, by their paths.
        options: For pytest.
        files: Of tests, in the order in which they run.
        seconds: How long each test takes with nothing planted, by its id.
        share: Of the time that a test is allowed, what it gets here.
    """

    root: Path
    texts: Mapping[str, str]
    options: tuple[str, ...]
    files: tuple[str, ...]
    seconds: Mapping[str, float]
    share: float


def failed_anew(order: Order) -> str:
    """Runs the tests in a process of its own. Returns which failed and why, empty where none did."""
    allow(_START + sum(order.seconds.values()), order.share)
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutation.anew"],
        input=pickle.dumps(order),
        stdout=subprocess.PIPE,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    end_as(done.returncode)
    return done.stdout.decode() or (f"it ended by itself, with {done.returncode}" if done.returncode else "")


class _Trial(Trial):
    def __init__(self, order: Order) -> None:
        super().__init__()
        self._order = order
        self.failure = "pytest did not come to its tests"

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of pytest's own, which knows no limits."""
        self.failure = self.broken or self.failed(session.items, self._order.seconds, self._order.share)
        return True


def _import_as(texts: Mapping[str, str]) -> None:
    """From here on modules are imported with these texts, by their paths, whatever their files hold."""
    usual = SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, name: str) -> CodeType | None:
        path = loader.get_filename(name)
        return compile(texts[path], path, "exec", dont_inherit=True) if path in texts else usual(loader, name)

    patch.object(SourceFileLoader, "get_code", get_code).start()


def _run() -> None:
    order: Order = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by this program
    said = os.dup(1)
    os.dup2(2, 1)  # what pytest prints
    allow(_START, order.share)
    os.chdir(order.root)
    _import_as(order.texts)
    trial = _Trial(order)
    pytest.main([*order.options, *order.files], plugins=[trial])
    os.write(said, (trial.broken or trial.failure).encode(errors="replace"))
    os._exit(0)  # whatever threads are left


if __name__ == "__main__":
    _run()
