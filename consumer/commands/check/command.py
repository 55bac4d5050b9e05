"""The command `check`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from consumer.commands.exits import exit_on_error, registry_errors
from consumer.commands.options import config_option, load_config, schemas_option


@click.command()
@config_option
@schemas_option("Avro schemas to check the fields against; without it, those in the registry")
@click.option("--from-kafka", is_flag=True, help="also ask the brokers which topics each route takes now")
@click.option("--offline", is_flag=True, help="ask no registry, and need no certificates: for a pipeline")
def check(path: Path, folder: Path | None, *, from_kafka: bool, offline: bool) -> None:
    """Refuses a bad configuration, and type-checks every mapped field against the Avro schemas."""
    if from_kafka and offline:
        raise click.UsageError("--from-kafka asks the brokers, and --offline nobody: give one of the two")
    config = load_config(path, offline=offline)
    from consumer.commands.check.report import print_checks  # noqa: PLC0415
    from consumer.commands.check.routes import check_routes  # noqa: PLC0415
    from consumer.commands.validation.addresses import doubtful_addresses  # noqa: PLC0415
    from consumer.commands.validation.destinations import unused  # noqa: PLC0415

    with registry_errors(str(path), "its address is schema_registry.url; --schemas DIR checks without it"):
        checks = check_routes(config, folder, offline=offline)
    if from_kafka:
        from consumer.commands.check.topics import with_topics  # noqa: PLC0415

        with exit_on_error("the topics cannot be looked at"):
            checks = with_topics(config, checks)
    sys.exit(print_checks(checks, unused(config), list(doubtful_addresses(config))))
