"""A scaled form of `python -m tests.bench.reconcile`: every difference is found, and none is made up."""

from __future__ import annotations

import pytest

from tests.bench.reconcile import Size, reconciled


@pytest.mark.kafka
@pytest.mark.parametrize("seed", [1, 2])
def test_every_difference_is_found_within_the_quota(seed: int) -> None:
    size = Size(consents=1_000, customers=300, differ=0.05, per_second=200, per_minute=6_000, seed=seed)
    outcome = reconciled(size)
    assert (outcome.found, outcome.checked, outcome.refused) == (outcome.expected, 300, 0)
    assert len(outcome.expected) == 15
