"""The commands `schemas …`."""

from __future__ import annotations

from pathlib import Path

import click

from consumer.commands.exits import refuse, registry_errors
from consumer.commands.options import config_option, load_config, schemas_option

_FOUND_BY = (
    "The subjects are the records' names. A route whose topic has no subject of its own is checked against its "
    "`record`, or against the record that is named like its topic or event."
)


@click.group()
def schemas() -> None:
    """The Avro schemas of the ten event types."""


@schemas.command()
@config_option
@schemas_option("the folder of .avsc files; without it, the schemas of the ten event types")
def register(path: Path, folder: Path | None) -> None:
    """Registers the schemas under their records' names, and not by topic.

    Topics are not asked for: producers who write by topic register `<topic>-value` themselves. `check` and `suggest`
    find a route's schema by the topic's subject, else by the route's `record`, else by a record's name that is like
    the topic's or the event's.
    """
    config = load_config(path)
    from consumer.avro.files import schemas_folder  # noqa: PLC0415
    from consumer.avro.register import register_folder  # noqa: PLC0415
    from consumer.avro.registry import RegistryClient  # noqa: PLC0415
    from consumer.pipeline.decoding import registry  # noqa: PLC0415

    client = registry(config)
    if client is None:
        refuse(f"{path}: schema_registry: is required to register schemas")
    if not isinstance(client, RegistryClient):
        refuse(
            f"{path}: schemas are registered with schema_registry.type: confluent only; "
            "Apicurio has such an address too, …/apis/ccompat/v7"
        )
    with registry_errors(str(folder or schemas_folder())):
        registered = register_folder(client, folder or schemas_folder())
    for each in registered:
        click.echo(f"{'registered' if each.new else 'unchanged '} {each.subject} id {each.id}")
    if registered:
        click.echo(_FOUND_BY, err=True)
