"""`python -m tests.chaos`: exit 0 when every promise was kept."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from pathlib import Path

import click

from tests.chaos.monitor import monitor
from tests.chaos.plan import SIZES
from tests.chaos.report import report
from tests.chaos.run import Result, run
from tests.support.apache_kafka import unavailable


@click.command()
@click.option("--size", type=click.Choice(tuple(SIZES)), default="whole", show_default=True, help="which runs")
@click.option("--only", help="this run alone")
@click.option("--seed", default=1, show_default=True, help="faults and events follow from it")
@click.option("--rate", default=100.0, show_default=True, help="events a second")
def main(size: str, only: str | None, seed: int, rate: float) -> None:
    """Apache Kafka, real processes, real signals: nothing may be lost, no customer's events reordered."""
    if reason := unavailable():
        click.echo(reason, err=True)
        sys.exit(1)
    # Processes have sessions of their own: only an orderly end takes them along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="bluecore-chaos-"))
    results: list[Result] = []
    try:
        for plan in SIZES[size](seed, rate):
            if only in {None, plan.name}:
                own = folder / plan.name
                own.mkdir()
                with monitor(plan.name, len(plan.steps)) as live:
                    results.append(run(plan, own, live))
    except AssertionError as error:
        click.echo(f"A promise was broken: {error}\nThe logs are in {folder}", err=True)
        sys.exit(1)
    finally:
        report(results)
    if not results or not all(result.passed for result in results):
        click.echo(f"A promise was broken. The logs are in {folder}", err=True)
        sys.exit(1)
    click.echo("Every promise was kept.", err=True)
    shutil.rmtree(folder)


main()
