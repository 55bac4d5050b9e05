"""The command `demo`."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import click

from consumer.commands.exits import exit_on_error, needing_extra, refuse
from consumer.commands.options import load_sources
from consumer.config.model import Config, RegistryConfig
from consumer.telemetry import logs


def _until_stopped() -> threading.Event:
    """Set by Ctrl+C, or by whoever ends the process in an orderly way."""
    finish = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: finish.set())
    return finish


def _keep() -> None:
    with needing_extra():
        from consumer.commands.demo.keeping import keep  # noqa: PLC0415

    finish = _until_stopped()
    with exit_on_error("the demo cannot go on"):
        # A pipe has the configuration at once, and not only at the end.
        keep(finish, click.echo, lambda sentence: click.echo(sentence, err=True))


def _feed(config: Config, registry: RegistryConfig, rate: float) -> None:
    from consumer.commands.demo.feeding import feed  # noqa: PLC0415

    finish = _until_stopped()
    click.echo(f"{rate:g} events a second to {config.kafka.bootstrap_servers}, until this is stopped", err=True)
    with exit_on_error("the shop cannot go on"):
        click.echo(f"{feed(config, registry, rate, finish)} events written", err=True)


@click.command()
@click.option(
    "--events", default=2000, show_default=True, type=click.IntRange(10, 20_000), help="how many to produce"
)
@click.option(
    "--config", "path", type=click.Path(path_type=Path), metavar="FILE", help="use the Kafka and registry named there"
)
@click.option(
    "--feed",
    "rate",
    type=click.FloatRange(min=0, min_open=True, max=1000),
    metavar="N",
    help="with --config: only write N sample events a second to the topics shop.EVENT, until it is stopped",
)
@click.option(
    "--keep",
    is_flag=True,
    help="only run the broker, the registry and the sandbox until Ctrl+C, and print a configuration for them",
)
def demo(events: int, path: Path | None, rate: float | None, *, keep: bool) -> None:
    """The whole pipeline on this machine, on sample events; nothing needs to be installed."""
    if keep:
        if path is not None or rate is not None:
            raise click.UsageError("--keep goes without --config and --feed: those use what it runs")
        _keep()
        return
    # Sample events go to the sandbox whatever the file says: it need not say to whom.
    given = None if path is None else load_sources(path)
    if given is not None and given.schema_registry is None:
        refuse(f"{path}: schema_registry: is required for the demo's events")
    if given is not None and given.schema_registry is not None and given.schema_registry.type != "confluent":
        refuse(f"{path}: schema_registry.type: the demo's schemas can be registered with type confluent only")
    if rate is not None:
        if given is None or given.schema_registry is None:
            raise click.UsageError("--feed goes with --config: it writes to the Kafka named there")
        _feed(given, given.schema_registry, rate)
        return
    logs.configure("critical")
    with needing_extra():
        from consumer.commands.demo.run import run_demo  # noqa: PLC0415
        from consumer.commands.demo.screen import bars, show  # noqa: PLC0415
    with exit_on_error("the demo cannot go on"), bars(events) as progress:
        summary = run_demo(events, given, progress)
    sys.exit(show(summary))
