"""`python -m tests.simulation`: many seeds, or the story of one."""

from __future__ import annotations

import multiprocessing
import sys
import time
import traceback

import click
from rich.progress import track

from tests.simulation.oracle import PromiseBroken
from tests.simulation.quiet import silenced
from tests.simulation.seeds import run_seed


def _outcome(seed: int) -> tuple[int, str, int]:
    silenced()
    try:
        return seed, "", run_seed(seed).duplicates
    except Exception as error:  # noqa: BLE001 - every failure of a seed is reported with it
        where = traceback.extract_tb(error.__traceback__)[-1]
        return seed, f"{type(error).__name__}: {error} ({where.name}:{where.lineno})", 0


@click.command()
@click.option("--seeds", default=10_000, show_default=True, help="how many seeds to run")
@click.option("--first", default=0, show_default=True, help="the first of them")
@click.option("--seed", type=click.IntRange(min=0), help="replay this one and tell what happens")
@click.option("--jobs", default=2, show_default=True, help="processes")
def main(seeds: int, first: int, seed: int | None, jobs: int) -> None:
    """Runs the whole service through seeded faults in virtual time; prints each seed that breaks a promise."""
    if seed is not None:
        silenced()
        try:
            oracle = run_seed(seed, tell=True)
        except PromiseBroken as broken:
            click.echo(f"seed {seed}: PromiseBroken: {broken}")
            sys.exit(1)
        click.echo(f"seed {seed} passed, {oracle.duplicates} duplicates")
        return
    started = time.monotonic()
    failed = duplicates = 0
    with multiprocessing.Pool(jobs) as pool:
        outcomes = pool.imap_unordered(_outcome, range(first, first + seeds), chunksize=20)
        for number, fault, repeated in track(outcomes, total=seeds, disable=not sys.stderr.isatty()):
            duplicates += repeated
            if fault:
                failed += 1
                click.echo(f"seed {number}: {fault}")
    click.echo(f"{seeds - failed} passed, {failed} failed")
    click.echo(
        f"{duplicates} duplicates, each after a crash, a cut or a lost answer; {time.monotonic() - started:.0f} s"
    )
    sys.exit(1 if failed else 0)


main()
