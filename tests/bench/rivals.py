"""The peers: what others write or take in the service's place, each doing the same work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.bench.contenders import OVER_REQUESTS, Contender, Run
from tests.bench.parallel_consumer.program import VERSION, worker
from tests.bench.peer_environment import peer_python
from tests.bench.stream import SCHEMA_FILE
from tests.support.maven import ProgramUnavailableError

_BUILT = Path(__file__).parents[2] / ".cache"
REDPANDA_BINARY = _BUILT / "redpanda-connect"
REDPANDA_PIPELINE = Path(__file__).with_name("redpanda") / "pipeline.yaml"
_BENTHOS = _BUILT / "benthos"
_BENTHOS_PIPELINE = Path(__file__).with_name("benthos") / "pipeline.yaml"
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


def _pipeline(binary: Path, file: Path) -> Callable[[Run], list[str]]:
    """GOMAXPROCS is 1 by itself: Go counts the cores that a process may use when it starts."""

    def command(run: Run) -> list[str]:
        places = {
            "BOOTSTRAP": run.ground.bootstrap,
            "REGISTRY": run.ground.registry_url,
            "SCHEMA": SCHEMA_FILE,
            "TOPIC": run.topic,
            "GROUP": run.group,
            "URL": run.url,
            "IN_FLIGHT": run.in_flight,
        }
        return ["env", *(f"{name}={value}" for name, value in places.items()), str(binary), "--config", str(file)]

    return command


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
REDPANDA = Contender(
    "Redpanda Connect 4.27", _pipeline(REDPANDA_BINARY, REDPANDA_PIPELINE), _unbuilt(REDPANDA_BINARY)
)
BENTHOS = Contender("benthos 4.60, with our input", _pipeline(_BENTHOS, _BENTHOS_PIPELINE), _unbuilt(_BENTHOS))
GO_WORKER = Contender("Go worker, by hand", lambda run: [str(_GO_WORKER), *_options(run)], _unbuilt(_GO_WORKER))
PARALLEL_CONSUMER = Contender(
    f"parallel-consumer {VERSION}",
    lambda run: [*worker(), *_options(run)],
    _unfetched,
    _JAVA_WARM_SECONDS,
)
PEERS = (
    OVER_REQUESTS,
    PLAIN_LOOP,
    ASYNCIO,
    FASTSTREAM,
    REDPANDA,
    BENTHOS,
    PARALLEL_CONSUMER,
    GO_WORKER,
)
