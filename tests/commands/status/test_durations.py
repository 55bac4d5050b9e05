from __future__ import annotations

import pytest

from consumer.commands.status.durations import spelt


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "0 seconds"),
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (9000, "2 hours"),
        (1e6, "12 days"),
    ],
)
def test_the_largest_unit_of_which_there_are_two(seconds: float, text: str) -> None:
    assert spelt(seconds) == text
