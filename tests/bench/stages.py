"""`python -m tests.bench.stages`: where the service's CPU time goes, stage by stage, in µs an event.

A timer of CPU time interrupts the real service on a real backlog and looks at what is under way: the innermost call
of one of the `PARTS` says which stage it is. Nothing is added to a call, as a clock around each would, and the stages
add up to the whole.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

import click
from prometheus_client import Counter as MetricCounter

from consumer.avro.registered import RegistryDecoder
from consumer.bluecore.client import BluecoreClient
from consumer.config.load import load
from consumer.delivery.commits import Commits
from consumer.delivery.engine import Engine
from consumer.kafka.publisher import Publisher
from consumer.kafka.retry_watch import RetryWatch
from consumer.kafka.source import KafkaSource
from consumer.mapping.translate import Translator
from consumer.pipeline.assembly import Assembled, assembled
from consumer.pipeline.reporter import Reporter
from consumer.records import Outcome
from consumer.telemetry.histograms import Histogram
from consumer.telemetry.stopwatch import Stopwatch
from tests.bench.contenders import Run, write_config
from tests.bench.cores import CONTENDER, pin
from tests.bench.ground import ground
from tests.bench.interpreter import described
from tests.bench.stream import write_backlog

PARTS: Mapping[str, tuple[Any, ...]] = {
    "poll": (KafkaSource.poll, Publisher.poll, RetryWatch.changes),
    "decode": (RegistryDecoder.decode,),
    "map": (Translator.translate,),
    "dispatch": (Engine.take, Engine.decide),
    "HTTP": (BluecoreClient.send, BluecoreClient.wait),
    "settle": (Engine.answered, Commits.due, KafkaSource.commit),
    "metrics": (
        Reporter.consumed,
        Reporter.settled,
        Reporter.committing,
        Reporter.state,
        Stopwatch.enter,
        MetricCounter.inc,
        Histogram.observe_many,
    ),
}
REST = "the loop itself"
_SAMPLE_SECONDS = 0.001
_WARM_SECONDS = 3.0


class Sampler:
    """Counts, by stage, how often the main thread was found at it."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._stages: dict[CodeType, str] = {part.__code__: stage for stage, parts in PARTS.items() for part in parts}

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Look every millisecond of the process's CPU time, until the block ends; to be called in any thread."""
        signal.setitimer(signal.ITIMER_PROF, _SAMPLE_SECONDS, _SAMPLE_SECONDS)
        yield
        signal.setitimer(signal.ITIMER_PROF, 0)

    def look(self, _: int, frame: FrameType | None) -> None:
        """The handler of SIGPROF."""
        while frame is not None:
            stage = self._stages.get(frame.f_code)
            if stage is not None:
                self.counts[stage] += 1
                return
            frame = frame.f_back
        self.counts[REST] += 1


def measured(parts: Assembled, seconds: float) -> tuple[dict[str, float], float]:
    """Run the service for so long once it is warm; to be called in the main thread.

    Returns:
        µs of CPU an event, by stage, all threads of the process included; events a second.
    """
    sampler = Sampler()
    seen: list[tuple[int, float, float]] = []

    def note() -> None:
        seen.append((parts.reporter.records[Outcome.DELIVERED], time.process_time(), time.monotonic()))

    def conduct() -> None:
        time.sleep(_WARM_SECONDS)  # nothing tells when caches are warm and the limits have settled
        note()
        with sampler.at_work():
            time.sleep(seconds)  # the length of the measurement
        note()
        parts.service.stop()

    signal.signal(signal.SIGPROF, sampler.look)
    conductor = threading.Thread(target=conduct)
    conductor.start()
    parts.service.run()
    conductor.join()
    events, cpu, took = (after - before for before, after in zip(*seen, strict=True))
    a_sample = cpu / events * 1e6 / sampler.counts.total()
    return {stage: a_sample * sampler.counts[stage] for stage in (*PARTS, REST)}, events / took


@click.command()
@click.option("--events", default=400_000, show_default=True, help="the backlog")
@click.option("--in-flight", default=64, show_default=True, help="requests at once")
@click.option("--seconds", default=10.0, show_default=True, help="how long to look")
def main(events: int, in_flight: int, seconds: float) -> None:
    """Print what an event costs, by stage."""
    with ground() as place:
        topic = place.topic("backlog")
        write_backlog(place.bootstrap, topic, place.schema_id, events)
        config = load(write_config(Run(place, topic, place.sinks.fast, in_flight)), {})
        pin(os.getpid(), CONTENDER)
        with assembled(config) as parts:
            budget, rate = measured(parts, seconds)
    click.echo(described())
    for stage, cost in budget.items():
        click.echo(f"{stage:16} {cost:6.1f} µs  {cost / sum(budget.values()):4.0%}")
    click.echo(f"{'an event':16} {sum(budget.values()):6.1f} µs  at {rate:,.0f} events/s on one core")


if __name__ == "__main__":
    main()
