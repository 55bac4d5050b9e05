"""`python -m tests.mutation`: plants faults in the core, one at a time, and says which of them no test sees."""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import zip_longest
from pathlib import Path

import click
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import WorkItem, WorkResult
from rich.console import Console
from rich.progress import Progress

from tests.mutation.judged import judged
from tests.mutation.mutants import FOLDERS, mutants
from tests.mutation.report import Tally, survivor_of, table, tally
from tests.mutation.running import failing, settle, tried

ROOT = Path(__file__).parents[2]
GOAL = 97.0


@click.command()
@click.option("--sample", default=200, show_default=True, help="how many mutants in all; 0: every one, for hours")
@click.option("--seed", default=0, show_default=True, help="which sample")
@click.option("--workers", default=2, show_default=True, help="how many at a time")
@click.option("--folder", "folders", multiple=True, type=click.Choice(FOLDERS), default=FOLDERS, help="only this one")
@click.option("--session", default=ROOT / ".cache" / "mutation.sqlite", type=Path, help="where the results are kept")
def main(sample: int, seed: int, workers: int, folders: tuple[str, ...], session: Path) -> None:
    """Runs what has no result yet, and what survived before; then prints the table and who is alive.

    Exits 1 where fewer than 97 % of a folder's meaningful mutants are dead.
    """
    each = -(-sample // len(folders)) or None
    chosen = {folder: mutants(ROOT, folder, seed)[:each] for folder in folders}
    harmless = judged()
    session.parent.mkdir(exist_ok=True)
    with use_db(session, WorkDB.Mode.create) as work, tempfile.TemporaryDirectory() as copies:
        known = results(work)
        open_ones = [
            item
            for turn in zip_longest(*chosen.values())
            for item in turn
            if item is not None
            if (result := known.get(item.job_id)) is None
            or not (result.is_killed or survivor_of(item, result).change in harmless)
        ]
        have = {item.job_id for item in work.work_items}
        work.add_work_items(item for item in open_ones if item.job_id not in have)
        run(work, open_ones, workers, Path(copies))
        known = results(work)
    tallies = [
        tally(folder, ((item, known[item.job_id]) for item in items), harmless) for folder, items in chosen.items()
    ]
    show(tallies)
    sys.exit(1 if any(found.per_cent < GOAL for found in tallies) else 0)


def results(work: WorkDB) -> dict[str, WorkResult]:
    """What is known of each mutant, by its id."""
    return dict(work.results)


def run(work: WorkDB, items: list[WorkItem], workers: int, copies: Path) -> None:
    """Tries each mutant and keeps its result at once, so that a run that was ended goes on where it was."""
    fresh = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(workers, fresh, settle, (ROOT, copies)) as pool,
        Progress(console=Console(stderr=True)) as progress,
    ):
        folders = sorted({item.mutations[0].module_path.parts[1] for item in items})
        for folder, printed in zip(folders, pool.map(failing, folders), strict=True):
            if printed:
                raise click.ClickException(
                    f"the tests of {folder} fail with nothing planted; mend them first:\n{printed}"
                )
        bar = progress.add_task("mutants", total=len(items))
        tries = {pool.submit(tried, item): item for item in items}
        try:
            for done in as_completed(tries):
                work.set_result(tries[done].job_id, done.result())
                progress.advance(bar)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise


def show(tallies: Iterable[Tally]) -> None:
    """The survivors in the form of `judged.toml`, then the table."""
    for found in tallies:
        for survivor in found.alive:
            click.echo(f"{survivor}\n")
    Console().print(table(tallies))


main()
