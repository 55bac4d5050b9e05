"""The command line: the names of the commands, each of which is in `consumer.commands`."""

from __future__ import annotations

import click

from consumer import __version__
from consumer.commands.check.command import check
from consumer.commands.dead_letters.command import dead_letters
from consumer.commands.demo.command import demo
from consumer.commands.doctor.command import doctor
from consumer.commands.preview.command import preview
from consumer.commands.receipts.command import receipts
from consumer.commands.reconcile.command import reconcile
from consumer.commands.rehearse.command import rehearse
from consumer.commands.run.command import run
from consumer.commands.sandbox import sandbox
from consumer.commands.schemas import schemas
from consumer.commands.send.command import send
from consumer.commands.status.command import status
from consumer.commands.suggest.command import suggest
from consumer.compiled import is_compiled


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(f"{__version__} (compiled)" if is_compiled() else __version__, prog_name="bluecore-consumer")
def main() -> None:
    """Streams Kafka topics to the Bluecore Events API."""


for _command in (
    run,
    check,
    preview,
    suggest,
    rehearse,
    send,
    sandbox,
    demo,
    schemas,
    dead_letters,
    receipts,
    reconcile,
    doctor,
    status,
):
    main.add_command(_command)
