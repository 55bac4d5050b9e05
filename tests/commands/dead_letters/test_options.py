"""A selection as it is typed."""

from __future__ import annotations

import time
from typing import Any

import click
import pytest
from click.testing import CliRunner

from consumer.commands.dead_letters.options import selected, selection_options
from consumer.commands.dead_letters.selection import Selection

HOUR = 3_600_000


@click.command()
@selection_options
@click.pass_context
def command(context: click.Context, /, **given: Any) -> None:
    context.obj.append(selected(**given))


def parsed(*arguments: str) -> Selection:
    found: list[Selection] = []
    result = CliRunner().invoke(command, arguments, obj=found)
    assert result.exit_code == 0, result.output
    return found[0]


def test_without_options_everything_is_meant() -> None:
    assert parsed() == Selection()


def test_each_option_narrows_it() -> None:
    assert parsed(
        *("--reason", "too_old", "--reason", "rejected", "--topic", "shop.orders"),
        *("--partition", "2", "--from-offset", "10", "--to-offset", "20"),
    ) == Selection(
        frozenset({"too_old", "rejected"}), frozenset({"shop.orders"}), partition=2, from_offset=10, to_offset=20
    )


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("2026-01-31T12:00:00", 1_769_860_800_000),
        ("2026-01-31T12:00:00Z", 1_769_860_800_000),
        ("2026-01-31T13:00:00+01:00", 1_769_860_800_000),
        ("2026-01-31", 1_769_817_600_000),
    ],
)
def test_a_time_without_a_zone_is_utc(text: str, ms: int) -> None:
    assert parsed("--since", text).since == ms


@pytest.mark.parametrize(("text", "ago"), [("30m", HOUR // 2), ("2h", 2 * HOUR), ("7d", 7 * 24 * HOUR)])
def test_a_span_is_ago(text: str, ago: int) -> None:
    until = parsed("--until", text).until
    assert until is not None
    assert abs(time.time() * 1000 - ago - until) < 60_000


@pytest.mark.parametrize("text", ["soon", "2h30", "2026-13-01", "999999d"])
def test_what_is_no_time_is_refused_with_examples(text: str) -> None:
    result = CliRunner().invoke(command, ["--since", text], obj=[])
    assert result.exit_code == 2
    assert "2h or 7d (ago)" in result.output


@pytest.mark.parametrize("options", [("--from-offset", "9", "--to-offset", "8"), ("--since", "1h", "--until", "2h")])
def test_bounds_between_which_nothing_lies_are_refused(options: tuple[str, ...]) -> None:
    result = CliRunner().invoke(command, options, obj=[])
    assert result.exit_code == 2
    assert "nothing lies between them" in result.output
