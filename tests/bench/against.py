"""`python -m tests.bench.against TREE`: what an event costs this checkout, as a ratio to another one, in one run.

With `--compiled` it is this checkout as machine code; TREE `.` then is what that saves.

The two take turns, so that whatever else the machine does meets both; what counts is the ratio of their CPU times.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median

import click

from tests.bench.contenders import Contender, Run, write_config
from tests.bench.ground import ground
from tests.bench.interpreter import described
from tests.bench.measuring import Throughput, throughput
from tests.bench.stream import write_backlog
from tests.bench.trees import Tree

_HERE = Path(__file__).parents[2]
_AS_MODULE = """\
import os, runpy, sys
sys.path.insert(0, {tree!r})
os.chdir({tree!r})
sys.argv = ["consumer", "run", "--config", {config!r}]
runpy.run_module("consumer", run_name="__main__", alter_sys=True)
"""


def service_of(tree: Path, python: str = sys.executable) -> Contender:
    """The service as a checkout has it, with the libraries of `python`."""

    def command(run: Run) -> list[str]:
        return [python, "-c", _AS_MODULE.format(tree=str(tree), config=str(write_config(run)))]

    return Contender(str(tree), command)


def compiled_here(python: str) -> Path:
    """This checkout as machine code, made where it is not there yet.

    Args:
        python: the interpreter that is to run it.

    Raises:
        click.UsageError: it was made for another one.
        CalledProcessError: it cannot be made.
    """
    subprocess.run(["make", "--silent", "compiled"], cwd=_HERE, check=True)
    tree = _HERE / ".cache/compiled"
    asked = [python, "-c", "from consumer.compiled import is_compiled; print(is_compiled())"]
    if subprocess.run(asked, cwd=tree, check=True, capture_output=True, text=True).stdout.strip() != "True":
        raise click.UsageError(f"{tree} was compiled for another interpreter than {python}: remove it, and give VENV")
    return tree


@click.command()
@click.argument("tree", type=Tree())
@click.option("--rounds", default=5, type=click.IntRange(min=1), show_default=True, help="turns of each")
@click.option("--seconds", default=5.0, show_default=True, help="of each turn, once it is warm")
@click.option("--events", default=600_000, show_default=True, help="the backlog that each works on")
@click.option("--in-flight", default=64, show_default=True, help="requests at once")
@click.option("--away", is_flag=True, help="each answer takes 50 ms")
@click.option("--compiled", is_flag=True, help="this checkout as machine code (`make compiled`)")
@click.option("--python", default=sys.executable, help="the interpreter of both; it must have the libraries")
def main(  # noqa: PLR0913, PLR0917 - click's
    tree: Path,
    rounds: int,
    seconds: float,
    events: int,
    in_flight: int,
    away: bool,  # noqa: FBT001
    compiled: bool,  # noqa: FBT001
    python: str,
) -> None:
    """Print what an event costs here and in TREE, such as a `git worktree` of an earlier commit."""
    click.echo(described(python))
    here = compiled_here(python) if compiled else _HERE
    before, after = service_of(tree.resolve(), python), service_of(here, python)
    seen: dict[Contender, list[Throughput]] = {before: [], after: []}
    with ground() as place:
        topic = place.topic("backlog")
        write_backlog(place.bootstrap, topic, place.schema_id, events)
        for _ in range(rounds):
            for each, runs in seen.items():
                url = place.sinks.slow if away else place.sinks.fast
                runs.append(throughput(each, Run(place, topic, url, in_flight), seconds))
    for each, runs in seen.items():
        costs = [run.cpu for run in runs]
        middle, rate = median(costs), median([run.rate for run in runs])
        click.echo(f"{each.name:40} {middle:6.1f} µs an event (least {min(costs):.1f}), {rate:,.0f}/s")
    ratios = [new.cpu / old.cpu for old, new in zip(*seen.values(), strict=True)]
    click.echo(f"CPU an event, here / there: {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
