"""An outage is everyone's fault and no event's: the service waits, loses nothing, and goes on by itself."""

from __future__ import annotations

import time

import pytest
from starlette.responses import Response

from consumer.sandbox.faults import FaultPlan, OutagePlan
from consumer.sandbox.sandbox import running_sandbox
from consumer.sandbox.serve import serve
from consumer.sandbox.settings import SandboxSettings
from tests.avro.support import BreakableRegistry
from tests.support.pipeline import PREFIX, Pipeline
from tests.support.processes import ServiceProcess
from tests.support.shop import registered
from tests.support.waiting import eventually, free_port

BREAKER = {"breaker": {"initial_seconds": 0.4, "max_seconds": 0.8}}
SHORTEST_WAIT = 0.2  # half of the first
EMAILS = [f"customer-{number}@example.com" for number in range(40)]


def circuit_open(service: ServiceProcess) -> bool:
    return service.metric(PREFIX + "circuit_open") == 1


def assert_only_delivered(pipeline: Pipeline, topic: str) -> None:
    """Every event is settled, none by way of the retry or the dead-letter topic."""
    pipeline.committed_to_the_end(topic)
    assert pipeline.failed(pipeline.retry_topic) == []
    assert pipeline.failed(pipeline.dead_letter_topic) == []


@pytest.mark.parametrize("step", [503, 401, "hang"])
def test_while_bluecore_is_out_of_order_it_is_only_probed(pipeline: Pipeline, step: int | str) -> None:
    """Sustained 5xx, a refused key, no answers: one probe at a time, with waits; then all goes on."""
    topic = pipeline.broker.topic(2)
    bluecore = {"timeout_seconds": 0.5}
    with pipeline.service([{"topic": topic, "event": "search"}], delivery=BREAKER, bluecore=bluecore) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", EMAILS[:5])
        pipeline.accepted(5)

        pipeline.sandbox.faults.apply(FaultPlan(outage=OutagePlan(seconds=3600, step=step)))
        pipeline.produce(topic, "search", EMAILS)
        eventually(lambda: circuit_open(service), 30, "the circuit to open")
        eventually(lambda: service.metric(PREFIX + "http_in_flight") == 0, 30, "the last of the first requests")
        opened, before = time.monotonic(), pipeline.sandbox.counts.total
        eventually(lambda: pipeline.sandbox.counts.total >= before + 3, 30, "three probes")
        seconds = time.monotonic() - opened
        probes = pipeline.sandbox.counts.total - before

        assert probes <= seconds / SHORTEST_WAIT + 1
        assert service.probe("/readyz").ok
        assert service.probe("/healthz").json()["details"]["circuit"]
        assert [line for line in service.logs("error") if line["event"].startswith("Bluecore is unavailable")]

        pipeline.sandbox.faults.clear()
        pipeline.accepted(5 + len(EMAILS))
        eventually(lambda: not circuit_open(service), 10, "the circuit to close")

        assert_only_delivered(pipeline, topic)
        assert pipeline.sandbox.counts.duplicates == 0


def test_a_bluecore_that_is_gone_is_waited_for(pipeline: Pipeline) -> None:
    """Refused connections from the start, and again in the middle: its address is all that need come back."""
    topic = pipeline.broker.topic(2)
    port = free_port()
    url = f"http://127.0.0.1:{port}{SandboxSettings().path}"
    with pipeline.service([{"topic": topic, "event": "search"}], delivery=BREAKER, bluecore={"url": url}) as service:
        service.wait_ready()
        arrived = 0
        for _ in range(2):
            pipeline.produce(topic, "search", EMAILS)
            eventually(lambda: circuit_open(service), 30, "the circuit to open")
            with running_sandbox(port=port) as running:
                eventually(lambda: running.sandbox.counts.accepted == len(EMAILS), 30, "all events")
                arrived += running.sandbox.counts.total
                eventually(lambda: not circuit_open(service), 10, "the circuit to close")
                pipeline.committed_to_the_end(topic)
        assert service.metric(PREFIX + "http_requests_total", status="error") > 0

        assert_only_delivered(pipeline, topic)
        assert arrived == 2 * len(EMAILS)


def test_a_registry_that_cannot_be_asked_is_waited_for(pipeline: Pipeline) -> None:
    """Down when the service starts, then with the wrong credentials, then there: no record is blamed for it."""
    topic = pipeline.broker.topic(2)
    registry, port = BreakableRegistry(), free_port()
    with serve(registry, port=port) as url:
        registered(url)
    routes = [{"topic": topic, "event": "search"}]
    with pipeline.service(routes, schema_registry={"url": url}) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", EMAILS)
        eventually(lambda: service.metric(PREFIX + "registry_up") == 0, 30, "the registry to be missed")
        assert "nothing accepts connections" in service.probe("/healthz").json()["details"]["registry"]

        registry.instead = Response("", 401)
        with serve(registry, port=port):
            eventually(
                lambda: "does not accept the credentials" in service.probe("/healthz").json()["details"]["registry"],
                60,
                "the refused credentials to be named",
            )
            assert service.probe("/readyz").ok
            assert pipeline.sandbox.counts.total == 0

            registry.instead = None
            pipeline.accepted(len(EMAILS))
            eventually(lambda: service.metric(PREFIX + "registry_up") == 1, 10, "the registry to be up")

        assert_only_delivered(pipeline, topic)
