"""`python -m tests.incidents`: exit 0 when the first page of every fault named its cause."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import click

from tests.incidents.catalogue import FAULTS
from tests.incidents.incident import Outcome, run
from tests.incidents.lab import running_lab
from tests.incidents.report import keep, load, table, write_page
from tests.operations.prometheus import PrometheusUnavailableError, program
from tests.support.apache_kafka import unavailable

_NAMES = [fault.name for fault in FAULTS]


@click.command()
@click.option("--only", multiple=True, type=click.Choice(_NAMES), help="this fault alone; repeatable")
@click.option("--again", is_flag=True, help="also those that have passed before")
@click.option("--factor", default=30.0, show_default=True, help="by which the windows of the rules are shorter")
def main(only: tuple[str, ...], again: bool, factor: float) -> None:  # noqa: FBT001 - click's option
    """One fault after the other; what has passed is not run again, unless it is asked for."""
    try:
        program("prometheus")
    except PrometheusUnavailableError as reason:
        sys.exit(str(reason))
    if missing := unavailable():
        sys.exit(missing)
    # Processes have sessions of their own: only an orderly end takes them along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    known = load()
    passed = {name for name, outcome in known.items() if not outcome.wrong}
    due = [fault for fault in FAULTS if fault.name in only or (not only and (again or fault.name not in passed))]
    outcomes: list[Outcome] = []
    if due:
        folder = Path(tempfile.mkdtemp(prefix="bluecore-incidents-"))
        with running_lab(folder, factor) as lab:
            time.sleep(60 / factor * 30)  # so that the windows have something to compare with
            for fault in due:
                outcome = run(fault, lab, lambda text: click.echo(text, err=True))
                click.echo(f"{outcome.name}: {outcome.wrong or 'named'}", err=True)
                keep(outcome)
                outcomes.append(outcome)
        if not any(outcome.wrong for outcome in outcomes):
            shutil.rmtree(folder)
        else:
            click.echo(f"The logs are in {folder}", err=True)
    write_page()
    known = load()
    click.echo(table([known[name] for name in _NAMES if name in known]))
    sys.exit(any(known[name].wrong for name in _NAMES if name in known))


main()
