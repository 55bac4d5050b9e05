"""How a selection of dead letters is given on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import click

from consumer.commands.dead_letters.selection import Selection
from consumer.records import Reason

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_AGO = re.compile(r"(\d{1,6})([mhd])")
_MS = 1000
_Command = TypeVar("_Command", bound=Callable[..., Any])


def moment(_context: click.Context, _option: click.Parameter, value: str | None) -> int | None:
    """`2h` for two hours ago, or a date and time of ISO 8601 (UTC unless it says otherwise); ms since the epoch.

    Raises:
        click.BadParameter: it is neither.
    """
    if value is None:
        return None
    try:
        if match := _AGO.fullmatch(value):
            at = datetime.now(UTC) - timedelta(**{_UNITS[match[2]]: int(match[1])})
        else:
            at = datetime.fromisoformat(value)
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return int(at.timestamp() * _MS)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{value!r} is no time: give 30m, 2h or 7d (ago), or 2026-01-31T12:00:00") from None


_OFFSET = click.IntRange(min=0)
_OPTIONS = (
    click.option(
        "--reason", "reasons", multiple=True, type=click.Choice([*map(str, Reason)]), help="only these reasons"
    ),
    click.option("--topic", "topics", multiple=True, metavar="T", help="only records first read from these topics"),
    click.option("--since", callback=moment, metavar="TIME", help="only those given up at or after this time"),
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
