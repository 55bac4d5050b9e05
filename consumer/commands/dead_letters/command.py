"""The commands `dead-letters list`, `show`, `replay` and `move`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from consumer.commands.dead_letters.options import selected, selection_options
from consumer.commands.exits import exit_on_error
from consumer.commands.options import config_option, load_config
from consumer.config.destinations import UNNAMED

_PLACE = click.IntRange(min=0)
_RATE = click.option(
    "--rate", default=50.0, show_default=True, type=click.FloatRange(0.01, 10_000), help="at most so many a second"
)


@click.group("dead-letters")
def dead_letters() -> None:
    """The records that no retry could help."""


@dead_letters.command("list")
@config_option
@selection_options
def list_letters(path: Path, **selection: Any) -> None:
    """Counts them by what is wrong: reason, topic, field and message, the commonest first."""
    config = load_config(path)
    from consumer.commands.dead_letters.printing import print_counts  # noqa: PLC0415 - the other commands start faster without

    with exit_on_error("the dead letters cannot be listed"):
        print_counts(config, selected(**selection))


@dead_letters.command("show")
@config_option
@selection_options
@click.option("--offset", type=_PLACE, help="the one letter at this offset of --partition")
def show_letter(path: Path, offset: int | None, **selection: Any) -> None:
    """Shows one: its record decoded, why it failed, and what would become of it now.

    That is the newest of the commonest kind that `list` shows; without options, of all.
    """
    if offset is not None:
        if selection["partition"] is None:
            raise click.UsageError("--offset needs --partition too: `dead-letters list` shows both")
        selection |= {"from_offset": offset, "to_offset": offset}
    config = load_config(path)
    from consumer.commands.dead_letters.printing import print_letter  # noqa: PLC0415

    with exit_on_error("the dead letter cannot be shown"):
        print_letter(config, selected(**selection))


@dead_letters.command("replay")
@config_option
@selection_options
@click.option("--dry-run", is_flag=True, help="only say what would be replayed")
@click.option("--yes", is_flag=True, help="replay without a question, as in a pipe")
@_RATE
def replay_letters(
    path: Path,
    dry_run: bool,  # noqa: FBT001 - click's option
    yes: bool,  # noqa: FBT001 - click's option
    rate: float,
    **selection: Any,
) -> None:
    """Sends a selection through its routes again, as they are now; without options, everything.

    On a terminal it says what it would do, and asks. What was replayed before is left out. What the present
    configuration would refuse again is counted, and stays.

    The running instances map what is replayed: roll out a corrected configuration first, or new dead letters arise.
    """
    config = load_config(path)
    from consumer.commands.dead_letters.printing import print_replay  # noqa: PLC0415

    with exit_on_error("the replay cannot go on"):
        # In a pipe nobody is there to be asked, and what would be refused is told all the same.
        print_replay(config, selected(**selection), rate, dry_run=dry_run, ask=not yes and sys.stdin.isatty())


@dead_letters.command("move")
@config_option
@click.option("--destination", required=True, metavar="NAME", help="one that the configuration has no longer")
@click.option("--dry-run", is_flag=True, help="only say what would be moved")
@_RATE
def move_waiting(path: Path, destination: str, dry_run: bool, rate: float) -> None:  # noqa: FBT001 - click's options
    """Moves what waits in the retry topic for a removed destination to the dead-letter topic.

    The running instances go past it then. A replay sends it, once the destination is in the configuration again.
    """
    config = load_config(path)
    # The section `bluecore` has no name among the destinations; one of them may be called so all the same.
    name = UNNAMED if destination == "bluecore" and destination not in config.destinations else destination
    if name in config.every_destination:
        raise click.UsageError(
            f"--destination {destination} is in the configuration: what waits for it goes by itself"
        )
    from consumer.commands.dead_letters.printing import print_move  # noqa: PLC0415

    with exit_on_error("what waits cannot be moved"):
        print_move(config, name, rate, dry_run=dry_run)
