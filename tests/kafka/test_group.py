"""How far the group is: what is not settled and still there."""

from __future__ import annotations

import pytest

from consumer.kafka.group import Progress
from consumer.telemetry.cluster import Ends


@pytest.mark.parametrize(
    ("committed", "beyond", "lag"),
    [
        (None, 0, 90),
        (3, 0, 90),  # the brokers have deleted the first ten
        (40, 0, 60),
        (40, 20, 40),
        (100, 0, 0),
        (70, 30, 0),
        (250, 0, 0),  # of a topic that was made anew
    ],
)
def test_the_lag_counts_what_is_not_settled(committed: int | None, beyond: int, lag: int) -> None:
    assert Progress(committed, Ends(10, 100, 100), beyond).lag == lag
