"""The commands: parse, call, print.

Exit codes: 0 done, 1 it failed while it ran, 2 it was asked for something wrong.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TextIO

import click
import structlog
from confluent_kafka import KafkaException

from consumer import __version__
from consumer.avro import RegistryError, SchemaFaults
from consumer.checking import load_checked
from consumer.config import Config
from consumer.kafka.client import Fatal
from consumer.kafka.topics import TopicsMissing
from consumer.settings import ConfigError
from consumer.telemetry import logs

log = structlog.get_logger(__name__)

_CONFIG = click.option(
    "--config", "path", required=True, type=click.Path(path_type=Path), metavar="FILE", help="the YAML configuration"
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bluecore-consumer")
def main() -> None:
    """Streams Kafka topics to the Bluecore Events API."""


@main.command()
@_CONFIG
def run(path: Path) -> None:
    """Runs the service until SIGTERM or SIGINT."""
    config = _load(path)
    _configure_logs(config)
    from consumer.assembly import assembled  # noqa: PLC0415 - the other commands start faster without it

    with _ended_by("the service cannot start"), assembled(config) as parts:
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: parts.service.stop())
        log.info("started", version=__version__, telemetry_port=parts.telemetry_port, routes=len(config.routes))
        parts.service.run()


@main.command()
@_CONFIG
@click.option(
    "--schemas",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Avro schemas to check the fields against; without it, those in the registry",
)
def check(path: Path, folder: Path | None) -> None:
    """Refuses a bad configuration, and type-checks every mapped field against the Avro schemas."""
    config = _load(path)
    from consumer.schema_checks import check_mapping, print_findings  # noqa: PLC0415

    with _registry_errors(str(path)):
        findings = check_mapping(config, folder)
    sys.exit(print_findings(findings))


@main.command()
@_CONFIG
@click.option("--topic", required=True, metavar="T", help="the topic whose routes are tried")
@click.option("--record", metavar="NAME", help="the full name of the Avro record, for a topic of several types")
@click.argument("file", type=click.File("r"), default="-")
def preview(path: Path, topic: str, record: str | None, file: TextIO) -> None:
    """Shows what becomes of records: decoded ones as JSON lines in, one JSON line out for each."""
    config = _load(path)
    from consumer.previewing import preview_lines, preview_router  # noqa: PLC0415

    for line in preview_lines(preview_router(config), topic, record, file):
        click.echo(line)


@main.command()
@click.option("--port", default=8090, show_default=True, help="the port to listen on")
@click.option("--host", default="127.0.0.1", show_default=True, help="the address to listen on")
@click.option("--namespace", default="", metavar="N", help="the only namespace accepted; without it, any")
@click.option("--api-key", default="", metavar="KEY", help="the only API key accepted; without it, any")
@click.option("--strict", is_flag=True, help="refuse also what Bluecore silently ignores")
@click.option("--faults", type=click.File("r"), metavar="FILE", help="a JSON file with faults to begin with")
def sandbox(port: int, host: str, namespace: str, api_key: str, strict: bool, faults: TextIO | None) -> None:  # noqa: FBT001, PLR0913, PLR0917 - click's options
    """A local Bluecore: checks the contract, answers as documented, shows what arrived."""
    with _needing_extra():
        from consumer.sandbox.faults import FaultPlan, FaultPlanError, parse_plan  # noqa: PLC0415
        from consumer.sandbox.run import run_sandbox  # noqa: PLC0415
        from consumer.sandbox.settings import SandboxSettings  # noqa: PLC0415
    try:
        plan = parse_plan(faults.read()) if faults else FaultPlan()
    except FaultPlanError as error:
        _refuse("\n".join(error.faults))
    settings = SandboxSettings(namespace=namespace, api_key=api_key, strict=strict, faults=plan)
    sys.exit(run_sandbox(settings, host, port))


@main.command()
@click.option(
    "--events", default=2000, show_default=True, type=click.IntRange(10, 20_000), help="how many to produce"
)
@click.option(
    "--config", "path", type=click.Path(path_type=Path), metavar="FILE", help="use the Kafka and registry named there"
)
def demo(events: int, path: Path | None) -> None:
    """The whole pipeline on this machine, on sample events; nothing needs to be installed."""
    given = None if path is None else _load(path)
    logs.configure("critical")
    with _needing_extra():
        from consumer.demo.run import run_demo  # noqa: PLC0415
        from consumer.demo.screen import bars, show  # noqa: PLC0415
    with _ended_by("the demo cannot go on"), bars(events) as progress:
        summary = run_demo(events, given, progress)
    sys.exit(show(summary))


@main.group()
def schemas() -> None:
    """The Avro schemas of the ten event types."""


@schemas.command()
@_CONFIG
@click.option(
    "--schemas",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="the folder of .avsc files; without it, the schemas of the ten event types",
)
def register(path: Path, folder: Path | None) -> None:
    """Registers the schemas under their record names."""
    config = _load(path)
    from consumer.assembly import registry_client  # noqa: PLC0415
    from consumer.avro import schemas_folder  # noqa: PLC0415
    from consumer.avro.register import register_folder  # noqa: PLC0415

    client = registry_client(config)
    if client is None:
        _refuse(f"{path}: schema_registry: is required to register schemas")
    with _registry_errors(str(folder or schemas_folder())):
        registered = register_folder(client, folder or schemas_folder())
    for each in registered:
        click.echo(f"{'registered' if each.new else 'unchanged '} {each.subject} id {each.id}")


def _load(path: Path) -> Config:
    """The configuration; ends the process with every fault when there are any."""
    logs.configure()
    try:
        return load_checked(path, os.environ)
    except ConfigError as error:
        _refuse(str(error))


def _configure_logs(config: Config) -> None:
    secrets = [config.bluecore.namespace.get_secret_value(), config.bluecore.api_key.get_secret_value()]
    secrets += [str(value) for key, value in config.kafka.options.items() if "password" in key or "secret" in key]
    if config.schema_registry is not None:
        options = config.schema_registry.options
        secrets += [value for key, value in options.items() if key.endswith((".user.info", ".token"))]
    logs.configure(config.telemetry.log_level, [secret for secret in secrets if secret])


@contextmanager
def _ended_by(what: str) -> Iterator[None]:
    """Faults of the surroundings end the process with a sentence."""
    try:
        yield
    except KafkaException as error:
        reason = error.args[0].str() if error.args and hasattr(error.args[0], "str") else str(error)
        _fail(f"{what}: Kafka says: {reason}")
    except (Fatal, TopicsMissing, OSError, ValueError, RuntimeError) as error:
        _fail(f"{what}: {error}")


@contextmanager
def _registry_errors(source: str) -> Iterator[None]:
    try:
        yield
    except SchemaFaults as error:
        _refuse(f"{source}:\n{error}")
    except RegistryError as error:
        _fail(str(error))


@contextmanager
def _needing_extra() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        _refuse(f"{error.name} is not installed: this command needs `pip install bluecore-consumer[sandbox]`")


def _refuse(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(2)


def _fail(message: str) -> NoReturn:
    log.error(message)
    sys.exit(1)
