"""The command `status`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from consumer.commands.options import config_option, load_config
from consumer.config.model import Config


def _addresses(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """As they were given: one that is none is refused before anything is asked."""
    from consumer.commands.status.instance import addresses  # noqa: PLC0415 - the other commands start faster

    for each in given:
        try:
            addresses([each], (), port=0)
        except ValueError as error:
            raise click.BadParameter(f"{each!r} is no HOST, HOST:PORT or URL: {error}") from None
    return given


@click.command()
@config_option
@click.option(
    "--instance",
    "instances",
    multiple=True,
    metavar="HOST[:PORT]",
    callback=_addresses,
    help="ask this one; repeatable. Without it: the hosts that the group's members have, at `telemetry.port`",
)
@click.option(
    "--seconds",
    default=5.0,
    show_default=True,
    type=click.FloatRange(0.1, 3600),
    help="for how long the lag is watched, to say where it goes",
)
@click.option("--watch", is_flag=True, help="look again and again, until it is ended with Ctrl-C")
def status(path: Path, instances: tuple[str, ...], seconds: float, watch: bool) -> None:  # noqa: FBT001 - click's option
    """Says what is wrong right now, the worst first. It joins no group and writes nothing.

    Exit code 0: all is well; 1: something is wrong; 2: it cannot be told.
    """
    config = load_config(path)
    if watch:
        _watch(config, instances, seconds)
    sys.exit(_once(config, instances, seconds))


def _once(config: Config, instances: tuple[str, ...], seconds: float) -> int:
    from rich.console import Console  # noqa: PLC0415 - the other commands start faster without them

    from consumer.commands.status.judging import exit_code, judged  # noqa: PLC0415
    from consumer.commands.status.printing import as_json, as_text  # noqa: PLC0415
    from consumer.commands.status.snapshot import look  # noqa: PLC0415

    seen = look(config, instances, seconds)
    findings = judged(config, seen)
    if sys.stdout.isatty():
        Console().print(as_text(findings, seen))
    else:
        click.echo(as_json(findings, seen))
    return exit_code(findings, seen)


def _watch(config: Config, instances: tuple[str, ...], seconds: float) -> None:
    """A screen that is renewed on a terminal, a line of JSON each time in a pipe; it ends with the process."""
    from rich.live import Live  # noqa: PLC0415

    from consumer.commands.status.judging import judged  # noqa: PLC0415
    from consumer.commands.status.printing import as_text  # noqa: PLC0415
    from consumer.commands.status.snapshot import look  # noqa: PLC0415

    if not sys.stdout.isatty():
        while True:
            _once(config, instances, seconds)
            sys.stdout.flush()
    with Live("looking …", auto_refresh=False, screen=False) as live:
        while True:
            seen = look(config, instances, seconds)
            live.update(as_text(judged(config, seen), seen), refresh=True)
