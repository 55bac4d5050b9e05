"""A way to do the benchmark's work, as a process of its own; and the service as its users run it."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.bench.cores import CONTENDER
from tests.bench.ground import Ground
from tests.bench.stream import EVENT
from tests.support.waiting import free_port

_ROOT = Path(__file__).parents[2]
WARM_SECONDS = 3.0


@dataclass(frozen=True)
class Run:
    """One run: which topic, to which address, how many requests at once, in which consumer group."""

    ground: Ground
    topic: str
    url: str
    in_flight: int
    group: str = field(default_factory=lambda: f"bench-{uuid.uuid4().hex[:8]}")


@dataclass(frozen=True)
class Contender:
    """A way to do the work.

    Attributes:
        command: gives the process's arguments.
        missing: why it cannot take part, and what makes it; empty where it can.
        warm_seconds: how long it works before it is measured.
    """

    name: str
    command: Callable[[Run], list[str]]
    missing: Callable[[], str] = str
    warm_seconds: float = WARM_SECONDS

    @contextmanager
    def running(self, run: Run) -> Iterator[subprocess.Popen[bytes]]:
        """Run it on the contender's core until the block ends.

        Raises:
            RuntimeError: it ended by itself; with what it wrote.
        """
        log = run.ground.folder / f"{run.group}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                self.command(run),
                cwd=_ROOT,
                stdout=out,
                stderr=out,
                start_new_session=True,
                env={"PATH": os.environ["PATH"]},
                preexec_fn=lambda: os.sched_setaffinity(0, CONTENDER),  # noqa: PLW1509 - the child starts no threads before exec
            )
        try:
            yield process
        finally:
            ended = process.poll() is not None
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if ended:
                raise RuntimeError(f"{self.name} ended by itself:\n{log.read_text()[-2000:]}")


def service(python: str = sys.executable, name: str = "bluecore-consumer") -> Contender:
    """The service, by an interpreter that has its libraries."""
    return Contender(name, lambda run: _command(python, write_config(run)))


def over_tls(python: str = sys.executable) -> Contender:
    """The service to the endpoint that answers at once, over TLS 1.3."""

    def command(run: Run) -> list[str]:
        sinks = run.ground.sinks
        config = write_config(run, bluecore={"url": sinks.tls, "ca_location": str(sinks.authority)})
        return _command(python, config)

    return Contender("bluecore-consumer over TLS 1.3", command)


def _over_requests(run: Run) -> list[str]:
    return _command(sys.executable, write_config(run, bluecore={"transport": "requests"}))


def _command(python: str, config: Path) -> list[str]:
    return [python, "-m", "consumer", "run", "--config", str(config)]


def write_config(run: Run, *, routes: Sequence[Mapping[str, Any]] = (), **sections: Mapping[str, Any]) -> Path:
    """The service's configuration: the defaults but for addresses and concurrency; `sections` add to it.

    `routes`: in place of the one of the backlog.
    """
    config: dict[str, Any] = {
        "kafka": {"bootstrap_servers": run.ground.bootstrap, "group_id": run.group},
        "schema_registry": {"url": run.ground.registry_url},
        "bluecore": {"url": run.url, "namespace": "bench"},
        "delivery": {"max_in_flight": run.in_flight},
        "telemetry": {"host": "127.0.0.1", "port": free_port()},
        "routes": [*routes] or [{"topic": run.topic, "event": EVENT}],
    }
    for name, section in sections.items():
        config[name] = {**config.get(name, {}), **section}
    file = run.ground.folder / f"{run.group}.yaml"
    file.write_text(yaml.safe_dump(config))
    return file


SERVICE = service()
OVER_REQUESTS = Contender("transport: requests", _over_requests)
