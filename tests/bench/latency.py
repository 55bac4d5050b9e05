"""From producing an event to the sink's answer, at a steady rate."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from statistics import quantiles

from tests.bench.contenders import Contender, Run
from tests.bench.ground import Ground
from tests.bench.stream import write_steadily
from tests.support.waiting import eventually

RATE = 500
_WARM_SECONDS = 5.0
"""A broker that has just started takes tens of milliseconds for a single record."""
_START_SECONDS = 60
_LATE_SECONDS = 30


@dataclass(frozen=True)
class Latency:
    """Milliseconds that half and 99 % of the events took at most, to the sink's answer; the sink takes about none."""

    p50: float
    p99: float


def latency(contender: Contender, ground: Ground, *, in_flight: int, seconds: float) -> Latency:
    """Of `RATE` events a second, once the contender is at work.

    Raises:
        AssertionError: not all were answered.
        RuntimeError: the contender ended by itself; with what it wrote.
    """
    topic = ground.topic(f"steady-{uuid.uuid4().hex[:8]}")
    with contender.running(Run(ground, topic, ground.sinks.noting, in_flight)):
        warm_events = int(RATE * max(_WARM_SECONDS, contender.warm_seconds))
        warm = write_steadily(ground.bootstrap, topic, ground.schema_id, RATE, warm_events)
        eventually(lambda: warm.keys() <= _answered(ground).keys(), _START_SECONDS, "the first events' answers")
        time.sleep(1)  # its buffers empty: what is measured begins from rest
        written = write_steadily(ground.bootstrap, topic, ground.schema_id, RATE, int(RATE * seconds))
        eventually(lambda: written.keys() <= _answered(ground).keys(), _LATE_SECONDS, "every event's answer")
        answered = _answered(ground)
    took = [1000 * (answered[key] - at) for key, at in written.items()]
    percentiles = quantiles(took, n=100)
    return Latency(percentiles[49], percentiles[98])


def _answered(ground: Ground) -> dict[str, float]:
    """Seconds since the epoch at which each event was first answered, by `<topic>:<partition>:<offset>`."""
    lines = ground.sinks.log.read_text().split("\n")[:-1]
    return {key: float(at) for at, _, key in (line.partition(" ") for line in reversed(lines))}
