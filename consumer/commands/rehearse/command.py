"""The command `rehearse`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

import click

from consumer.commands.exits import exit_on_error, print_error
from consumer.commands.options import config_option, load_config, past_moment

_LAST: Final = 10_000
_SHARE: Final = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*(%?)")


def share(_context: click.Context, _option: click.Parameter, value: str | None) -> float | None:
    """`1%`, or `0.01`, as a number from 0 to 1.

    Raises:
        click.BadParameter: it is neither.
    """
    if value is None:
        return None
    match = _SHARE.fullmatch(value)
    found = float(match[1]) / (100 if match[2] else 1) if match else -1
    # `1` without a sign may mean all or one percent.
    if not 0 <= found <= 1 or (match and not match[2] and found == 1):
        raise click.BadParameter(f"{value!r} is no share: give 1%, or 0.01; 100% for all")
    return found


def _unwritable(file: Path) -> str:
    """Why a file cannot be written, before a long run is done for it; empty where it can. What it holds stays."""
    there = file.exists()
    try:
        file.open("ab").close()
        if not there:
            file.unlink()
    except OSError as error:
        return error.strerror or str(error)
    return ""


@click.command()
@config_option
@click.option(
    "--last", type=click.IntRange(min=1), metavar="N", help=f"the newest N records of each topic [default: {_LAST}]"
)
@click.option("--since", callback=past_moment, metavar="TIME", help="those since then: 7d, or 2026-01-31T12:00:00")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="write a page to look at")
@click.option("--fail-above", callback=share, metavar="SHARE", help="end with 1 if more is refused, such as 1%")
@click.option("--show-values", is_flag=True, help="show a record for each message: it holds customer data")
def rehearse(  # noqa: PLR0913, PLR0917 - click's options
    path: Path,
    last: int | None,
    since: int | None,
    page: Path | None,
    fail_above: float | None,
    show_values: bool,  # noqa: FBT001 - click's option
) -> None:
    """Shows what would become of the records of all topics, by route and event. Nothing is sent or committed."""
    if last is not None and since is not None:
        raise click.UsageError("give --last or --since, not both")
    config = load_config(path)
    if page is not None and (why := _unwritable(page)):
        print_error(f"{page} cannot be written: {why}")
        sys.exit(1)
    from consumer.commands.rehearse.occasion import Occasion  # noqa: PLC0415
    from consumer.commands.rehearse.page import write_page  # noqa: PLC0415
    from consumer.commands.rehearse.reading import Window, taken_topics  # noqa: PLC0415
    from consumer.commands.rehearse.rehearsing import rehearse as rehearsed  # noqa: PLC0415
    from consumer.commands.rehearse.report import print_lines, print_table  # noqa: PLC0415
    from consumer.commands.rehearse.screen import bars  # noqa: PLC0415

    window = Window(None, since) if since is not None else Window(last or _LAST)
    with exit_on_error("the rehearsal cannot go on"):
        topics, missing = taken_topics(config)
        with bars() as progress:
            found = rehearsed(config, topics, window, progress, show_values=show_values)
        found.tally.problems |= missing
    (print_table if sys.stdout.isatty() else print_lines)(found, config)
    if page is not None:
        try:
            write_page(found, config, Occasion(path.name, found.now_ms), page)
        except OSError as error:
            print_error(f"{page} cannot be written: {error.strerror}")
            sys.exit(1)
    if fail_above is not None and found.tally.rejected_share > fail_above:
        print_error(f"{found.tally.rejected_share:.2%} would be refused, more than {fail_above:.2%}")
        sys.exit(1)
    if found.tally.problems:
        sys.exit(1)
