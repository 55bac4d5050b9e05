"""All runs under load."""

from __future__ import annotations

from collections.abc import Callable

from tests.simulation import blame, brands, floods, inherited, pressure, trouble
from tests.simulation.load import Load

LOADS: tuple[Callable[[int], Load], ...] = (
    pressure.rate,
    trouble.fault_of_keys,
    pressure.climb,
    pressure.quota,
    trouble.outage,
    pressure.priority,
    floods.unmappable,
    pressure.memory,
    trouble.without_retries,
    pressure.many_partitions,
    blame.turned_away,
    blame.judged,
    blame.age,
    floods.refused,
    blame.age_alone,
    blame.known_by_itself,
    pressure.hot_key,
    pressure.shared_quota,
    inherited.strange_metadata,
    inherited.unknown_commit,
    brands.one_is_well,
    trouble.gaps,
)
