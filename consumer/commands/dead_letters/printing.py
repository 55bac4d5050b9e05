"""What the `dead-letters` commands print: tables and bars for people on a terminal, JSON lines in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
import orjson
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from consumer.commands.dead_letters.moving import move
from consumer.commands.dead_letters.rate_limiter import RateLimiter
from consumer.commands.dead_letters.refusals import Refusal
from consumer.commands.dead_letters.replaying import ReplayResult, replay
from consumer.commands.dead_letters.selection import Selection
from consumer.commands.dead_letters.showing import show
from consumer.commands.dead_letters.survey import Count, survey
from consumer.config.model import Config
from consumer.kafka.reading import TopicReader
from consumer.telemetry.legible import legible


def print_counts(config: Config, selection: Selection) -> None:
    """A table on a terminal, a JSON line for each kind in a pipe.

    Raises:
        NoSuchTopic: there is no dead-letter topic.
        Unreachable: the brokers do not answer.
    """
    with TopicReader(config, config.dead_letters.dead_letter_topic) as reader:
        counts = survey(reader, selection, config.routes).counts()
    if sys.stdout.isatty():
        Console().print(_table(counts))
        return
    for each in counts:
        click.echo(orjson.dumps(_line(each)))


def print_letter(config: Config, selection: Selection) -> None:
    """Indented on a terminal, one line in a pipe; for what is raised, see `show`."""
    document = show(config, selection)
    if sys.stdout.isatty():
        Console().print_json(legible(document.decode()))
    else:
        click.echo(document)


def print_replay(config: Config, selection: Selection, rate: float, *, dry_run: bool, ask: bool) -> None:
    """A bar on stderr if that is a terminal, and then a JSON object; for what is raised, see `replay`.

    With `ask` it is first said what would be done, and nothing is written without a yes.

    Raises:
        click.Abort: the answer is no.
    """
    if not dry_run:
        click.echo(
            "The running instances map what is replayed: roll out a corrected configuration before, not after.",
            err=True,
        )
    asks = ask and not dry_run
    if asks:
        with _bar("looked at") as progress:
            planned = replay(config, selection, RateLimiter(rate), progress, dry_run=True)
        _print_warnings(planned.warnings.all())
        if planned.sent:
            click.confirm(_question(planned), abort=True, err=True)
    with _bar("would be replayed" if dry_run else "replayed") as progress:
        result = replay(config, selection, RateLimiter(rate), progress, dry_run=dry_run)
    warnings = result.warnings.all()
    if not asks:
        _print_warnings(warnings)
    click.echo(orjson.dumps(_summary(result, warnings, dry_run=dry_run)))


def _print_warnings(warnings: Iterable[Refusal]) -> None:
    for each in warnings:
        place = "{}:{}".format(*each.first)
        click.echo(
            f"{each.count:,} x {each.event}, {each.field}: {each.message} Such as the letter {place}.", err=True
        )


def _question(planned: ReplayResult) -> str:
    failing = sum(planned.refused.values())
    left = f" {failing:,} would fail again and stay." if failing else ""
    refused = " Bluecore would refuse or ignore what is said above." if planned.warnings.all() else ""
    return f"{planned.sent:,} of {planned.selected:,} letters can go again.{left}{refused} Replay them?"


def print_move(config: Config, destination: str, rate: float, *, dry_run: bool) -> None:
    """A bar on stderr if that is a terminal, and then a JSON object; for what is raised, see `move`."""
    with _bar("would be moved" if dry_run else "moved") as progress:
        found = move(config, destination, RateLimiter(rate), progress, dry_run=dry_run)
    for name, count in sorted(found.others.items()):
        click.echo(
            f"{count:,} records wait for {name or 'bluecore'}, which the configuration does not have either.",
            err=True,
        )
    moved = "would_move" if dry_run else "moved"
    click.echo(orjson.dumps({"destination": destination or "bluecore", moved: len(found.places)}))


def _summary(result: ReplayResult, warnings: Iterable[Refusal], *, dry_run: bool) -> dict[str, Any]:
    return {
        "selected": result.selected,
        "replayed_before": result.before,
        "would_replay" if dry_run else "replayed": result.sent,
        "would_be_skipped": result.skipped,
        "would_fail_again": {str(reason): count for reason, count in sorted(result.refused.items())},
        "bluecore_would_refuse": [
            {
                "event": each.event,
                "field": each.field,
                "message": each.message,
                "silently": each.silent,
                "count": each.count,
                "first": {"partition": each.first[0], "offset": each.first[1]},
            }
            for each in warnings
        ],
    }


def _line(count: Count) -> dict[str, Any]:
    number, offset = count.newest
    return {
        "reason": count.kind.reason,
        "topic": count.kind.topic,
        "field": count.kind.field,
        "message": count.message,
        "count": count.letters,
        "replayed": count.replayed,
        "newest": {"partition": number, "offset": offset},
        "given_up": {"first": _time(count.first_ms), "last": _time(count.last_ms)},
    }


def _table(counts: Iterable[Count]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("letters", justify="right")
    table.add_column("replayed", justify="right")
    for heading in ("reason", "first read from", "what is wrong"):
        table.add_column(heading, overflow="fold")
    table.add_column("newest", justify="right", no_wrap=True)
    table.add_column("given up last (UTC)")
    for each in counts:
        place = "{}:{}".format(*each.newest)
        what = (each.kind.reason, each.kind.topic, each.message)
        row = (str(each.letters), str(each.replayed), *what, place, _time(each.last_ms))
        table.add_row(*map(Text, row))
    return table


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    console = Console(stderr=True)
    columns = (TextColumn(what), BarColumn(None), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
