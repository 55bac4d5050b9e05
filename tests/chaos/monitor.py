"""What a person sees of a run: bars and a list of faults on a terminal, JSON lines in a pipe."""

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
from rich.table import Table

from tests.chaos.verdict import Verdict

_LINE_SECONDS: Final = 5.0
_MOST_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """How far a run has come."""

    written: int
    delivered: int
    faults: int


class Monitor:
    """Any thread may tell it something. `show` may be called as often as one likes."""

    def __init__(self, progress: Progress, events: int, faults: int) -> None:
        self._progress = progress
        self._plain = progress.disable
        self._began = time.monotonic()
        self._next_line = 0.0
        self._lock = threading.Lock()
        totals = {"written": events, "delivered": events, "faults": faults}
        self._bars = {name: progress.add_task(name, total=total) for name, total in totals.items()}

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._began

    def tell(self, what: str) -> None:
        """A fault, or another event of the run."""
        if self._plain:
            self._line(fault=what)
        else:
            self._progress.console.print(f"{self.seconds:7.1f} s  {what}", highlight=False)

    def show(self, figures: Figures) -> None:
        for name, done in asdict(figures).items():
            self._progress.update(self._bars[name], completed=done)
        if self._plain and self.seconds >= self._next_line:
            self._next_line = self.seconds + _LINE_SECONDS
            self._line(**asdict(figures))

    def _line(self, **values: Any) -> None:
        with self._lock:
            sys.stdout.buffer.write(orjson.dumps({"seconds": round(self.seconds, 1), **values}) + b"\n")
            sys.stdout.buffer.flush()


@contextmanager
def monitor(events: int, faults: int) -> Iterator[Monitor]:
    """Bars, for as long as the block lasts, where the output is a terminal."""
    console = Console()
    columns = (TextColumn("{task.description:>9}"), BarColumn(None), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Monitor(progress, events, faults)


def figures(verdict: Verdict) -> dict[str, Any]:
    """The verdict in figures, by name."""
    return {
        "kept": verdict.kept,
        "written": verdict.written,
        "delivered": verdict.delivered,
        "lost": len(verdict.lost),
        "reordered": len(verdict.reordered),
        "wrongly_dead_lettered": len(verdict.wrongly_dead),
        "garbled": len(verdict.garbled),
        "dead_lettered_on_purpose": verdict.dead_lettered - len(verdict.wrongly_dead),
        "retried_through_topic": verdict.retried,
        "overtaken_through_topic": verdict.overtaken,
        "duplicates": verdict.duplicates.total(),
        "duplicates_by_cause": dict(verdict.duplicates),
        "delivered_uncommitted_at_crashes": verdict.at_risk,
        "duplicate_share": round(verdict.share, 6),
    }


def report(verdict: Verdict, seconds: float, processes: dict[str, int]) -> None:
    """The verdict on the standard output; `processes`: how the service's processes ended."""
    shown = {**figures(verdict), **processes, "seconds": round(seconds, 1)}
    for name in ("lost", "reordered", "wrongly_dead", "garbled", "unexplained"):
        if keys := getattr(verdict, name)[:_MOST_NAMED]:
            shown[f"{name}_first"] = keys
    if not sys.stdout.isatty():
        sys.stdout.buffer.write(orjson.dumps({"verdict": shown}) + b"\n")
        return
    table = Table("", "", show_header=False)
    for name, value in shown.items():
        table.add_row(name.replace("_", " "), f"{value:.3%}" if name == "duplicate_share" else str(value))
    Console().print(table)
    Console().print("every promise kept" if verdict.kept else "a promise was broken", style="bold")
