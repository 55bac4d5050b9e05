"""The command `preview`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

import click

from consumer.commands.exits import exit_on_error, print_error
from consumer.commands.options import config_option, load_config


@click.command()
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
    config = load_config(path)
    from consumer.commands.preview.hints import Hints  # noqa: PLC0415
    from consumer.commands.preview.preview import (  # noqa: PLC0415
        paused_topic,
        preview_json,
        preview_topic,
        unrouted_record,
        unrouted_topic,
    )
    from consumer.commands.preview.views import show  # noqa: PLC0415

    source = topic if count is not None else file.name if file else "stdin"
    with exit_on_error("the preview cannot go on"):
        if count is not None:
            previews = preview_topic(config, topic, count, any_age=any_age)
        else:
            previews = preview_json(config, topic, record, file or sys.stdin.buffer)
        if not show(previews, form, Hints(config.routes, topic)):
            print_error(f"there is no record in {source}")
            return
    sentence = unrouted_topic(config, topic) or (unrouted_record(config, topic, record) if count is None else None)
    for each in (sentence, paused_topic(config, topic)):
        if each:
            print_error(each)
