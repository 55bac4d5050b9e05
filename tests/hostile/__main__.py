"""`python -m tests.hostile`: each attack on a real service, and what it cost the neighbours.

A neighbour's topic has 100 events a second all the while. The longest stall is the longest time for which none of
them arrived, beyond the 10 ms between two of them; an attack by an outage or a 429 stops everybody for as long as
it lasts, and is told as such. The embedded broker, a real process of the service, the sandbox as Bluecore.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Self

import click
from confluent_kafka import Producer
from rich.console import Console
from rich.table import Table

from consumer.kafka.embedded import embedded_broker
from consumer.sandbox.registry import registry_app
from consumer.sandbox.serve import serve
from consumer.sandbox.store import Filter
from tests.hostile.attack import Attack
from tests.hostile.measuring import became, peak_megabytes
from tests.hostile.scenarios import SCENARIOS, Scenario, strangers
from tests.support.brokers import Broker
from tests.support.pipeline import Pipeline, running_pipeline
from tests.support.shop import registered

# By the classic one, one start in ten would stand for 29 s: see `consumer.kafka.embedded`.
_OPTIONS = {"group.protocol": "consumer"}
_RATE = 100
_SETTLES_SECONDS = 15.0
_BEFORE_SECONDS = 2.0
_LEAST_SHARE = 0.9
_MOST_STALL = 0.25


@dataclass(frozen=True)
class Outcome:
    """What an attack cost.

    Attributes:
        peak_megabytes: the most that the service had resident.
        stall_seconds: the longest time without an event of the neighbour's.
        became: what became of the attacker's records, by outcome; `waiting`: they are held, or still on their way.
        share: of the neighbour's events, those that arrived while the attack lasted.
        lost: of the neighbour's events, those that had not arrived at the end.
    """

    name: str
    peak_megabytes: float
    stall_seconds: float
    became: dict[str, int]
    share: float
    lost: int


class Neighbour:
    """Writes events at a steady rate from a thread, until it is stopped."""

    def __init__(self, pipeline: Pipeline, topic: str) -> None:
        self._pipeline = pipeline
        self._topic = topic
        self._stopped = threading.Event()
        self.written = 0
        self._thread = threading.Thread(target=self._write, daemon=True)

    def _write(self) -> None:
        begun = time.monotonic()
        with Producer({"bootstrap.servers": self._pipeline.broker.bootstrap, "linger.ms": 1}) as producer:
            while not self._stopped.wait(max(0.0, begun + self.written / _RATE - time.monotonic())):
                email = f"n{self.written}@example.com"
                producer.produce(self._topic, self._pipeline.shop.event("search", email), email.encode())
                producer.poll(0)
                self.written += 1

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()


def run(scenario: Scenario) -> Outcome:
    """One attack, on a service of its own."""
    with _pipeline() as pipeline, ExitStack() as holding:
        bad, good = pipeline.broker.topic(4, "bad"), pipeline.broker.topic(4, "good")
        routes = [{"topic": bad, "event": scenario.event, **scenario.options}, {"topic": good, "event": "search"}]
        with pipeline.service(routes, delivery=scenario.delivery) as service:
            service.wait_ready()
            with Attack(pipeline, bad, scenario) as attack, Neighbour(pipeline, good) as neighbour:
                time.sleep(_BEFORE_SECONDS)  # the neighbour's own pace
                begun, before = time.time(), neighbour.written
                pipeline.sandbox.faults.apply(scenario.faults)
                strangers(service.port, scenario.connections, holding)
                attack.begin()
                time.sleep(_SETTLES_SECONDS)  # what the attack does in this time is what is measured
                during, ended = neighbour.written - before, time.time()
            times = _arrived(pipeline, neighbour.written)
            within = [each for each in times if begun <= each <= ended]
            stall = max((later - earlier for earlier, later in pairwise(within)), default=ended - begun)
            outcomes, peak = became(service, bad), peak_megabytes(service)
            service.terminate(60)
        return Outcome(
            scenario.name,
            peak,
            stall - 1 / _RATE,
            outcomes,
            min(1.0, len(within) / during),
            neighbour.written - len(times),
        )


def _arrived(pipeline: Pipeline, written: int) -> list[float]:
    """When each of the neighbour's events arrived, the last ones within half a minute."""
    deadline = time.monotonic() + 30
    while True:
        found = pipeline.sandbox.store.newest(Filter(outcome="accepted", event="search"), 50_000, 0)
        times = sorted(each.at_ms / 1000 for each in found)
        if len(times) >= written or time.monotonic() > deadline:
            return times
        time.sleep(0.2)  # nothing tells when the last has come


@contextmanager
def _pipeline() -> Iterator[Pipeline]:
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(registry_app()) as registry_url,
        embedded_broker() as bootstrap,
    ):
        broker = Broker(bootstrap, lambda topic, _: _touch(bootstrap, topic), _OPTIONS)
        with running_pipeline(broker, registered(registry_url), Path(folder)) as pipeline:
            yield pipeline


def _touch(bootstrap: str, topic: str) -> None:
    with Producer({"bootstrap.servers": bootstrap}) as producer:
        producer.list_topics(topic, timeout=10)


@click.command()
@click.option("--only", default="", help="the scenarios whose names contain this")
def main(only: str) -> None:
    """Attack a service in every way, and print a table; exit 1 if a neighbour was harmed."""
    chosen = [scenario for scenario in SCENARIOS if only in scenario.name]
    outcomes: list[Outcome] = []
    for number, scenario in enumerate(chosen, start=1):
        click.echo(f"{number} of {len(chosen)}: {scenario.name}", err=True)
        outcomes.append(run(scenario))
    _show(outcomes)
    if any(each.lost or each.share < _LEAST_SHARE or each.stall_seconds > _MOST_STALL for each in outcomes):
        sys.exit(1)


def _show(outcomes: Sequence[Outcome]) -> None:
    if not sys.stdout.isatty():
        for each in outcomes:
            click.echo(json.dumps(each.__dict__))
        return
    table = Table("attack", "peak memory", "longest stall", "what became of it", "the neighbours kept", "and lost")
    for each in outcomes:
        became = ", ".join(f"{count:,} {outcome}" for outcome, count in each.became.items()) or "-"
        stall = f"{each.stall_seconds * 1000:,.0f} ms"
        table.add_row(each.name, f"{each.peak_megabytes:,.0f} MB", stall, became, f"{each.share:.0%}", str(each.lost))
    Console().print(table)


if __name__ == "__main__":
    main()
