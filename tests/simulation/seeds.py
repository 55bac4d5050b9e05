"""What a seed stands for: of four, three are runs of faults and one is a run under load."""

from __future__ import annotations

from tests.simulation.loads import LOADS
from tests.simulation.oracle import Oracle
from tests.simulation.scenario import Scenario


def run_seed(seed: int, *, tell: bool = False) -> Oracle:
    """Runs one seed to its end. Raises PromiseBroken, and whatever the service itself raises."""
    if not is_under_load(seed):
        return Scenario(seed, tell=tell).run()
    number, kind = divmod(seed // 4, len(LOADS))
    return LOADS[kind](number).oracle


def is_under_load(seed: int) -> bool:
    """Whether it is a run under load; the kinds of them follow each other."""
    return seed % 4 == 3
