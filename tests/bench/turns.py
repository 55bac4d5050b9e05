"""`python -m tests.bench.turns TREE…`: two parts of the service alone, as several folders have them, in turns.

Without any I/O (`offline`), and the client to an nginx (`sending`). A folder is a checkout, or `.cache/compiled`;
each has a process of its own, and the turns are short, so that whatever else the machine does meets all of them.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import click

from tests.bench.sinks import sinks
from tests.bench.trees import Tree

EVENTS = 2_000
"""A turn's."""
_WORKER = """\
import io, sys, time
import structlog
from tests.bench.offline import backlog, deliver
from tests.bench.sending import through_the_client

events, url = int(sys.argv[1]), sys.argv[2]
structlog.configure(logger_factory=structlog.PrintLoggerFactory(io.StringIO()))
for _ in map(str.strip, sys.stdin):
    records = backlog(events)
    begun = time.process_time()
    deliver(records)
    between = time.process_time()
    through_the_client(url, events)
    print(between - begun, time.process_time() - between, flush=True)
"""


def turn(worker: subprocess.Popen[str]) -> tuple[float, float]:
    """One of a worker's: µs an event without any I/O, and of the client."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write("\n")
    worker.stdin.flush()
    alone, client = (float(seconds) / EVENTS * 1e6 for seconds in worker.stdout.readline().split())
    return alone, client


@click.command()
@click.argument("trees", nargs=-1, required=True, type=Tree())
@click.option("--rounds", default=10, type=click.IntRange(min=1), show_default=True, help="turns of each")
def main(trees: tuple[Path, ...], rounds: int) -> None:
    """Print what an event costs in each TREE, and the ratios to the first."""
    with TemporaryDirectory() as folder, sinks(Path(folder)) as running, ExitStack() as stack:
        command = [sys.executable, "-c", _WORKER, str(EVENTS), running.fast]
        pipe = subprocess.PIPE
        begun = [subprocess.Popen(command, cwd=each, stdin=pipe, stdout=pipe, text=True) for each in trees]
        workers = [stack.enter_context(each) for each in begun]  # each ends with its input
        for worker in workers:
            turn(worker)  # the first one warms up
        seen = [[turn(worker) for worker in workers] for _ in range(rounds)]
    for place, what in enumerate(("without any I/O", "the client")):
        for number, tree in enumerate(trees):
            costs = [each[number][place] for each in seen]
            ratios = [each[number][place] / each[0][place] for each in seen]
            told = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) of {trees[0]}"
            click.echo(f"{what:16} {tree!s:28} least {min(costs):5.1f} µs, median {median(costs):5.1f}; {told}")


if __name__ == "__main__":
    main()
