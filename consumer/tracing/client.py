"""A client whose every request is a span of OpenTelemetry, in the trace that the record's producer began."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from consumer.config.endpoints import reached
from consumer.config.model import Config
from consumer.ports import Client
from consumer.records import Answer

_FIRST_ERROR = 400
# A redelivery's topic comes from a header, which may hold any text.
_PLACE = re.compile(r"^(.*?):(\d+):(\d+)", re.DOTALL)
_W3C = TraceContextTextMapPropagator()


class TracedClient:
    """Sends by `client`. A request that is sent again is a span of its own.

    A span's parent is the record's `traceparent`, and the request's names the span; without one, the sampler decides
    about a new trace. Attributes are those of OpenTelemetry's semantic conventions for Kafka and for HTTP clients;
    none is of the record's key or value, or of Bluecore's answer, which may quote them.
    """

    def __init__(self, client: Client, tracer: Tracer, attributes: Mapping[str, Mapping[str, str | int]]) -> None:
        """Trace what a client sends.

        Args:
            client: the client.
            tracer: makes the spans.
            attributes: by destination, those that its spans share.
        """
        self._client = client
        self._tracer = tracer
        self._attributes = attributes
        self._spans: dict[int, Span] = {}

    @property
    def in_flight(self) -> int:
        return self._client.in_flight

    def send(
        self, ticket: int, body: bytes, idempotency_key: str, traceparent: str | None, destination: str = ""
    ) -> None:
        """`idempotency_key` begins with the `<topic>:<partition>:<offset>` that the record was first read from."""
        ((topic, partition, offset),) = _PLACE.findall(idempotency_key)
        span = self._tracer.start_span(
            f"deliver {topic}",
            _W3C.extract({} if traceparent is None else {"traceparent": traceparent}, Context()),
            SpanKind.CLIENT,
            {
                **self._attributes[destination],
                "messaging.destination.name": topic,
                "messaging.destination.partition.id": partition,
                "messaging.kafka.offset": int(offset),
                "http.request.body.size": len(body),
            },
        )
        self._spans[ticket] = span
        carrier: dict[str, str] = {}
        _W3C.inject(carrier, set_span_in_context(span, Context()))
        self._client.send(ticket, body, idempotency_key, carrier.get("traceparent", traceparent), destination)

    def wait(self, seconds: float) -> list[tuple[int, Answer]]:
        answers = self._client.wait(seconds)
        for ticket, answer in answers:
            if (span := self._spans.pop(ticket, None)) is not None:
                _end(span, answer)
        return answers

    def close(self) -> None:
        self._client.close()
        for span in self._spans.values():
            span.set_attribute("error.type", "given_up")
            span.set_status(StatusCode.ERROR)
            span.end()
        self._spans.clear()


def _end(span: Span, answer: Answer) -> None:
    if answer.status is not None:
        span.set_attribute("http.response.status_code", answer.status)
    if answer.status is None or answer.status >= _FIRST_ERROR:
        span.set_attribute("error.type", str(answer.status or answer.no_answer))
        span.set_status(StatusCode.ERROR)
    span.end()


def shared_attributes(config: Config) -> dict[str, dict[str, str | int]]:
    """By destination, what is the same of all requests."""
    return {name: _of_destination(config, name, each.url) for name, each in reached(config).items()}


def _of_destination(config: Config, name: str, address: str) -> dict[str, str | int]:
    """Its address is without its query, which may be secret."""
    url, named = urlsplit(address), {"bluecore.destination": name} if name else {}
    return {
        **named,
        "messaging.system": "kafka",
        "messaging.operation.name": "deliver",
        "messaging.consumer.group.name": config.kafka.group_id,
        "http.request.method": "POST",
        "url.full": f"{url.scheme}://{url.netloc}{url.path}",
        "server.address": url.hostname or "",
        "server.port": url.port or (80 if url.scheme == "http" else 443),
    }
