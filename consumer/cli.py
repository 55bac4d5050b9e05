"""The commands: parse, call, print. `consumer.commands.exits` has their exit codes."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import click
import structlog

from consumer import __version__
from consumer.commands.dead_letters.commands import dead_letters
from consumer.commands.doctor.command import doctor
from consumer.commands.exits import ended_by, needing_extra, refuse, registry_errors, say
from consumer.commands.options import config_option, load_given
from consumer.config.secrets import secrets_of
from consumer.sandbox.faults import FaultPlanError
from consumer.sandbox.flags import fault_options, only_one, plan_from_flags
from consumer.telemetry import logs

log = structlog.get_logger(__name__)

_Command = TypeVar("_Command", bound=Callable[..., Any])

_COLLECT_AFTER = 50_000
"""Allocations between two searches for cycles: with Python's 700 they cost some 4 % of the CPU time of an event."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bluecore-consumer")
def main() -> None:
    """Streams Kafka topics to the Bluecore Events API."""


@main.command()
@config_option
def run(path: Path) -> None:
    """Runs the service until SIGTERM or SIGINT."""
    config = load_given(path)
    logs.configure(config.telemetry.log_level, secrets_of(config))
    from consumer.pipeline.assembly import assembled  # noqa: PLC0415 - the other commands start faster without it

    # As PID 1 the process would ignore a signal without a handler while it still connects.
    _on_signals(lambda: sys.exit(0))
    log.info("connecting", brokers=config.kafka.bootstrap_servers)
    with ended_by("the service cannot go on", log.error), assembled(config) as parts:
        _on_signals(parts.service.stop)
        log.info("started", version=__version__, telemetry_port=parts.telemetry_port, routes=len(config.routes))
        gc.freeze()  # what has been built stays: no search need look at it again
        gc.set_threshold(_COLLECT_AFTER)
        parts.service.run()


def _folder_option(meaning: str) -> Callable[[_Command], _Command]:
    folder = click.Path(path_type=Path, exists=True, file_okay=False)
    return click.option("--schemas", "folder", type=folder, metavar="DIR", help=meaning)


def _on_signals(do: Callable[[], None]) -> None:
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: do())


@main.command()
@config_option
@_folder_option("Avro schemas to check the fields against; without it, those in the registry")
def check(path: Path, folder: Path | None) -> None:
    """Refuses a bad configuration, and type-checks every mapped field against the Avro schemas."""
    config = load_given(path)
    from consumer.commands.check.report import print_checks  # noqa: PLC0415
    from consumer.commands.check.routes import check_routes  # noqa: PLC0415

    with registry_errors(str(path), "its address is schema_registry.url; --schemas DIR checks without it"):
        checks = check_routes(config, folder)
    sys.exit(print_checks(checks))


@main.command()
@config_option
@click.option("--topic", required=True, metavar="T", help="the topic whose routes are tried")
@click.option("--record", metavar="NAME", help="the full name of the Avro record, for a topic of several types")
@click.option(
    "--from-kafka", "count", type=click.IntRange(1, 10_000), metavar="N", help="take the topic's last N records"
)
@click.option("--any-age", is_flag=True, help="with --from-kafka: refuse no record as too_old")
@click.option(
    "--format", "form", type=click.Choice(["json", "table"]), default="json", show_default=True, help="how to show it"
)
@click.argument("file", type=click.File("rb"), required=False)
def preview(  # noqa: PLR0913, PLR0917 - click's options
    path: Path,
    topic: str,
    record: str | None,
    count: int | None,
    any_age: bool,  # noqa: FBT001 - click's option
    form: str,
    file: BinaryIO | None,
) -> None:
    """Shows what becomes of records: decoded ones as JSON in, one JSON line out for each.

    The records are those of FILE or stdin: JSON lines, or documents laid out over several lines. With --from-kafka
    they are the topic's own. Nothing is sent or committed.
    """
    if count is not None and (file is not None or record is not None):
        raise click.UsageError("--from-kafka goes without FILE and --record: the topic's records have both")
    if any_age and count is None:
        raise click.UsageError("--any-age goes with --from-kafka: records of a file have no age")
    config = load_given(path)
    from consumer.commands.preview.preview import preview_json, preview_topic, unrouted, untaken  # noqa: PLC0415
    from consumer.commands.preview.views import show  # noqa: PLC0415

    source = topic if count is not None else file.name if file else "stdin"
    with ended_by("the preview cannot go on"):
        if count is not None:
            previews = preview_topic(config, topic, count, any_age=any_age)
        else:
            previews = preview_json(config, topic, record, file or sys.stdin.buffer)
        if not show(previews, form):
            say(f"there is no record in {source}")
            return
    sentence = unrouted(config, topic) or (untaken(config, topic, record) if count is None else None)
    if sentence:
        say(sentence)


@main.command()
@click.option("--port", default=8090, show_default=True, type=click.IntRange(0, 65535), help="the port to listen on")
@click.option("--host", default="127.0.0.1", show_default=True, help="the address to listen on")
@click.option("--namespace", callback=only_one, metavar="N", help="the only namespace accepted; without it, any")
@click.option("--api-key", callback=only_one, metavar="KEY", help="the only API key accepted; without it, any")
@click.option("--strict", is_flag=True, help="refuse also what Bluecore silently ignores")
@fault_options
def sandbox(port: int, host: str, namespace: str, api_key: str, *, strict: bool, **faults: Any) -> None:
    """A local Bluecore: checks the contract, answers as documented, shows what arrived."""
    with needing_extra():
        from consumer.sandbox.run import run_sandbox  # noqa: PLC0415
        from consumer.sandbox.settings import SandboxSettings  # noqa: PLC0415
    try:
        plan = plan_from_flags(**faults)
    except FaultPlanError as error:
        refuse("\n".join(error.faults))
    sys.exit(run_sandbox(SandboxSettings(namespace, api_key, strict=strict, faults=plan), host, port))


@main.command()
@click.option(
    "--events", default=2000, show_default=True, type=click.IntRange(10, 20_000), help="how many to produce"
)
@click.option(
    "--config", "path", type=click.Path(path_type=Path), metavar="FILE", help="use the Kafka and registry named there"
)
def demo(events: int, path: Path | None) -> None:
    """The whole pipeline on this machine, on sample events; nothing needs to be installed."""
    given = None if path is None else load_given(path)
    if given is not None and given.schema_registry is None:
        refuse(f"{path}: schema_registry: is required for the demo's events")
    logs.configure("critical")
    with needing_extra():
        from consumer.commands.demo.run import run_demo  # noqa: PLC0415
        from consumer.commands.demo.screen import bars, show  # noqa: PLC0415
    with ended_by("the demo cannot go on"), bars(events) as progress:
        summary = run_demo(events, given, progress)
    sys.exit(show(summary))


@main.group()
def schemas() -> None:
    """The Avro schemas of the ten event types."""


@schemas.command()
@config_option
@_folder_option("the folder of .avsc files; without it, the schemas of the ten event types")
def register(path: Path, folder: Path | None) -> None:
    """Registers the schemas under their record names."""
    config = load_given(path)
    from consumer.avro.files import schemas_folder  # noqa: PLC0415
    from consumer.avro.register import register_folder  # noqa: PLC0415
    from consumer.pipeline.assembly import registry_client  # noqa: PLC0415

    client = registry_client(config)
    if client is None:
        refuse(f"{path}: schema_registry: is required to register schemas")
    with registry_errors(str(folder or schemas_folder())):
        registered = register_folder(client, folder or schemas_folder())
    for each in registered:
        click.echo(f"{'registered' if each.new else 'unchanged '} {each.subject} id {each.id}")


main.add_command(dead_letters)
main.add_command(doctor)
