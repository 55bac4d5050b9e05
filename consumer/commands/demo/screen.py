"""What the demo shows: bars and a table for people on a terminal, JSON lines in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from consumer.commands.demo.ledger import Row
from consumer.commands.demo.producing import Progress as Report
from consumer.commands.demo.run import Summary
from consumer.config.model import EVENT_TYPES


@contextmanager
def bars(count: int) -> Iterator[Report]:
    """A bar for each stage while the demo works; silent in a pipe."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:>9}"), BarColumn(None), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        tasks = {stage: progress.add_task(stage, total=count) for stage in ("produced", "settled")}
        yield lambda stage, done: progress.update(tasks[stage], completed=done)


def show(summary: Summary) -> int:
    """Prints the summary; gives the exit code: 0 when every event is accounted for."""
    rows = [(event, summary.rows[event]) for event in EVENT_TYPES if event in summary.rows]
    if sys.stdout.isatty():
        Console().print(_table(rows))
    else:
        for event, row in rows:
            print(orjson.dumps(_line(event, row)).decode())  # noqa: T201 - the command's output
    missing = summary.missing
    verdict = (
        f"{len(missing)} of {summary.produced} events are missing: {', '.join(missing[:10])}"
        if missing
        else f"all {summary.produced} events accounted for"
    )
    if sys.stdout.isatty():
        style = "bold red" if missing else "bold green"
        Console().print(f"{verdict} ({summary.seconds:.1f} s)", style=style, markup=False, highlight=False)
    else:
        line = {"summary": verdict, "seconds": round(summary.seconds, 1)}
        print(orjson.dumps(line).decode())  # noqa: T201
    return 1 if missing else 0


def _line(event: str, row: Row) -> dict[str, object]:
    return {
        "event": event,
        "produced": row.produced,
        "delivered": row.delivered,
        "retried": row.retried,
        "skipped": row.skipped,
        "dead_lettered": dict(row.dead_lettered),
        "missing": row.missing,
    }


def _table(rows: list[tuple[str, Row]]) -> Table:
    table = Table()
    table.add_column("event", no_wrap=True)
    for heading in ("produced", "delivered", "retried", "skipped"):
        table.add_column(heading, justify="right")
    table.add_column("dead-lettered, by reason", overflow="fold")
    for event, row in rows:
        counts = (row.produced, row.delivered, row.retried, row.skipped)
        reasons = "\n".join(f"{count} {reason}" for reason, count in sorted(row.dead_lettered.items()))
        table.add_row(event, *map(str, counts), reasons or "-")
    return table
