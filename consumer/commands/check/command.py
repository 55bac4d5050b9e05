"""The command `check`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from consumer.commands.exits import registry_errors
from consumer.commands.options import config_option, load_config, schemas_option


@click.command()
@config_option
@schemas_option("Avro schemas to check the fields against; without it, those in the registry")
def check(path: Path, folder: Path | None) -> None:
    """Refuses a bad configuration, and type-checks every mapped field against the Avro schemas."""
    config = load_config(path)
    from consumer.commands.check.report import print_checks  # noqa: PLC0415
    from consumer.commands.check.routes import check_routes  # noqa: PLC0415
    from consumer.commands.validation.destinations import unused  # noqa: PLC0415

    with registry_errors(str(path), "its address is schema_registry.url; --schemas DIR checks without it"):
        checks = check_routes(config, folder)
    sys.exit(print_checks(checks, unused(config)))
