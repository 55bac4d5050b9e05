"""How a selection of dead letters is given on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from consumer.commands.dead_letters.selection import Selection
from consumer.commands.options import moment, past_moment
from consumer.records import Reason

_Command = TypeVar("_Command", bound=Callable[..., Any])


_OFFSET = click.IntRange(min=0)
_OPTIONS = (
    click.option(
        "--reason", "reasons", multiple=True, type=click.Choice([*map(str, Reason)]), help="only these reasons"
    ),
    click.option("--topic", "topics", multiple=True, metavar="T", help="only records first read from these topics"),
    click.option("--since", callback=past_moment, metavar="TIME", help="only those given up at or after this time"),
    click.option("--until", callback=moment, metavar="TIME", help="only those given up before this time"),
    click.option("--partition", type=_OFFSET, help="only this partition of the dead-letter topic"),
    click.option("--from-offset", type=_OFFSET, help="only from this offset of the dead-letter topic on"),
    click.option("--to-offset", type=_OFFSET, help="only up to this offset, which is included"),
)


def selection_options(command: _Command) -> _Command:
    """The options that `selected` takes."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def selected(*, reasons: tuple[str, ...], topics: tuple[str, ...], **bounds: int | None) -> Selection:
    """The selection that the options ask for.

    Raises:
        click.UsageError: the bounds are such that nothing can lie between them.
    """
    for first, last, order in (
        ("from_offset", "to_offset", "--from-offset is above --to-offset"),
        ("since", "until", "--since is later than --until"),
    ):
        begin, end = bounds.get(first), bounds.get(last)
        if begin is not None and end is not None and begin > end:
            raise click.UsageError(f"{order}: nothing lies between them")
    return Selection(frozenset(reasons), frozenset(topics), **bounds)
