"""Each request is a span, where its record's trace goes on; nothing of the customer is in it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, Sampler
from opentelemetry.trace import SpanKind, StatusCode

from consumer.config.model import Config
from consumer.records import Answer, NoAnswer
from consumer.tracing.client import TracedClient, shared_attributes
from tests.support.configs import SOUND

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
RECORDED, UNRECORDED = f"00-{TRACE}-{PARENT}-01", f"00-{TRACE}-{PARENT}-00"
URL = "https://bluecore.example:8443/events?key=hush"
CONFIG = Config.model_validate({**SOUND, "bluecore": {"url": URL, "namespace": "shop"}})
KEY = "shop.orders:3:42"


@dataclass
class Inner:
    """The client below, as the wrapper sees it."""

    sent: list[str | None] = field(default_factory=list)
    answers: list[tuple[int, Answer]] = field(default_factory=list)
    closed: bool = False

    @property
    def in_flight(self) -> int:
        return len(self.sent) - len(self.answers)

    def send(
        self, ticket: int, body: bytes, idempotency_key: str, traceparent: str | None, destination: str = ""
    ) -> None:
        assert (ticket, body, idempotency_key.partition(":")[0]) == (1, b"{}", "shop.orders")
        assert not destination
        self.sent.append(traceparent)

    def wait(self, seconds: float) -> list[tuple[int, Answer]]:
        assert seconds == 5
        return self.answers

    def close(self) -> None:
        self.closed = True


class Traced:
    """A client under test, and the spans that came of it."""

    def __init__(self, sampler: Sampler | None = None) -> None:
        self.inner = Inner()
        self._exported = InMemorySpanExporter()
        provider = TracerProvider(sampler=sampler or ParentBased(ALWAYS_ON), shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exported))
        self.client = TracedClient(self.inner, provider.get_tracer("test"), shared_attributes(CONFIG))

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self._exported.get_finished_spans()

    def delivered(self, answer: Answer, traceparent: str | None = None, key: str = KEY) -> ReadableSpan:
        """Send one request and get this answer: the span of it."""
        self.client.send(1, b"{}", key, traceparent)
        self.inner.answers = [(1, answer)]
        assert self.client.wait(5) == self.inner.answers
        return self.spans[-1]


def test_a_delivery_is_one_span_with_the_records_place_and_the_answer() -> None:
    span = Traced().delivered(Answer(202))
    assert (span.name, span.kind, span.status.status_code) == (
        "deliver shop.orders",
        SpanKind.CLIENT,
        StatusCode.UNSET,
    )
    assert dict(span.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.operation.name": "deliver",
        "messaging.consumer.group.name": "bluecore-consumer",
        "messaging.destination.name": "shop.orders",
        "messaging.destination.partition.id": "3",
        "messaging.kafka.offset": 42,
        "http.request.method": "POST",
        "http.request.body.size": 2,
        "http.response.status_code": 202,
        "url.full": "https://bluecore.example:8443/events",
        "server.address": "bluecore.example",
        "server.port": 8443,
    }


@pytest.mark.parametrize("key", [f"{KEY}:1", f"{KEY}:link0"])
def test_a_further_request_of_a_record_names_the_same_place(key: str) -> None:
    assert (Traced().delivered(Answer(202), key=key).attributes or {})["messaging.kafka.offset"] == 42


def test_a_topic_that_no_broker_would_have_is_a_name_like_any_other() -> None:
    """A redelivery's topic comes from a header: what it holds must not end the service."""
    span = Traced().delivered(Answer(202), key="shop.orders:a\n:b:3:42:1")
    attributes = span.attributes or {}
    assert attributes["messaging.destination.name"] == "shop.orders:a\n:b"
    assert attributes["messaging.kafka.offset"] == 42


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(422, text="jane@example.com is no address"), "422"),
        (Answer(503), "503"),
        (Answer(None, NoAnswer.TIMEOUT, text="no answer for jane@example.com"), "timeout"),
    ],
)
def test_a_failure_has_its_kind_and_not_what_bluecore_said(answer: Answer, error: str) -> None:
    """Bluecore's answer may quote the record."""
    span = Traced().delivered(answer)
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == error
    assert "jane" not in span.to_json()


def test_the_span_is_the_child_of_the_records_trace_and_the_parent_of_bluecores() -> None:
    traced = Traced()
    span = traced.delivered(Answer(202), RECORDED)
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == PARENT
    assert traced.inner.sent == [f"00-{TRACE}-{span.context.span_id:016x}-01"]


@pytest.mark.parametrize("traceparent", [None, "no-traceparent", "x\r\nAuthorization: y"])
def test_without_a_trace_to_go_on_with_a_new_one_begins(traceparent: str | None) -> None:
    traced = Traced()
    span = traced.delivered(Answer(202), traceparent)
    assert span.parent is None
    assert span.context.trace_flags.sampled
    (sent,) = traced.inner.sent
    assert str(sent).startswith(f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-")


@pytest.mark.parametrize(("sampler", "given"), [(ParentBased(ALWAYS_ON), UNRECORDED), (ALWAYS_OFF, RECORDED)])
def test_what_is_not_sampled_makes_no_span_and_goes_on_as_not_sampled(sampler: Sampler, given: str) -> None:
    traced = Traced(sampler)
    traced.client.send(1, b"{}", KEY, given)
    traced.inner.answers = [(1, Answer(202))]
    traced.client.wait(5)
    assert traced.spans == ()
    assert [str(sent)[:36] + str(sent)[-3:] for sent in traced.inner.sent] == [f"00-{TRACE}--00"]


def test_what_is_given_up_when_it_closes_is_a_span_too() -> None:
    traced = Traced()
    traced.client.send(1, b"{}", KEY, None)
    assert traced.client.in_flight == 1
    traced.client.close()
    assert traced.inner.closed
    assert [(span.attributes or {})["error.type"] for span in traced.spans] == ["given_up"]
