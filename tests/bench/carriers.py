"""`python -m tests.bench.carriers`: what one event costs by each way to carry it, without the rest of the service.

The ways take turns, each a process of its own on one core, against nginx on the others: whatever else the machine
does meets all of them, and what disturbs only ever adds. So the least is given, the median beside it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO

import click

from tests.bench.carrying import WAYS
from tests.bench.cores import CONTENDER, OTHERS, pin
from tests.bench.interpreter import described
from tests.bench.peer_environment import peer_python
from tests.bench.sinks import DELAY_SECONDS, Sinks, sinks

_ROOT = Path(__file__).parents[2]
_PEERS = ("httpunk", "pyqwest", "pyreqwest", "aiohttp")
_SPEAK_HTTP2 = ("httpunk", "pyqwest", "pyreqwest")
_OURS = ("direct", "bare sockets", "curl", "bare libcurl")
_BARE_HTTP2 = tuple(way for way in WAYS if "HTTP/2" in way)
_EVENTS_NEAR = 3_000
_ROUND_TRIPS = 10


@dataclass(frozen=True)
class Distance:
    """An endpoint, and how many requests there are to it at once."""

    name: str
    url: str
    in_flight: int
    events: int

    @property
    def is_tls(self) -> bool:
        """Whether HTTP/2 may be asked for."""
        return self.url.startswith("https")


class Carrier:
    """A process that waits to be told how many events to send."""

    def __init__(self, command: Sequence[str]) -> None:
        self.costs: list[float] = []
        self._process = subprocess.Popen(
            command,
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ["PATH"]},
            preexec_fn=lambda: os.sched_setaffinity(0, CONTENDER),  # noqa: PLW1509 - the child starts no threads before exec
        )

    def send(self, count: int) -> float:
        """The µs of CPU that each cost.

        Raises:
            RuntimeError: it has ended; why stands on the standard error.
        """
        told, heard = _pipe(self._process.stdin), _pipe(self._process.stdout)
        print(count, file=told, flush=True)
        if not (line := heard.readline()):
            raise RuntimeError(f"{self._process.args!r} has ended by itself")
        return float(line)

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def distances(running: Sinks) -> list[Distance]:
    """At once and from afar, over TLS and without."""
    away = f"{DELAY_SECONDS * 1000:.0f} ms away"
    far = [
        Distance(f"{away}, {many} at once{tls}", url, many, _ROUND_TRIPS * many)
        for many, tls, url in (
            (128, "", running.slow),
            (512, "", running.slow),
            (128, ", TLS", running.slow_tls),
        )
    ]
    near = Distance("answers at once, 64 at once", running.fast, 64, _EVENTS_NEAR)
    return [near, Distance("the same, TLS 1.3", running.tls, 64, _EVENTS_NEAR), *far]


def commands(distance: Distance, authority: Path) -> Mapping[str, list[str]]:
    """By the name of the way, how its process is started."""
    place = [f"--url={distance.url}", f"--in-flight={distance.in_flight}", f"--authority={authority}"]
    ours = [sys.executable, "-m", "tests.bench.carrying", *place]
    theirs = [str(peer_python()), "-m", "tests.bench.peers.carriers", *place]
    ways = {way: [*ours, f"--way={way}"] for way in (*_OURS, *(_BARE_HTTP2 if distance.is_tls else ()))}
    ways |= {name: [*theirs, f"--client={name}"] for name in _PEERS}
    if distance.is_tls:
        ways |= {f"{name}, HTTP/2": [*theirs, f"--client={name}", "--http2"] for name in _SPEAK_HTTP2}
    return ways


@contextmanager
def carriers(distance: Distance, authority: Path) -> Iterator[Mapping[str, Carrier]]:
    """All of them, warm; until the block ends."""
    with ExitStack() as stack:
        running = {}
        for name, command in commands(distance, authority).items():
            running[name] = Carrier(command)
            stack.callback(running[name].close)
            running[name].send(distance.events)
        yield running


@click.command()
@click.option("--rounds", default=8, type=click.IntRange(min=1), show_default=True, help="turns of each")
def main(rounds: int) -> None:
    """Print what an event costs by each transport of the service, by bare loops, and by other packages."""
    peer_python()
    pin(os.getpid(), OTHERS)
    click.echo(described())
    with tempfile.TemporaryDirectory(prefix="bluecore-bench-") as folder, sinks(Path(folder)) as running:
        for distance in distances(running):
            with carriers(distance, running.authority) as taking:
                for _ in range(rounds):
                    for each in taking.values():
                        each.costs.append(each.send(distance.events))
            click.echo(f"\n{distance.name}; load {os.getloadavg()[0]:.1f}")
            base = min(taking["direct"].costs)
            for name, each in taking.items():
                least = min(each.costs)
                click.echo(f"{name:42}{least:8.1f} µs ({median(each.costs):.1f}){least / base:8.2f}")


if __name__ == "__main__":
    main()
