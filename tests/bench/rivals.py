"""The peers: what others write or take in the service's place, each doing the same work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.bench.contenders import OVER_REQUESTS, SERVICE, Contender, Run
from tests.bench.parallel_consumer.program import VERSION, worker
from tests.bench.peer_environment import peer_python
from tests.bench.stream import SCHEMA_FILE
from tests.support.maven import ProgramUnavailableError

_BUILT = Path(__file__).parents[2] / ".cache"
REDPANDA_BINARY = _BUILT / "redpanda-connect"
REDPANDA_PIPELINE = Path(__file__).with_name("redpanda") / "pipeline.yaml"
_GO_WORKER = _BUILT / "go-worker"
# Java compiles what is called often, while it works: after a minute on one core there is little left of that.
_JAVA_WARM_SECONDS = 60.0


def _options(run: Run) -> list[str]:
    options = {
        "bootstrap": run.ground.bootstrap,
        "topic": run.topic,
        "group": run.group,
        "url": run.url,
        "schema": SCHEMA_FILE,
        "in-flight": run.in_flight,
    }
    return [f"--{name}={value}" for name, value in options.items()]


def _python(module: str) -> Callable[[Run], list[str]]:
    return lambda run: [str(peer_python()), "-m", f"tests.bench.peers.{module}", *_options(run)]


def _redpanda(run: Run) -> list[str]:
    """GOMAXPROCS is 1 by itself: Go counts the cores that a process may use when it starts."""
    places = {
        "BOOTSTRAP": run.ground.bootstrap,
        "REGISTRY": run.ground.registry_url,
        "TOPIC": run.topic,
        "GROUP": run.group,
        "URL": run.url,
        "IN_FLIGHT": run.in_flight,
    }
    given = [f"{name}={value}" for name, value in places.items()]
    return ["env", *given, str(REDPANDA_BINARY), "--config", str(REDPANDA_PIPELINE)]


def _unbuilt(binary: Path) -> Callable[[], str]:
    return lambda: "" if binary.exists() else "`make bench-rivals` builds it"


def _unfetched() -> str:
    try:
        worker()
    except ProgramUnavailableError as error:
        return str(error)
    return ""


PLAIN_LOOP = Contender("plain loop", _python("plain_loop"))
ASYNCIO = Contender("aiokafka + aiohttp + uvloop", _python("asyncio_loop"))
FASTSTREAM = Contender("FastStream + aiohttp + uvloop", _python("faststream_app"))
REDPANDA = Contender("Redpanda Connect 4.27", _redpanda, _unbuilt(REDPANDA_BINARY))
GO_WORKER = Contender("Go worker, by hand", lambda run: [str(_GO_WORKER), *_options(run)], _unbuilt(_GO_WORKER))
PARALLEL_CONSUMER = Contender(
    f"parallel-consumer {VERSION}",
    lambda run: [*worker(), *_options(run)],
    _unfetched,
    _JAVA_WARM_SECONDS,
)
EVERYBODY = (
    SERVICE,
    OVER_REQUESTS,
    PLAIN_LOOP,
    ASYNCIO,
    FASTSTREAM,
    REDPANDA,
    PARALLEL_CONSUMER,
    GO_WORKER,
)
