"""Times of RFC 3339, to the nanosecond and back."""

from __future__ import annotations

import pytest

from consumer.sandbox.moments import parsed_moment, written_moment


@pytest.mark.parametrize(
    "text",
    [
        "2025-08-22T12:29:20.650080419Z",
        "2026-11-30T00:00:00Z",
        "1969-12-31T23:59:59.500Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
        "2026-11-30T00:00:00.000001Z",
    ],
)
def test_a_time_is_written_as_it_was_read(text: str) -> None:
    at = parsed_moment(text)
    assert at is not None
    assert written_moment(at) == text


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-11-30T02:00:00+02:00", "2026-11-30T00:00:00Z"),
        ("2026-11-30t00:00:00z", "2026-11-30T00:00:00Z"),
        ("2026-11-30T00:00:00.5000000000000Z", "2026-11-30T00:00:00.500Z"),
    ],
)
def test_other_spellings_are_the_same_time(text: str, same: str) -> None:
    assert parsed_moment(text) == parsed_moment(same) is not None


@pytest.mark.parametrize(
    "text",
    ["", "2026-11-30", "2026-11-30T00:00:00", "2026-02-30T00:00:00Z", "1764460800", None, 7, "٢026-11-30T00:00:00Z"],
)
def test_anything_else_is_no_time(text: object) -> None:
    assert parsed_moment(text) is None
