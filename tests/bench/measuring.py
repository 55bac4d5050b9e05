"""What is measured of a running contender: its rate, its CPU time and its memory."""

from __future__ import annotations

import itertools
import os
import re
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median

from tests.bench.contenders import Contender, Run
from tests.support.waiting import eventually

_TICKS = os.sysconf("SC_CLK_TCK")
_START_SECONDS = 60
_LEAST = 100
"""Events in a measurement: a question to the sink counts as one itself."""


@dataclass(frozen=True)
class Throughput:
    """Events answered a second; the CPU in µs an event, and as a share of a core; the peak of memory in MB."""

    rate: float
    cpu: float
    share: float
    memory: float


def throughput(contender: Contender, run: Run, seconds: float) -> Throughput:
    """Let it work on the topic's backlog, and look at it for so long once it is warm.

    Raises:
        RuntimeError: it ended by itself; with what it wrote.
        AssertionError: nothing arrived, as where the backlog has come to its end.
    """
    accepted = run.ground.sinks.accepted
    with contender.running(run) as process:
        before = accepted()
        # Each question counts as a request itself, and there are hundreds before a busy machine's first event.
        asked = itertools.count(1)
        eventually(
            lambda: process.poll() is not None or accepted() - next(asked) > before + 500, _START_SECONDS, "requests"
        )
        time.sleep(contender.warm_seconds)  # nothing tells when caches are warm and the limits have settled
        first, cpu, begun = accepted(), cpu_seconds(process.pid), time.monotonic()
        time.sleep(seconds)  # the length of the measurement
        events, used, took = accepted() - first, cpu_seconds(process.pid) - cpu, time.monotonic() - begun
        assert events > _LEAST, "the backlog has come to its end: give more --events"
        return Throughput(events / took, used / max(1, events) * 1e6, used / took, peak_megabytes(process.pid))


def middle(runs: Sequence[Throughput]) -> Throughput:
    """The median of each figure."""
    return Throughput(*(median(values) for values in zip(*map(astuple, runs), strict=True)))


def cpu_seconds(process: int) -> float:
    """User and system time of all its threads so far, those that have ended too."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def peak_megabytes(process: int) -> float:
    """The most memory that it has had resident."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1000 if found else 0.0
