"""Which core runs what: the contender has the first one to itself, everything else shares the others."""

from __future__ import annotations

import os
from pathlib import Path

_CORES = sorted(os.sched_getaffinity(0))
CONTENDER = frozenset(_CORES[:1])
OTHERS = frozenset(_CORES[1:] or _CORES)


def pin(process: int, cores: frozenset[int]) -> None:
    """Keep a process, with every thread that it has and will have, on these cores."""
    for thread in Path(f"/proc/{process}/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)
