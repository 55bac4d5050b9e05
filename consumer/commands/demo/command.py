"""The command `demo`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from consumer.commands.exits import exit_on_error, needing_extra, refuse
from consumer.commands.options import load_config
from consumer.telemetry import logs


@click.command()
@click.option(
    "--events", default=2000, show_default=True, type=click.IntRange(10, 20_000), help="how many to produce"
)
@click.option(
    "--config", "path", type=click.Path(path_type=Path), metavar="FILE", help="use the Kafka and registry named there"
)
def demo(events: int, path: Path | None) -> None:
    """The whole pipeline on this machine, on sample events; nothing needs to be installed."""
    given = None if path is None else load_config(path)
    if given is not None and given.schema_registry is None:
        refuse(f"{path}: schema_registry: is required for the demo's events")
    logs.configure("critical")
    with needing_extra():
        from consumer.commands.demo.run import run_demo  # noqa: PLC0415
        from consumer.commands.demo.screen import bars, show  # noqa: PLC0415
    with exit_on_error("the demo cannot go on"), bars(events) as progress:
        summary = run_demo(events, given, progress)
    sys.exit(show(summary))
