"""The command `send`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

import click
import orjson

from consumer.commands.exits import CommandFailed, exit_on_error, print_error, refuse
from consumer.commands.options import config_option, load_config
from consumer.delivery.verdict import Verdict
from consumer.records import Send

_NOBODY = "nobody can be asked here whether it is to be sent: look at it with `preview`, then give --yes"


@click.command()
@config_option
@click.option("--topic", required=True, metavar="T", help="the topic whose routes take the record")
@click.option("--record", metavar="NAME", help="the full name of the Avro record, for a topic of several types")
@click.option("--yes", is_flag=True, help="send without a question, as in a pipe")
@click.argument("file", type=click.File("rb"), required=False)
def send(path: Path, topic: str, record: str | None, yes: bool, file: BinaryIO | None) -> None:  # noqa: FBT001 - click's option
    """Sends one record's event to Bluecore, the real one, and shows the answer.

    The record is that of FILE or stdin, decoded, as JSON. It takes the whole way but Kafka: the topic's routes, then
    `bluecore.url`. First it is shown what would be sent, as by `preview`; after the question it is sent, once.

    Exit code 0: Bluecore took all of it; 1: not, or nothing was sent.
    """
    config = load_config(path)
    from consumer.commands.preview.preview import paused_topic, unrouted_record, unrouted_topic  # noqa: PLC0415
    from consumer.commands.preview.views import as_line  # noqa: PLC0415
    from consumer.commands.send.sending import NotOneRecord, answers, as_answer, prepared, question  # noqa: PLC0415

    text = (file or sys.stdin.buffer).read()
    try:
        shown, requests = prepared(config, topic, record, text)
    except NotOneRecord as wrong:
        refuse(str(wrong))
    click.echo(as_line(shown))
    for each in (unrouted_topic(config, topic), unrouted_record(config, topic, record), paused_topic(config, topic)):
        if each:
            print_error(each)
    with exit_on_error("not sent"):
        if not requests:
            raise CommandFailed("this record makes no event, as is said above")
        if not yes:
            if not asking_is_possible():
                refuse(_NOBODY)
            click.confirm(question(config, requests), abort=True, err=True)
        taken = 0
        for sent in answers(config, requests):
            click.echo(orjson.dumps(as_answer(config, sent)))
            taken += sent.verdict is Verdict.DELIVERED
    if taken < len(requests) or (isinstance(shown.outcome, Send) and shown.outcome.refused):
        sys.exit(1)


def asking_is_possible() -> bool:
    """Whether a person sits there, who has not given the record as the input."""
    return sys.stdin.isatty()
