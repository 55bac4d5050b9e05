"""The command `doctor`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click
import orjson

from consumer.commands.doctor.finding import Finding, Severity, exit_code
from consumer.commands.options import config_option, load_config
from consumer.config.model import Config
from consumer.telemetry.legible import legible

_COLOURS = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.ERROR: "red"}


@click.command()
@config_option
@click.option(
    "--fail-on",
    type=click.Choice([Severity.WARNING.value, Severity.ERROR.value]),
    default=Severity.WARNING.value,
    show_default=True,
    help="The least severity that ends with another exit code than 0.",
)
def doctor(path: Path, fail_on: str) -> None:
    """Connects to the brokers, the registry and Bluecore, and says what is wrong and what to do.

    It joins no group and writes nothing to Kafka. Bluecore gets one event, which names no customer, and of its REST
    APIs, where they are configured, a customer is read who does not exist.

    Exit code 0: all is well; 3: there are warnings; 1: there are errors.
    With `--fail-on error` warnings, which are still told, end with 0.
    """
    findings = []
    for finding in examine(load_config(path)):
        findings.append(finding)
        click.echo(_sentence(finding) if sys.stdout.isatty() else orjson.dumps(asdict(finding)))
    sys.exit(exit_code(findings, Severity(fail_on)))


def examine(config: Config) -> Iterator[Finding]:
    """All checks, one after the other; what one finds does not keep from the next."""
    from consumer.commands.doctor.bluecore import check_bluecore  # noqa: PLC0415 - the other commands start faster without
    from consumer.commands.doctor.brokers import check_brokers  # noqa: PLC0415
    from consumer.commands.doctor.instances import check_instances  # noqa: PLC0415
    from consumer.commands.doctor.rest_apis import check_addresses, check_rest_apis  # noqa: PLC0415
    from consumer.commands.doctor.schemas import check_schemas  # noqa: PLC0415
    from consumer.commands.doctor.tokens import check_tokens  # noqa: PLC0415

    yield from check_tokens(config, time.time())
    for check in (check_brokers, check_schemas, check_addresses, check_bluecore, check_rest_apis, check_instances):
        yield from check(config)


def _sentence(finding: Finding) -> str:
    mark = click.style(f"{finding.severity.value:>7}", fg=_COLOURS[finding.severity])
    advice = f". To do: {finding.advice}" if finding.advice else ""
    # What Bluecore and the registry have said stands in it.
    return f"{mark}  {legible(finding.what)}: {legible(finding.message)}{legible(advice)}"
