"""What is said at the end: each fault with what it brought about, and each run with what became of the promises."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any, Final

import orjson
from rich.console import Console
from rich.table import Table

from tests.chaos.faults import FaultRow, merged
from tests.chaos.run import Result

_MOST_NAMED: Final = 10
_LISTS: Final = ("lost", "reordered", "wrongly_dead", "garbled", "unasked", "unexplained")


def report(results: Sequence[Result]) -> None:
    """Tables on a terminal, JSON lines in a pipe."""
    faults = merged(chain.from_iterable(result.faults for result in results))
    if not sys.stdout.isatty():
        lines = [{"fault": asdict(row)} for row in faults] + [{"verdict": figures(result)} for result in results]
        sys.stdout.buffer.write(b"".join(orjson.dumps(line) + b"\n" for line in lines))
        return
    console = Console()
    console.print(_faults(faults))
    console.print(_verdicts([figures(result) for result in results]))


def figures(result: Result) -> dict[str, Any]:
    """A run in figures, by name; of what is broken, the first places too."""
    verdict = result.verdict
    counts = {name: len(getattr(verdict, name)) for name in _LISTS}
    return {
        "run": result.name,
        "kept": result.passed,
        "written": verdict.written,
        "aborted": result.aborted,
        "delivered": verdict.delivered,
        **counts,
        "dead_lettered_on_purpose": verdict.dead_lettered - len(verdict.wrongly_dead),
        "retried_through_topic": verdict.retried,
        "overtaken_through_topic": verdict.overtaken,
        "duplicates": len(verdict.duplicates),
        "duplicates_by_cause": dict(verdict.causes),
        "delivered_uncommitted_at_kills": verdict.at_risk,
        **result.ended,
        "seconds": round(result.seconds),
        **{f"{name}_first": getattr(verdict, name)[:_MOST_NAMED] for name in _LISTS if counts[name]},
    }


def _faults(rows: Sequence[FaultRow]) -> Table:
    table = Table("fault", "times", "duplicates", "longest stand-still of a partition")
    for row in rows:
        table.add_row(row.name, str(row.times), str(row.duplicates), f"{row.standstill:.1f} s")
    return table


def _verdicts(runs: Sequence[dict[str, Any]]) -> Table:
    table = Table("", *(run["run"] for run in runs))
    for name in dict.fromkeys(chain.from_iterable(runs)):
        if name != "run":
            table.add_row(name.replace("_", " "), *(str(run.get(name, "")) for run in runs))
    return table
