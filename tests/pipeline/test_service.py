"""The pipeline from end to end: what is produced to Kafka arrives at Bluecore, and the service shows it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition

from consumer.config.model import EVENT_TYPES
from consumer.mapping.translate import Translator
from consumer.pipeline.service import Service
from consumer.records import Answer, Record
from consumer.sandbox.faults import FaultPlan, Scripts
from tests.bench.offline import Accepting, Backlog, backlog, offline
from tests.support.brokers import Message
from tests.support.pipeline import NAMESPACE, PREFIX, Pipeline
from tests.support.waiting import eventually

JANE = "jane@example.com"
CUSTOMER = {"email": JANE, "first_name": "Jane"}
PRODUCT = {"id": "SKU-1", "name": "Scarf", "price": 19.9}
LINE = PRODUCT | {"quantity": 1}
EXPECTED: dict[str, dict[str, Any]] = {
    "customer_patch": {"distinct_id": JANE, "customer": CUSTOMER},
    "identify": {"distinct_id": "device-7", "customer": CUSTOMER},
    "optin": {"distinct_id": JANE, "customer": {"email": JANE}},
    "unsubscribe": {"distinct_id": JANE, "customer": {"email": JANE}},
    "viewed_product": {"distinct_id": JANE, "products": [PRODUCT]},
    "search": {"distinct_id": JANE, "search_term": "scarves"},
    "add_to_cart": {"distinct_id": JANE, "products": [LINE]},
    "remove_from_cart": {"distinct_id": JANE, "products": [LINE]},
    "wishlist": {"distinct_id": JANE, "products": [PRODUCT]},
    "purchase": {
        "distinct_id": JANE,
        "customer": CUSTOMER,
        "order_id": "order-1",
        "total": 19.9,
        "products": [LINE],
    },
}


def test_all_ten_event_types_arrive_mapped(pipeline: Pipeline) -> None:
    """Avro with the schemas of `schemas/`, no `fields` in the routes; each request names its record."""
    topics = {event: pipeline.broker.topic(1, event) for event in EVENT_TYPES}
    with pipeline.service([{"topic": topics[event], "event": event} for event in EVENT_TYPES]) as service:
        service.wait_ready()
        for event, topic in topics.items():
            changes = {"distinct_id": "device-7"} if event == "identify" else {}
            value = pipeline.shop.event(event, JANE, **changes)
            pipeline.broker.produce(topic, [Message(b"jane", value, partition=0)])
        pipeline.accepted(len(EVENT_TYPES))

        received = {each.event: each for each in pipeline.sandbox.events()}

        assert pipeline.sandbox.counts.accepted == pipeline.sandbox.counts.total == len(EVENT_TYPES)
        for event, topic in topics.items():
            properties = received[event].document["properties"]
            assert properties == {"token": NAMESPACE} | EXPECTED[event]
            assert received[event].idempotency_key == f"{topic}:0:0"


def test_what_the_service_did_shows_in_its_metrics_and_probes(pipeline: Pipeline) -> None:
    """Alive and ready; every event counted by topic, type and outcome; nothing in flight, nothing behind."""
    topic = pipeline.broker.topic(2)
    emails = [f"customer-{number}@example.com" for number in range(20)]
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", emails)
        pipeline.accepted(20)
        pipeline.committed_to_the_end(topic)

        def delivered() -> float:
            return service.metric(PREFIX + "events_total", topic=topic, event_type="search", outcome="delivered")

        eventually(lambda: delivered() == 20, 10, "all events to be counted")
        eventually(lambda: service.metric(PREFIX + "consumer_lag", topic=topic) == 0, 20, "no lag to be shown")
        assert service.metric(PREFIX + "events_consumed_total", topic=topic) == 20
        assert service.metric(PREFIX + "http_requests_total", status="202") == 20
        assert service.metric(PREFIX + "http_request_duration_seconds_count") == 20
        assert service.metric(PREFIX + "event_age_seconds_count", stage="consumed") == 20
        assert service.metric(PREFIX + "event_age_seconds_count", stage="delivered") == 20
        assert service.metric(PREFIX + "http_in_flight") == 0
        assert service.metric(PREFIX + "dead_letters_total") == 0
        assert service.metric(PREFIX + "circuit_open") == 0
        assert service.metric(PREFIX + "build_info") == 1
        assert service.probe("/healthz").json()["status"] == "ok"
        assert service.probe("/readyz").json()["status"] == "ready"


def test_nothing_secret_and_no_customer_is_logged(pipeline: Pipeline) -> None:
    """At the most talkative level, with a record that cannot be mapped and one that Bluecore refuses."""
    topic = pipeline.broker.topic(1)
    with pipeline.service([{"topic": topic, "event": "purchase"}], telemetry={"log_level": "debug"}) as service:
        service.wait_ready()
        pipeline.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id={JANE: (422,)})))
        pipeline.produce(topic, "purchase", ["not-an-email", JANE])
        pipeline.committed_to_the_end(topic)
        assert service.terminate() == 0

        written = service.stdout.read_text() + service.stderr.read_text()

    assert "stopped" in written
    assert not [secret for secret in (NAMESPACE, "test-api-key", JANE, "not-an-email") if secret in written]


@pytest.mark.parametrize(
    ("broker", "protocol"), [("embedded", "consumer"), ("apache", "classic")], indirect=["broker"]
)
def test_a_topic_of_a_pattern_that_appears_later_is_found(pipeline: Pipeline, protocol: str) -> None:
    """The shop adds a topic, and nobody touches the service; with either group protocol."""
    prefix = f"shop-{uuid.uuid4().hex[:8]}"
    first, later = f"{prefix}.first", f"{prefix}.later"
    options = {"group.protocol": protocol, "topic.metadata.refresh.interval.ms": 500}
    pipeline.broker.create(first, 1)
    routes = [{"topic_pattern": rf"^{prefix}\..*", "event": "search"}]
    with pipeline.service(routes, options) as service:
        service.wait_ready()
        pipeline.produce(first, "search", [JANE])
        pipeline.accepted(1)

        pipeline.broker.create(later, 1)
        pipeline.produce(later, "search", [JANE])

        pipeline.accepted(2)


def test_lost_offsets_end_the_service_with_a_sentence(pipeline: Pipeline) -> None:
    """With `auto.offset.reset: error`, records deleted before they were read are for people to decide upon."""
    topic = pipeline.broker.topic(1)
    pipeline.produce(topic, "search", [JANE])
    with Consumer({"bootstrap.servers": pipeline.broker.bootstrap, "group.id": pipeline.group}) as consumer:
        consumer.commit(offsets=[TopicPartition(topic, 0, 999)], asynchronous=False)

    options = {**pipeline.broker.options, "auto.offset.reset": "error"}
    with pipeline.service([{"topic": topic, "event": "search"}], options) as service:
        exit_code = service.wait(60)

        errors = [line["event"] for line in service.logs("error")]

    assert exit_code == 1
    assert "offset 999 is out of range" in errors[-1]
    assert "Traceback" not in service.stderr.read_text()


class NeverAnswering(Accepting):
    """A client whose requests stay out."""

    def wait(self, _: float) -> list[tuple[int, Answer]]:
        return []


class Asked(Backlog):
    """A source that notes when it is asked, and for how many records."""

    def __init__(self, listener: Service, records: Sequence[Record], clock: StandingClock) -> None:
        super().__init__(listener, records)
        self.listener = listener
        self.clock = clock
        self.asked: list[tuple[float, int]] = []

    def poll(self, most: int, seconds: float) -> list[Record]:
        self.asked.append((self.clock.time, most))
        return super().poll(most, seconds)


class StandingClock:
    def __init__(self) -> None:
        self.time = time.time()

    def now(self) -> float:
        return self.time


@pytest.fixture
def asked() -> Asked:
    """The source of a service whose requests are all out, and which has a round of records ready."""
    clock, sources = StandingClock(), []

    def source(listener: Service) -> Asked:
        sources.append(Asked(listener, backlog(1000), clock))
        return sources[0]

    service = offline(source, NeverAnswering(), clock, max_in_flight=16)
    service.step()
    service.step()
    sources[0].asked.clear()
    return sources[0]


def test_kafka_is_asked_by_the_round_and_at_least_every_50_ms(asked: Asked) -> None:
    """Its client calls back from within a poll only, so that it is asked though nothing more is of use yet."""
    for _ in range(100):
        asked.clock.time += 0.004
        asked.listener.step()

    times = [at for at, _ in asked.asked]
    assert 6 <= len(times) <= 8, "in 0.4 s"
    assert all(0.05 <= later - earlier <= 0.06 for earlier, later in pairwise(times))


def test_what_was_fetched_of_a_paused_topic_before_its_pause_is_not_mapped(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would claim links that the records after it then go without."""
    mapped: list[Record] = []
    monkeypatch.setattr(Translator, "translate", lambda _self, record, _now: mapped.append(record))
    service = offline(
        lambda listener: Backlog(listener, backlog(100)), Accepting(), StandingClock(), is_paused=lambda _: True
    )

    service.step()

    assert mapped == []


def test_a_commits_outcome_is_not_waited_for_that_long(asked: Asked) -> None:
    """No other commit goes out before it."""
    asked.listener.step()
    assert not asked.asked

    asked.committing = True
    asked.listener.step()
    assert len(asked.asked) == 1


class Looked(Accepting):
    """A client that notes how long it is waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, seconds: float) -> list[tuple[int, Answer]]:
        self.waits.append(seconds)
        return super().wait(seconds)


def test_while_nothing_is_in_flight_the_connections_are_looked_at_and_not_waited_for() -> None:
    """What Bluecore has closed meanwhile is closed here, and new records do not wait for it."""
    client = Looked()
    service = offline(lambda listener: Backlog(listener, []), client, StandingClock())

    service.step()
    service.step()

    assert client.waits == [0, 0]
