"""A record that fails while others pass: the retry topic, redeliveries after their waits, and the end of them."""

from __future__ import annotations

from typing import Any

from consumer.sandbox.faults import FaultPlan, Scripts
from consumer.sandbox.received import Received
from tests.support.brokers import Message
from tests.support.pipeline import PREFIX, Pipeline, headers_of
from tests.support.processes import ServiceProcess
from tests.support.waiting import eventually

ATTEMPTS = 3
DELAYS = [0.5, 1]
SETTINGS: dict[str, dict[str, Any]] = {
    "delivery": {"retry": {"attempts": ATTEMPTS, "initial_seconds": 0.05, "max_seconds": 0.2}},
    "dead_letters": {"delays_seconds": DELAYS},
}
LUCKY, UNLUCKY, HOPELESS = "lucky@example.com", "unlucky@example.com", "hopeless@example.com"


def requests_of(pipeline: Pipeline, email: str) -> list[Received]:
    return pipeline.sandbox.events(distinct_id=email)


def outcomes(service: ServiceProcess, topic: str) -> dict[str, float]:
    """By outcome, how many events of the topic have been counted so far."""
    samples = service.metrics().get(PREFIX + "events_total", [])
    return {
        sample.labels["outcome"]: sample.value
        for sample in samples
        if sample.labels["topic"] == topic and sample.value
    }


def test_a_record_that_fails_again_and_again_is_redelivered_later(pipeline: Pipeline) -> None:
    """500 for every attempt: to the retry topic; once more after the wait: delivered, under one idempotency key."""
    topic = pipeline.broker.topic(1)
    pipeline.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id={UNLUCKY: (500,) * (ATTEMPTS + 1)})))
    with pipeline.service([{"topic": topic, "event": "search"}], **SETTINGS) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", [LUCKY, UNLUCKY, LUCKY])
        pipeline.accepted(3)
        pipeline.committed_to_the_end(topic)
        pipeline.committed_to_the_end(pipeline.retry_topic)

        (retried,) = pipeline.failed(pipeline.retry_topic)
        requests = requests_of(pipeline, UNLUCKY)
        headers = headers_of(retried)
        assert retried.key == UNLUCKY.encode()
        assert headers["__connect.errors.topic"] == topic
        assert headers["__connect.errors.stage"] == "deliver"
        assert headers["bluecore.reason"] == "retries_exhausted"
        assert headers["bluecore.status"] == "500"
        assert headers["bluecore.attempts"] == str(ATTEMPTS)
        key = ":".join(headers[f"__connect.errors.{part}"] for part in ("topic", "partition", "offset"))
        assert [request.idempotency_key for request in requests] == [key] * (ATTEMPTS + 2)
        assert [request.status for request in requests] == [500] * (ATTEMPTS + 1) + [202]
        not_before = int(headers["bluecore.not-before"])
        assert requests[ATTEMPTS - 1].at_ms + DELAYS[0] * 1000 <= not_before + 1
        assert requests[ATTEMPTS].at_ms >= not_before - 1
        assert pipeline.failed(pipeline.dead_letter_topic) == []
        eventually(lambda: outcomes(service, topic) == {"retry": 1, "delivered": 3}, 10, "each outcome to be counted")


def test_a_record_that_never_passes_ends_as_a_dead_letter(pipeline: Pipeline) -> None:
    """After the last redelivery, others passing all the while; its headers tell the whole story."""
    topic = pipeline.broker.topic(1)
    pipeline.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id={HOPELESS: (500,) * 1000})))
    with pipeline.service([{"topic": topic, "event": "search"}], **SETTINGS) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", [LUCKY, HOPELESS])

        def given_up() -> bool:
            # Only while others pass is a failure the record's own.
            pipeline.produce(topic, "search", [LUCKY])
            return any(pipeline.broker.ends(pipeline.dead_letter_topic).values())

        eventually(given_up, 30, "a dead letter")
        (dead,) = pipeline.failed(pipeline.dead_letter_topic)
        pipeline.committed_to_the_end(topic)
        pipeline.committed_to_the_end(pipeline.retry_topic)

        (retried,) = pipeline.failed(pipeline.retry_topic)
        headers, first = headers_of(dead), headers_of(retried)
        assert (dead.key, dead.value) == (retried.key, retried.value)
        assert headers["bluecore.reason"] == "redeliveries_exhausted"
        assert headers["bluecore.status"] == "500"
        assert headers["bluecore.attempts"] == str(ATTEMPTS * (1 + len(DELAYS)))
        for name in ("topic", "partition", "offset"):
            assert headers[f"__connect.errors.{name}"] == first[f"__connect.errors.{name}"]
        assert headers["bluecore.first-failed-at"] == first["bluecore.first-failed-at"]
        assert "bluecore.not-before" not in headers
        requests = requests_of(pipeline, HOPELESS)
        assert len(requests) == ATTEMPTS * (1 + len(DELAYS))
        assert len({request.idempotency_key for request in requests}) == 1


def test_redelivery_goes_on_after_a_restart(pipeline: Pipeline) -> None:
    """The wait is in the topic, not in the process."""
    topic = pipeline.broker.topic(1)
    pipeline.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id={UNLUCKY: (500,) * ATTEMPTS})))
    routes = [{"topic": topic, "event": "search"}]
    settings = SETTINGS | {"dead_letters": {"delays_seconds": [3]}}
    with pipeline.service(routes, **settings) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", [LUCKY, UNLUCKY])
        pipeline.committed_to_the_end(topic)
        assert service.terminate() == 0
    assert len(requests_of(pipeline, UNLUCKY)) == ATTEMPTS

    with pipeline.service(routes, **settings):
        pipeline.accepted(2)

    (retried,) = pipeline.failed(pipeline.retry_topic)
    assert requests_of(pipeline, UNLUCKY)[-1].at_ms >= int(headers_of(retried)["bluecore.not-before"]) - 1


def test_a_customers_later_events_wait_for_the_redelivery(pipeline: Pipeline) -> None:
    """Profile and consent events of one customer keep their order through the retry topic; others pass meanwhile."""
    topic = pipeline.broker.topic(1)
    pipeline.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id={UNLUCKY: (500,) * ATTEMPTS})))
    names = ["one", "two", "three"]
    with pipeline.service([{"topic": topic, "event": "customer_patch"}], **SETTINGS) as service:
        service.wait_ready()
        pipeline.produce(topic, "customer_patch", [LUCKY])
        patches = [
            pipeline.shop.event("customer_patch", UNLUCKY, customer={"email": UNLUCKY, "first_name": name})
            for name in names
        ]
        pipeline.broker.produce(topic, [Message(b"unlucky", patch) for patch in patches])
        pipeline.produce(topic, "customer_patch", [LUCKY])
        pipeline.accepted(2 + len(names))

        accepted = [
            request.document["properties"]["customer"]["first_name"]
            for request in requests_of(pipeline, UNLUCKY)
            if request.status == 202
        ]
        assert accepted == names
        assert len(pipeline.failed(pipeline.retry_topic)) == len(names)
