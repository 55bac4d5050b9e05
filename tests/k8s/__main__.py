"""`python -m tests.k8s`: exit 0 when every check that could be made has passed."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from tests.helm.tools import HelmUnavailableError
from tests.k8s import control_plane, programs, shop
from tests.k8s.catalogue import CHECKS
from tests.k8s.check import Bench, Check, made
from tests.k8s.report import keep, load, ordered, table, write_page
from tests.support.apache_kafka import unavailable
from tests.support.fetching import one_at_a_time


@click.command()
@click.option(
    "--only", multiple=True, type=click.Choice([each.name for each in CHECKS]), help="this alone; repeatable"
)
@click.option("--operators", is_flag=True, help="the long form: with KEDA and the Prometheus operator")
@click.option("--page", is_flag=True, help="write the table into docs/operations.md")
def main(only: tuple[str, ...], operators: bool, page: bool) -> None:  # noqa: FBT001 - click's options
    """Builds what is missing, starts the control plane, and makes one check after the other."""
    if missing := programs.unavailable() or unavailable():
        sys.exit(missing)
    due = [each for each in CHECKS if each.name in only or (not only and (operators or not each.operators))]
    # Processes have sessions of their own: only an orderly end takes them along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with_operators = any(each.operators for each in due)
    programs.build([programs.CONTROL_PLANE, *(programs.OPERATORS if with_operators else ())])
    failed = _make(due, with_operators=with_operators)
    if page:
        write_page()
    click.echo(table(ordered()))
    sys.exit(1 if failed else 0)


def _make(due: list[Check], *, with_operators: bool) -> bool:
    """Whether a check has failed."""
    folder = Path(tempfile.mkdtemp(prefix="bluecore-k8s-"))
    # Ports, addresses and the image are the same in every run.
    with ExitStack() as stack:
        stack.enter_context(one_at_a_time(programs.home() / "running"))
        image = programs.image()
        beside = stack.enter_context(shop.running(folder))
        plane = stack.enter_context(control_plane.running(folder, image, shop.HOSTS))
        click.echo(f"the control plane is ready after {plane.seconds:.0f} s: {folder}", err=True)
        if with_operators:
            plane.start_operators()
        try:
            bench = Bench.made(plane, beside)
        except HelmUnavailableError as reason:
            sys.exit(str(reason))
        for check in due:
            result = made(check, bench)
            click.echo(f"{result.name}: {result.state}, {result.seconds:.0f} s: {result.seen[:500]}", err=True)
            keep(result)
    failed = any(load()[each.name].state == "fails" for each in due)
    if failed:
        click.echo(f"The logs are in {folder}", err=True)
    else:
        shutil.rmtree(folder)
    return failed


main()
