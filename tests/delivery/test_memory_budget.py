"""How full the memory is, and when a partition pauses."""

from __future__ import annotations

import pytest

from consumer.delivery.memory_budget import MemoryBudget


def test_the_fuller_of_the_two_bounds_counts() -> None:
    budget = MemoryBudget(most_records=10, most_bytes=1000)

    budget.add(100)
    assert budget.level == 0.1
    budget.add(700)
    assert budget.level == 0.8
    budget.remove(700)
    assert budget.level == 0.1


@pytest.mark.parametrize(
    ("records", "paused", "share", "pauses"),
    [
        (9, False, 1.0, False),
        (10, False, 1.0, True),
        (5, True, 1.0, True),
        (4, True, 1.0, False),
        (4, False, 0.5, False),
        (5, False, 0.5, True),
        (3, True, 0.5, True),
        (2, True, 0.5, False),
    ],
)
def test_a_partition_pauses_at_its_share_and_resumes_at_half_of_it(
    *, records: int, paused: bool, share: float, pauses: bool
) -> None:
    assert MemoryBudget(10, 1000, records=records).pauses(paused=paused, share=share) is pauses
