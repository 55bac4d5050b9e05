"""Spans are made when OpenTelemetry's own variables ask for them, and reach a collector; else nothing changes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from consumer.config.model import Config
from consumer.records import Answer
from consumer.tracing.client import TracedClient
from consumer.tracing.factory import is_enabled, traced
from tests.support.brokers import Message
from tests.support.configs import SOUND
from tests.support.otlp import attributes, collector
from tests.support.pipeline import API_KEY, NAMESPACE, Pipeline
from tests.support.waiting import eventually, free_port

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CUSTOMER = "jane@marked.example"
ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
CONFIG = Config.model_validate(SOUND)


class Untouched:
    """A client to be wrapped or not; nothing is sent."""

    in_flight = 0

    def send(
        self, ticket: int, body: bytes, idempotency_key: str, traceparent: str | None, destination: str = ""
    ) -> None: ...

    def wait(self, seconds: float) -> list[tuple[int, Answer]]:
        del seconds
        return []

    def close(self) -> None: ...


@pytest.fixture(autouse=True)
def _no_collector_of_the_machines_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{free_port()}")


@pytest.mark.parametrize(
    "environment",
    [
        ENDPOINT,
        {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"},
        {"OTEL_TRACES_EXPORTER": "otlp"},
    ],
)
def test_a_collectors_address_or_an_exporter_asks_for_spans(environment: dict[str, str]) -> None:
    assert is_enabled(environment)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        ENDPOINT | {"OTEL_TRACES_EXPORTER": "none"},
        ENDPOINT | {"OTEL_SDK_DISABLED": "true"},
    ],
)
def test_unasked_the_client_is_the_one_that_was_given(environment: dict[str, str]) -> None:
    """So that an event costs nothing more."""
    client = Untouched()
    with traced(client, CONFIG, environment) as chosen:
        assert chosen is client


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        (ENDPOINT | {"OTEL_TRACES_EXPORTER": "zipkin"}, "otlp and none are known"),
        (ENDPOINT | {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "set OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"),
    ],
)
def test_what_cannot_be_had_is_told_and_the_service_runs_without(environment: dict[str, str], said: str) -> None:
    client = Untouched()
    with capture_logs() as logs, traced(client, CONFIG, environment) as chosen:
        assert chosen is client
    assert [line["log_level"] for line in logs] == ["warning"]
    assert said in logs[0]["why"]


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "consumer.tracing.tracer", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    client = Untouched()
    with capture_logs() as logs, traced(client, CONFIG, ENDPOINT) as chosen:
        assert chosen is client
    assert "pip install bluecore-consumer[otel]" in logs[0]["why"]


def test_asked_for_every_request_is_traced_until_the_block_ends() -> None:
    with traced(Untouched(), CONFIG, ENDPOINT) as chosen:
        assert isinstance(chosen, TracedClient)


def test_a_header_that_is_none_is_told_without_what_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is often the key to the collector, with a colon in place of the `=`."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key:hush")
    with capture_logs() as logs, traced(Untouched(), CONFIG, ENDPOINT):
        pass
    (line,) = told_of_spans(logs)
    assert "name=value" in line["said"]
    assert "hush" not in str(logs)


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
def test_a_delivery_is_seen_from_the_producer_to_bluecore(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The producer's span is the parent of ours, ours is the one that Bluecore is told of; no customer in it."""
    topic = pipeline.broker.topic(4)
    with collector() as collected:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collected.url)
        with pipeline.service([{"topic": topic, "event": "search"}]) as service:
            service.wait_ready()
            event = pipeline.shop.event("search", CUSTOMER)
            headers = (("traceparent", f"00-{TRACE}-{PARENT}-01".encode()),)
            pipeline.broker.produce(topic, [Message(CUSTOMER.encode(), event, headers)])
            pipeline.accepted(1)
            # What is not sent yet when it stops is sent then.
            assert service.terminate() == 0
        (span,) = collected.spans
        assert collected.services == {"bluecore-consumer"}

    (received,) = pipeline.sandbox.events()
    assert dict(received.headers)[b"traceparent"] == f"00-{TRACE}-{span.span_id.hex()}-01".encode()
    assert (span.trace_id.hex(), span.parent_span_id.hex(), span.name) == (TRACE, PARENT, f"deliver {topic}")
    handler = attributes(span.attributes)
    assert (handler["messaging.destination.name"], handler["messaging.kafka.offset"]) == (topic, 0)
    assert handler["http.response.status_code"] == 202
    for mark in (CUSTOMER, NAMESPACE, API_KEY):
        assert not [body for body in collected.raw if mark.encode() in body]


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
def test_a_collector_that_is_away_delays_nothing_and_is_one_line(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch every tenth of a second fails; the stop does not wait for the collector for long."""
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    topic = pipeline.broker.topic(4)
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready()
        for number in range(3):
            pipeline.produce(topic, "search", [f"customer-{number}@example.com"])
            pipeline.accepted(number + 1)
        eventually(lambda: told_of_spans(service.logs()), 20, "the collector's absence to be told")
        assert service.terminate(20) == 0
        lines = told_of_spans(service.logs())
    assert len({line["said"] for line in lines}) == len(lines)


def told_of_spans(lines: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [line for line in lines if line["event"].startswith("OpenTelemetry reports")]
