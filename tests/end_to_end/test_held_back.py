"""What the configuration holds back on purpose is told, and nothing of it is lost."""

from __future__ import annotations

from tests.support.pipeline import PREFIX, Pipeline
from tests.support.waiting import eventually

ROUNDS_SECONDS = 30


def test_a_paused_topic_is_not_read_and_goes_on_where_it_stood(pipeline: Pipeline) -> None:
    """Its lag is told meanwhile, the other topics flow, and the instance is ready."""
    paused, other = pipeline.broker.topic(2), pipeline.broker.topic(1)
    routes = [{"topic": paused, "event": "search"}, {"topic": other, "event": "search"}]
    emails = [f"customer-{number}@example.com" for number in range(10)]
    pipeline.produce(paused, "search", emails)
    with pipeline.service(routes) as service:
        pipeline.committed_to_the_end(paused)
        assert service.terminate() == 0
    stood = pipeline.broker.committed(pipeline.group, paused)

    with pipeline.service([routes[0] | {"paused": True}, routes[1]]) as service:
        service.wait_ready()
        pipeline.produce(paused, "search", emails)
        pipeline.produce(other, "search", ["jane@example.com"])
        pipeline.committed_to_the_end(other)
        eventually(
            lambda: service.metric(PREFIX + "consumer_lag", topic=paused) == 10, ROUNDS_SECONDS, "the paused lag"
        )
        assert pipeline.sandbox.counts.accepted == 11
        assert service.metric(PREFIX + "topic_paused", topic=paused) == 1
        assert service.metric(PREFIX + "topic_paused", topic=other) == 0
        assert service.probe("/readyz").json()["details"]["paused"] == paused
        assert [line["topics"] for line in service.logs("warning") if "paused" in line["event"]] == [[paused]]
        assert service.terminate() == 0
    assert pipeline.broker.committed(pipeline.group, paused) == stood

    with pipeline.service(routes) as service:
        pipeline.accepted(21)
        pipeline.committed_to_the_end(paused)
        assert pipeline.sandbox.counts.accepted == 21
        assert service.metric(PREFIX + "topic_paused", topic=paused) == 0
        assert service.terminate() == 0
