"""`python -m tests.mutation`: plants faults in the core, one at a time, and says which of them no test sees."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import click
from cosmic_ray.work_db import WorkDB, use_db
from rich.console import Console
from rich.progress import Progress

from tests.mutation.apart import TestsFailError, results
from tests.mutation.judged import judged
from tests.mutation.mutants import FOLDERS, mutants
from tests.mutation.report import Tally, survivor_of, table, tally
from tests.mutation.running import SIMULATION, Work, which_tests

ROOT = Path(__file__).parents[2]
GOALS = {"tests": 97.0, "simulation": 70.0}
"""By what tries the mutants: how many of a hundred must die."""


@click.command()
@click.option(
    "--sample",
    default=200,
    type=click.IntRange(min=0),
    show_default=True,
    help="how many mutants in all; 0: every one",
)
@click.option("--seed", default=0, show_default=True, help="which sample")
@click.option("--workers", default=2, show_default=True, help="how many at a time")
@click.option("--minutes", default=28.0, show_default=True, help="it ends then; 0: when all is done")
@click.option("--folder", "folders", multiple=True, type=click.Choice(FOLDERS), default=FOLDERS, help="only this one")
@click.option("--by", type=click.Choice(list(GOALS)), default="tests", help="simulation: delivery, by it alone")
@click.option("--sessions", default=ROOT / ".cache", type=Path, help="the folder in which the results are kept")
def main(  # noqa: PLR0913, PLR0917 - the options
    sample: int, seed: int, workers: int, minutes: float, folders: tuple[str, ...], by: str, sessions: Path
) -> None:
    """Runs what has no result yet, and what survived before; then prints the table and who is alive.

    Exits 1 where fewer than 97 % of a folder's meaningful mutants are dead; by the simulation alone, fewer than 70 %;
    and where the time was over before any of a folder had a result.
    """
    ends = time.monotonic() + 60 * minutes if minutes else None
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: the processes that it has started end too
    simulation = by == "simulation"
    if simulation:
        folders = ("delivery",)
    each = -(-sample // len(folders)) or None
    harmless = judged()
    sessions.mkdir(exist_ok=True)
    session = sessions / ("mutation-simulation.sqlite" if simulation else "mutation.sqlite")
    tallies = []
    with use_db(session, WorkDB.Mode.create) as kept, tempfile.TemporaryDirectory() as temporary:
        for left, folder in zip(range(len(folders), 0, -1), folders, strict=True):
            every = mutants(ROOT, folder, seed)
            chosen, known = every[:each], dict(kept.results)
            open_ones = tuple(
                item
                for item in chosen
                if (result := known.get(item.job_id)) is None
                or not (result.is_killed or survivor_of(item, result).change in harmless)
            )
            tests = SIMULATION if simulation else which_tests(folder)
            seconds = None if ends is None else (ends - time.monotonic()) / left  # the others need as much
            run(kept, Work(ROOT, folder, open_ones, tests, workers, Path(temporary)), seconds)
            known = dict(kept.results)
            found = ((item, known.get(item.job_id)) for item in chosen)
            tallies.append(tally(folder, found, harmless, of=len(every)))
    show(tallies)
    sys.exit(1 if any(found.per_cent < GOALS[by] or not found.mutants for found in tallies) else 0)


def run(kept: WorkDB, work: Work, seconds: float | None) -> None:
    """Tries each mutant and keeps its result at once, so that a run that was ended goes on where it was."""
    if not work.items:
        return
    have = {item.job_id for item in kept.work_items}
    kept.add_work_items(item for item in work.items if item.job_id not in have)
    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task(work.folder, total=len(work.items))
        try:
            for name, result in results(work, seconds):
                kept.set_result(name, result)
                progress.advance(bar)
        except TestsFailError as error:
            raise click.ClickException(
                f"the tests of {work.folder} fail with nothing planted; mend them first:\n{error}"
            ) from None


def show(tallies: Iterable[Tally]) -> None:
    """The survivors in the form of `judged.toml`, then the table."""
    for found in tallies:
        for survivor in found.alive:
            click.echo(f"{survivor}\n")
    Console().print(table(tallies))


main()
