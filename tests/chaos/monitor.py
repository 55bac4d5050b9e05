"""What a person sees of a run while it lasts: a bar and a list of faults on a terminal, JSON lines in a pipe."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

_LINE_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Figures:
    """How far a run has come."""

    written: int
    delivered: int
    steps: int


class Monitor:
    """Any thread may tell it something. `show` may be called as often as one likes."""

    def __init__(self, progress: Progress, name: str, steps: int) -> None:
        self._progress = progress
        self._plain = progress.disable
        self._name = name
        self._began = time.monotonic()
        self._next_line = 0.0
        self._lock = threading.Lock()
        self._bar = progress.add_task(name, total=steps, written=0, delivered=0)

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._began

    def tell(self, what: str) -> None:
        """A fault, or another event of the run."""
        if self._plain:
            self._line(told=what)
        else:
            self._progress.console.print(f"{self._name} {self.seconds:7.1f} s  {what}", highlight=False)

    def show(self, figures: Figures) -> None:
        """How far it is now."""
        self._progress.update(
            self._bar, completed=figures.steps, written=figures.written, delivered=figures.delivered
        )
        if self._plain and self.seconds >= self._next_line:
            self._next_line = self.seconds + _LINE_SECONDS
            self._line(**asdict(figures))

    def _line(self, **values: Any) -> None:
        with self._lock:
            line = orjson.dumps({"run": self._name, "seconds": round(self.seconds, 1), **values})
            sys.stdout.buffer.write(line + b"\n")
            sys.stdout.buffer.flush()


@contextmanager
def monitor(name: str, steps: int) -> Iterator[Monitor]:
    """A bar, for as long as the block lasts, where the output is a terminal."""
    console = Console()
    counts = TextColumn("{task.fields[written]} written, {task.fields[delivered]} delivered")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), counts, TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Monitor(progress, name, steps)
