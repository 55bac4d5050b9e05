"""All runs under load."""

from __future__ import annotations

from collections.abc import Callable

from tests.simulation import pressure, trouble
from tests.simulation.load import Load

LOADS: tuple[Callable[[int], Load], ...] = (
    pressure.rate,
    trouble.fault_of_keys,
    pressure.climb,
    pressure.quota,
    trouble.outage,
    pressure.priority,
    trouble.flood,
    pressure.memory,
    trouble.without_retries,
    pressure.many_partitions,
)
