"""The command `receipts`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from consumer.commands.exits import exit_on_error, print_error, refuse
from consumer.commands.options import config_option, load_config, past_moment


@click.command()
@config_option
@click.option("--email", "emails", multiple=True, metavar="ADDRESS", help="of the customer with this e-mail address")
@click.option("--id", "ids", multiple=True, metavar="ID", help="of a customer whose e-mail is not known, by this id")
@click.option("--since", callback=past_moment, metavar="TIME", help="only those written at or after this time")
def receipts(path: Path, emails: tuple[str, ...], ids: tuple[str, ...], since: int | None) -> None:
    """Finds what became of a customer's events: delivered, put off, or given up, and when.

    An event is found by the e-mail where its record had one, also if its `distinct_id` is another.
    """
    if not emails and not ids:
        raise click.UsageError("whose receipts? Give --email or --id")
    config = load_config(path)
    if config.receipts.topic is None:
        refuse(f"{path}: receipts.topic is not set: no receipts are written")
    from consumer.commands.receipts.lookup import found  # noqa: PLC0415 - the other commands start faster without
    from consumer.commands.receipts.printing import as_table  # noqa: PLC0415

    with exit_on_error("the receipts cannot be looked up"):
        lines = found(config, config.receipts.topic, [*emails, *ids], since)
    if not lines:
        print_error(f"{config.receipts.topic} holds no receipt of this customer")
    elif sys.stdout.isatty():
        click.echo(as_table(lines))
    else:
        for line in lines:
            click.echo(line)
