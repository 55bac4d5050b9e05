"""The command `reconcile`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from consumer.commands.exits import exit_on_error, print_error, refuse
from consumer.commands.options import config_option, load_config, past_moment

_NOBODY = "nobody can be asked here whether the consents are to be sent again: give --yes, or leave --repair out"


@click.command()
@config_option
@click.option(
    "--since",
    callback=past_moment,
    default="7d",
    show_default=True,
    metavar="TIME",
    help="words since then: 24h, 7d, or a date",
)
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="ask about N customers, taken at random")
@click.option("--repair", is_flag=True, help="send what differs again, after a question")
@click.option("--yes", is_flag=True, help="repair without a question, as in a pipe")
@click.option("--show-values", is_flag=True, help="name the customers: that is customer data")
def reconcile(  # noqa: PLR0913, PLR0917 - click's options
    path: Path,
    since: int,
    sample: int | None,
    repair: bool,  # noqa: FBT001 - click's option
    yes: bool,  # noqa: FBT001 - click's option
    show_values: bool,  # noqa: FBT001 - click's option
) -> None:
    """Compares the consents of the topics with those that Bluecore has, by its REST APIs.

    The last word of each customer counts. It lists who unsubscribed here and is still subscribed or not known there,
    and the reverse. What the group has not delivered yet, or has delivered just now, is no difference.

    Exit code 0: none differs; 1: some do, or not all could be compared.
    """
    config = load_config(path)
    from consumer.commands.reconcile.preparing import prepared  # noqa: PLC0415
    from consumer.commands.reconcile.running import run  # noqa: PLC0415

    plan = prepared(config, repair=repair)
    if isinstance(plan, str):
        refuse(plan)
    for note in plan.notes:
        print_error(note)
    if repair and not yes and not sys.stdin.isatty():
        refuse(_NOBODY)
    with exit_on_error("the consents cannot be compared"):
        whole = run(config, plan, since, sample, repair=repair, ask=not yes, show_values=show_values)
    if not whole:
        sys.exit(1)
