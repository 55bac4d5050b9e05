"""`python -m tests.chaos`: exit 0 when every promise was kept."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from pathlib import Path

import click

from tests.chaos.monitor import monitor, report
from tests.chaos.plan import make_plan
from tests.chaos.run import run
from tests.support.apache_kafka import unavailable

_SHARE_OF_TIME = 0.55
"""Events are written, and faults made, in this share of the time; the rest is for the start and for what is late."""


@click.command()
@click.option("--events", default=100_000, show_default=True, help="how many events to write")
@click.option("--seed", default=1, show_default=True, help="the plan of faults and the events follow from it")
@click.option("--minutes", default=10.0, show_default=True, help="how long the run may take in all")
@click.option("--instances", default=3, show_default=True, help="processes of the service")
def main(events: int, seed: int, minutes: float, instances: int) -> None:
    """Apache Kafka, real processes, real signals: nothing may be lost, no customer's events reordered."""
    if reason := unavailable():
        click.echo(reason, err=True)
        sys.exit(1)
    # Processes have sessions of their own: only an orderly end takes them along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    plan = make_plan(seed, events=events, instances=instances, seconds=minutes * 60 * _SHARE_OF_TIME)
    folder = Path(tempfile.mkdtemp(prefix="bluecore-chaos-"))
    try:
        with monitor(events, plan.faults) as live:
            result = run(plan, folder, live, minutes * 60)
    except AssertionError as error:
        click.echo(f"{error}\nThe logs are in {folder}", err=True)
        sys.exit(1)
    report(result.verdict, result.seconds, result.ended)
    if not result.passed:
        click.echo(f"The logs are in {folder}", err=True)
        sys.exit(1)
    shutil.rmtree(folder)


main()
