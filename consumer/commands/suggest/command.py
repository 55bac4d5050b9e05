"""The command `suggest`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click
import orjson

from consumer.commands.exits import exit_on_error, print_error, refuse
from consumer.commands.options import config_option, load_sources, names_no_destination

_DESTINATION: Final = """
# What is still missing here: to whom the events go. Then `check`, and `rehearse`.
# bluecore:
#   url: http://127.0.0.1:8090/api/track/mobile/v1   # `bluecore-consumer sandbox`; leave it out for the real Bluecore
#   namespace: trial"""


@click.command()
@config_option
@click.option(
    "--topic",
    "topics",
    multiple=True,
    metavar="T",
    help="a topic, or several: shop.*, ^shop; without, all are listed",
)
def suggest(path: Path, topics: tuple[str, ...]) -> None:
    """Writes routes for topics: what their schemas and newest records look like, as YAML to start from.

    The configuration may hold only `kafka` and `schema_registry`. Nothing is sent or committed.
    """
    config = load_sources(path)
    from consumer.commands.suggest.events import guess_by_name  # noqa: PLC0415
    from consumer.commands.suggest.report import routes_of  # noqa: PLC0415
    from consumer.commands.suggest.sources import chosen, read_topics, topics_of  # noqa: PLC0415
    from consumer.pipeline.decoding import registry  # noqa: PLC0415

    takes_rest = any(each.rest_api is not None for each in config.endpoints.values())
    with exit_on_error("nothing can be suggested"):
        known = topics_of(config)
        if not topics:
            if not known:
                print_error("there is no topic but internal ones")
            for name in known:
                guess = guess_by_name(name)
                line = orjson.dumps({"topic": name, "guess": guess}).decode()
                click.echo(f"{name:<40} {guess or '?'}" if sys.stdout.isatty() else line)
            return
        client = registry(config)
        if client is None:
            refuse(f"{path}: schema_registry: is required: the schemas say what is in a topic")
        try:
            texts = (
                routes_of(each, rest_api=takes_rest) for each in read_topics(config, client, chosen(topics, known))
            )
            first = next(texts)
            # What fails before there is anything to write leaves no heading in a file that is appended to.
            click.echo(f"routes:\n{first}", nl=False)
            for text in texts:
                click.echo(text, nl=False)
            if names_no_destination(config):
                click.echo(_DESTINATION)
        finally:
            client.close()
