"""Forty seeds, each a test of its own: they try delivery's mutants by the simulation alone, the best killers first.

Every kind of run under load is among them, and runs of faults fill them up. `make test` does not run this file.
"""

from __future__ import annotations

from itertools import count, islice

import pytest

from tests.simulation.loads import LOADS
from tests.simulation.seeds import is_under_load, run_seed

_SEEDS = 40
_LOADS = list(islice(filter(is_under_load, count()), len(LOADS)))
_FAULTS = islice((seed for seed in count() if not is_under_load(seed)), _SEEDS - len(_LOADS))


@pytest.mark.parametrize("seed", sorted([*_LOADS, *_FAULTS]))
def test_no_promise_is_broken(seed: int) -> None:
    run_seed(seed)
