"""How full the memory is, and when a partition pauses."""

from __future__ import annotations

import pytest

from consumer.delivery.memory_budget import MemoryBudget, pauses


def test_the_fuller_of_the_two_bounds_counts() -> None:
    budget = MemoryBudget(most_records=10, most_bytes=1000)

    budget.add(100)
    assert budget.level == 0.1
    budget.add(700)
    assert budget.level == 0.8
    budget.remove(700)
    assert budget.level == 0.1


@pytest.mark.parametrize(
    ("level", "paused", "share", "pausing"),
    [
        (0.9, False, 1.0, False),
        (1.0, False, 1.0, True),
        (0.5, True, 1.0, True),
        (0.4, True, 1.0, False),
        (0.4, False, 0.5, False),
        (0.5, False, 0.5, True),
        (0.3, True, 0.5, True),
        (0.2, True, 0.5, False),
    ],
)
def test_a_partition_pauses_at_its_share_and_resumes_at_half_of_it(
    *, level: float, paused: bool, share: float, pausing: bool
) -> None:
    assert pauses(level, share, 0.5, paused=paused) is pausing
