"""`python -m tests.bench.consents`: what a consent topic that nobody writes to costs the busy topic beside it."""

from __future__ import annotations

import sys
from statistics import median

import click

from tests.bench.contenders import SERVICE, Contender, Run, write_config
from tests.bench.ground import ground
from tests.bench.measuring import Throughput, throughput
from tests.bench.stream import EVENT, write_backlog

_CONSENTS = "consents"


def _beside_consents(run: Run) -> list[str]:
    routes = [{"topic": run.topic, "event": EVENT}, {"topic": _CONSENTS, "event": "unsubscribe"}]
    return [sys.executable, "-m", "consumer", "run", "--config", str(write_config(run, routes=routes))]


_BESIDE_CONSENTS = Contender("with an idle consent topic", _beside_consents)


@click.command()
@click.option("--rounds", default=5, show_default=True, help="runs of each, in turns")
@click.option("--seconds", default=5.0, show_default=True, help="of each run, once it is warm")
@click.option("--events", default=1_000_000, show_default=True, help="the backlog that each works on")
@click.option("--in-flight", default=64, show_default=True, help="requests at once")
def main(rounds: int, seconds: float, events: int, in_flight: int) -> None:
    """Print the rate and the CPU time of an event without the consent topic and with it, and their ratios."""
    runs: dict[Contender, list[Throughput]] = {SERVICE: [], _BESIDE_CONSENTS: []}
    with ground() as place:
        topic = place.topic("backlog")
        place.topic(_CONSENTS)
        write_backlog(place.bootstrap, topic, place.schema_id, events)
        for _ in range(rounds):
            for each, found in runs.items():
                found.append(throughput(each, Run(place, topic, place.sinks.fast, in_flight), seconds))
    for each, found in runs.items():
        click.echo(
            f"{each.name:30}{median(run.rate for run in found):10,.0f} events/s"
            f"{median(run.cpu for run in found):8.1f} µs of CPU an event"
        )
    pairs = list(zip(runs[SERVICE], runs[_BESIDE_CONSENTS], strict=True))
    _print_ratio("the events a second", [beside.rate / alone.rate for alone, beside in pairs])
    _print_ratio("the CPU of an event", [beside.cpu / alone.cpu for alone, beside in pairs])


def _print_ratio(what: str, ratios: list[float]) -> None:
    click.echo(f"beside it, {what} times {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
