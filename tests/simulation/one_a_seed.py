"""Seeds, each a test of its own: they try delivery's mutants by the simulation alone, the best killers first.

Every kind of run under load is among them three times, the climb of the limit once for each endpoint, and 24 runs of
faults. `make test` does not run this file.
"""

from __future__ import annotations

from itertools import count, filterfalse, islice

import pytest

from tests.simulation.loads import LOADS
from tests.simulation.pressure import climb
from tests.simulation.seeds import is_under_load, run_seed

_LOADS = islice(filter(is_under_load, count()), 3 * len(LOADS))
_CLIMBS = islice(filter(is_under_load, count(4 * LOADS.index(climb))), 0, 6 * len(LOADS), len(LOADS))
_FAULTS = islice(filterfalse(is_under_load, count()), 24)


@pytest.mark.parametrize("seed", sorted({*_LOADS, *_CLIMBS, *_FAULTS}))
def test_no_promise_is_broken(seed: int) -> None:
    run_seed(seed)
