"""What is a date and a time, whatever Python reads it."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from consumer.iso8601 import moment_of, time_of


@pytest.mark.parametrize("text", ["2026-01-31T24:00:00Z", "2026-01-31 24:00", "20260131T240000", "20260131T24"])
def test_24_hours_are_no_time(text: str) -> None:
    """Python 3.14 takes them for the next day's midnight."""
    with pytest.raises(ValueError, match="24"):
        moment_of(text)
    with pytest.raises(ValueError, match="24"):
        time_of(text[11:] if "-" in text else text[9:])


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-24T00:24:24Z", datetime(2026, 1, 24, 0, 24, 24, tzinfo=UTC)),
        ("2026-01-24", datetime(2026, 1, 24)),  # noqa: DTZ001 - it has no zone
        ("20260124T002424Z", datetime(2026, 1, 24, 0, 24, 24, tzinfo=UTC)),
        ("2026-W04-6", datetime(2026, 1, 24)),  # noqa: DTZ001
        ("20240124", datetime(2024, 1, 24)),  # noqa: DTZ001
    ],
)
def test_other_24s_are_what_they_say(text: str, moment: datetime) -> None:
    assert moment_of(text) == moment


def test_a_time_of_day() -> None:
    assert time_of("23:24:24") == time(23, 24, 24)
