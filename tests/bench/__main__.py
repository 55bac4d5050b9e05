"""`python -m tests.bench`: what an event costs the service and the peers, one run on one machine, ratios first."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from tests.bench import report
from tests.bench.against import service_of
from tests.bench.contenders import WARM_SECONDS, Contender, Run, over_tls, service
from tests.bench.distances import FAR, distances
from tests.bench.ground import Ground, ground
from tests.bench.interpreter import built, described
from tests.bench.latency import Latency, latency
from tests.bench.measuring import Throughput, throughput
from tests.bench.peer_environment import peer_python
from tests.bench.rivals import PEERS
from tests.bench.service_environment import PythonUnavailableError, with_libraries
from tests.bench.sinks import DELAY_SECONDS, SinkUnavailableError
from tests.bench.stream import write_backlog
from tests.bench.trees import Tree
from tests.support.apache_kafka import unavailable

_NAMES = ", ".join(each.name for each in PEERS)
# Rounds, seconds and events: parallel-consumer works off half of them while it warms.
_QUICK = (3, 3.0, 2_000_000)


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
@click.option(
    "--python",
    "pythons",
    multiple=True,
    help="the service's interpreter, if it is not this one; several take part side by side",
)
@click.option(
    "--tree",
    "trees",
    multiple=True,
    type=Tree(),
    help="the service as another folder has it takes part too, on the first interpreter; such as another checkout",
)
@click.option(
    "--quick",
    is_flag=True,
    help="3 rounds of 3 s; latency and 50 ms once, without those that must be warmed for a minute",
)
def main(  # noqa: PLR0913, PLR0917 - click's
    rounds: int,
    seconds: float,
    events: int,
    in_flight: int,
    only: tuple[str, ...],
    pythons: tuple[str, ...],
    trees: tuple[Path, ...],
    quick: bool,  # noqa: FBT001
) -> None:
    """Print what an event costs: the service and what others write in its place, on one core each."""
    if reason := unavailable():
        sys.exit(reason)
    peer_python()
    try:
        usable = [with_libraries(each) for each in pythons] or [sys.executable]
    except PythonUnavailableError as missing:
        raise click.UsageError(f"--python: {missing}") from None
    services = [_on(python) for python in usable] + [_on(usable[0], tree.resolve()) for tree in trees]
    taking = [*services, *_taking_part(only)]
    further = rounds
    if quick:
        (rounds, seconds, events), further = _QUICK, 1
    soon = [each for each in taking if not quick or each.warm_seconds == WARM_SECONDS]
    click.echo("\n".join(map(described, usable)))
    click.echo(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Apache Kafka's backlog, nginx answering 202")
    try:
        with ground() as place:
            topic = place.topic("backlog")
            write_backlog(place.bootstrap, topic, place.schema_id, events)
            at_once = partial(Run, place, topic, place.sinks.fast, in_flight)
            runs = _compared(taking, rounds, seconds, at_once)
            click.echo(f"\n{in_flight} in flight, answers at once")
            _echo_ratios(services, runs)
            steady = _steady(soon, place, in_flight, further, seconds)
            click.echo(f"\n{report.figures(runs, steady)}")
            away = partial(Run, place, topic, place.sinks.slow, FAR[0])
            far = _compared(soon, further, seconds, away)
            click.echo(f"\n{FAR[0]} in flight, {DELAY_SECONDS * 1000:.0f} ms away")
            _echo_ratios(services, far)
            click.echo(f"\n{report.figures(far, {})}")
            reached = distances(place, topic, further, seconds, taking[0], over_tls(usable[0]))
            click.echo(f"\n{report.distances(taking[0].name, reached)}")
    except SinkUnavailableError as missing:
        sys.exit(str(missing))


def _on(python: str, tree: Path | None = None) -> Contender:
    version = f"Python {built(python)['version']}"
    if tree:
        return replace(service_of(tree, python), name=f"{tree.name}, {version}")
    return service(python, f"bluecore-consumer, {version}")


def _echo_ratios(services: Sequence[Contender], runs: report.Runs) -> None:
    for each in services:
        click.echo(f"\n{report.ratios(each, runs)}")


def _taking_part(only: Sequence[str]) -> list[Contender]:
    for part in only:
        if not any(part.lower() in each.name.lower() for each in PEERS):
            raise click.UsageError(f"--only {part}: nobody has that in the name; there are {_NAMES}")
    taking = []
    for each in PEERS:
        if not any(part.lower() in each.name.lower() for part in only or [""]):
            continue
        if why := each.missing():
            click.echo(f"{each.name} takes no part: {why}")
        else:
            taking.append(each)
    return taking


def _compared(
    taking: Sequence[Contender], rounds: int, seconds: float, run: Callable[[], Run]
) -> dict[Contender, list[Throughput]]:
    """Each in its turn, round after round: whatever else the machine does then meets all of them."""
    runs: dict[Contender, list[Throughput]] = {each: [] for each in taking}
    for _ in range(rounds):
        for each, seen in runs.items():
            seen.append(throughput(each, run(), seconds))
            click.echo(f"{each.name}: {seen[-1].rate:,.0f}/s, {seen[-1].cpu:.1f} µs an event", err=True)
    return runs


def _steady(
    taking: Sequence[Contender], place: Ground, in_flight: int, rounds: int, seconds: float
) -> dict[Contender, list[Latency]]:
    """The same for the latency at a steady rate."""
    seen: dict[Contender, list[Latency]] = {each: [] for each in taking}
    for _ in range(rounds):
        for each, runs in seen.items():
            runs.append(latency(each, place, in_flight=in_flight, seconds=seconds))
            click.echo(f"{each.name}: p50 {runs[-1].p50:.1f} ms, p99 {runs[-1].p99:.1f} ms", err=True)
    return seen


if __name__ == "__main__":
    main()
