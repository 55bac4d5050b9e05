"""The promises hold through seeded faults and under load: crashes, lost commits, outages, rates, quotas."""

from __future__ import annotations

import pytest

from tests.simulation.seeds import run_seed

pytestmark = pytest.mark.slow

SEEDS = 400
BATCH = 50


@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_no_promise_is_broken_whatever_happens(first: int) -> None:
    """Nothing lost, no early commit, order kept, no duplicate without a cause, every wait ends."""
    for seed in range(first, first + BATCH):
        try:
            run_seed(seed)
        except Exception as error:
            error.add_note(f"seed {seed}; replay it with: python -m tests.simulation --seed {seed}")
            raise


def test_the_runs_are_not_idle() -> None:
    """The seeds do meet what they are for: redeliveries, dead letters, and duplicates after crashes."""
    oracles = [run_seed(seed) for seed in range(40)]
    assert sum(len(oracle.retried) for oracle in oracles) > 100
    assert sum(len(oracle.dead) for oracle in oracles) > 100
    assert sum(oracle.duplicates for oracle in oracles) > 5


@pytest.mark.parametrize("seed", [6, 7], ids=["faults", "load"])
def test_a_seed_is_one_story(seed: int) -> None:
    """The same seed gives the same run, to the last duplicate, or a failure could not be replayed."""
    first, second = run_seed(seed), run_seed(seed)
    assert first.times_accepted == second.times_accepted
    assert first.dead == second.dead
