"""Which core runs what: the contender has the first one to itself, everything else shares the others."""

from __future__ import annotations

import os

_CORES = sorted(os.sched_getaffinity(0))
CONTENDER = frozenset(_CORES[:1])
OTHERS = frozenset(_CORES[1:] or _CORES)


def pin(process: int, cores: frozenset[int]) -> None:
    """Keep a process, with every thread that it has and will have, on these cores."""
    for thread in os.listdir(f"/proc/{process}/task"):
        os.sched_setaffinity(int(thread), cores)
