"""`python -m tests.bench`: what an event costs the service and the peers, one run on one machine, ratios first."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import median

import click

from tests.bench.contenders import SERVICE, Contender, Run
from tests.bench.distances import distances
from tests.bench.ground import ground
from tests.bench.interpreter import described
from tests.bench.latency import RATE, Latency, latency
from tests.bench.measuring import Throughput, middle, throughput
from tests.bench.peer_environment import peer_python
from tests.bench.rivals import EVERYBODY
from tests.bench.sinks import SinkUnavailableError
from tests.bench.stream import write_backlog
from tests.support.apache_kafka import unavailable

Runs = dict[Contender, list[Throughput]]

_NAMES = ", ".join(each.name for each in EVERYBODY)


@click.command()
@click.option(
    "--rounds",
    default=5,
    type=click.IntRange(min=1),
    show_default=True,
    help="runs of each; what is printed is the median",
)
@click.option("--seconds", default=5.0, show_default=True, help="of each run, once it is warm")
@click.option("--events", default=2_500_000, show_default=True, help="the backlog that each works on")
@click.option("--in-flight", default=64, show_default=True, help="requests at once")
@click.option("--only", multiple=True, help=f"part of a name of these: {_NAMES}")
def main(rounds: int, seconds: float, events: int, in_flight: int, only: tuple[str, ...]) -> None:
    """Print what an event costs: the service and what others write in its place, on one core each."""
    if reason := unavailable():
        sys.exit(reason)
    peer_python()
    taking = _taking_part(only)
    try:
        with ground() as place:
            topic = place.topic("backlog")
            write_backlog(place.bootstrap, topic, place.schema_id, events)
            runs = _compared(taking, rounds, seconds, partial(Run, place, topic, place.sinks.fast, in_flight))
            _print_ratios(runs, in_flight)
            steady: dict[Contender, list[Latency]] = {each: [] for each in taking}
            for _ in range(rounds):
                for each, seen in steady.items():
                    seen.append(latency(each, place, in_flight=in_flight, seconds=seconds))
            _print_figures(runs, steady)
            _print_distances(distances(place, topic, rounds, seconds))
    except SinkUnavailableError as missing:
        sys.exit(str(missing))


def _taking_part(only: Sequence[str]) -> list[Contender]:
    for part in only:
        if not any(part.lower() in each.name.lower() for each in EVERYBODY):
            raise click.UsageError(f"--only {part}: nobody has that in the name; there are {_NAMES}")
    named = [each for each in EVERYBODY if any(part.lower() in each.name.lower() for part in only or [""])]
    taking = []
    for each in named:
        if why := each.missing():
            click.echo(f"{each.name} takes no part: {why}")
        else:
            taking.append(each)
    return taking if SERVICE in taking else [SERVICE, *taking]


def _compared(taking: Sequence[Contender], rounds: int, seconds: float, run: Callable[[], Run]) -> Runs:
    """Each in its turn, round after round: whatever else the machine does then meets all of them."""
    runs: Runs = {each: [] for each in taking}
    for _ in range(rounds):
        for each, seen in runs.items():
            seen.append(throughput(each, run(), seconds))
    return runs


def _print_ratios(runs: Runs, in_flight: int) -> None:
    rounds, service = len(runs[SERVICE]), middle(runs[SERVICE])
    click.echo(described())
    click.echo(f"{_machine()}; {in_flight} in flight; the median of {rounds}, with the least and the most\n")
    for each, seen in runs.items():
        if each is not SERVICE:
            other = middle(seen)
            rate, cost = service.rate / other.rate, other.cpu / service.cpu
            click.echo(f"{rate:5.1f} times the events/s of {each.name}, {cost:.1f} times the events a CPU second")


def _print_figures(runs: Runs, latencies: Mapping[Contender, Sequence[Latency]]) -> None:
    steady = f"{f'p50 ms at {RATE}/s':>18}{'p99':>18}"
    click.echo(f"\n{'':30}{'events/s':>26}{'CPU µs an event':>20}{steady}{'MB':>6}")
    for each, seen in runs.items():
        rates, costs = _spread([run.rate for run in seen]), _spread([run.cpu for run in seen])
        memory = max(run.memory for run in seen)
        half, most = (_spread([getattr(run, name) for run in latencies[each]]) for name in ("p50", "p99"))
        click.echo(f"{each.name:30}{rates:>26}{costs:>20}{half:>18}{most:>18}{memory:>6.0f}")


def _print_distances(seen: Mapping[str, Sequence[Throughput]]) -> None:
    base = middle(next(iter(seen.values()))).cpu
    click.echo(
        f"\n{SERVICE.name + ', its endpoint':42}{'events/s':>26}{'CPU µs an event':>20}{'times':>7}{'core':>6}"
    )
    for name, runs in seen.items():
        rates, costs, usual = _spread([run.rate for run in runs]), _spread([run.cpu for run in runs]), middle(runs)
        click.echo(f"{name:42}{rates:>26}{costs:>20}{usual.cpu / base:>7.2f}{usual.share:>6.0%}")


def _spread(values: Sequence[float]) -> str:
    return f"{median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})"


def _machine() -> str:
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, a backlog in Apache Kafka, nginx answering 202"


if __name__ == "__main__":
    main()
