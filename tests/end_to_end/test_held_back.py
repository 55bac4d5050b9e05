"""What the configuration holds back on purpose is told, and nothing of it is lost."""

from __future__ import annotations

from typing import Any

from consumer.sandbox.faults import FaultPlan, Scripts
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


def test_on_the_first_day_only_the_staff_gets_events(pipeline: Pipeline) -> None:
    """All others are settled as skipped, those in the retry topic too, and none of them is a dead letter."""
    topic = pipeline.broker.topic(2)
    route = {"topic": topic, "event": "search"}
    with pipeline.service([route], dead_letters={"delays_seconds": [20]}) as service:
        service.wait_ready()
        pipeline.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id={"bob@example.com": (500,) * 3})))
        pipeline.produce(topic, "search", ["bob@example.com", "passer-by@example.com", "another@example.com"])
        pipeline.failed(pipeline.retry_topic, 1)
        pipeline.accepted(2)
        assert service.terminate() == 0

    staff = {"only_emails": ["retailer.example"]}
    with pipeline.service([route], bluecore=staff) as service:
        service.wait_ready()
        others = [f"customer-{number}@example.com" for number in range(9)]
        pipeline.produce(topic, "search", ["Ann@Retailer.example", *others])
        pipeline.committed_to_the_end(topic)
        pipeline.committed_to_the_end(pipeline.retry_topic)
        eventually(lambda: service.metric(PREFIX + "events_withheld_total") == 10, 10, "the count")
        assert service.metric(PREFIX + "events_total", topic=topic, outcome="skipped") == 10
        assert service.probe("/readyz").json()["details"]["only_emails"] == "1 listed, all others are skipped"
        assert any("all others are skipped" in line["event"] for line in service.logs("warning"))
        assert service.terminate() == 0
    assert pipeline.sandbox.counts.accepted == 3
    assert pipeline.failed(pipeline.dead_letter_topic) == []


def test_a_slower_route_slows_nobody_else(pipeline: Pipeline) -> None:
    """Its 30 events take more than 2 seconds at 10 a second; the others' 200 do not wait for them."""
    slow, other = pipeline.broker.topic(1), pipeline.broker.topic(2)
    pipeline.produce(slow, "customer_patch", [f"slow-{number}@example.com" for number in range(30)])
    pipeline.produce(other, "search", [f"quick-{number}@example.com" for number in range(200)])
    routes: list[dict[str, Any]] = [
        {"topic": slow, "event": "customer_patch", "rate_limit_per_second": 10},
        {"topic": other, "event": "search"},
    ]
    with pipeline.service(routes) as service:
        pipeline.committed_to_the_end(other)
        pipeline.committed_to_the_end(slow)
        assert service.terminate() == 0
    events = [(each.at_ms / 1000, each.event) for each in pipeline.sandbox.events()]
    patches = sorted(at for at, event in events if event == "customer_patch")
    searches = sorted(at for at, event in events if event == "search")
    assert (len(patches), len(searches)) == (30, 200)
    assert patches[-1] - patches[0] >= 2.8
    assert searches[-1] < patches[-1]
    assert all(later - first >= 0.9 for first, later in zip(patches, patches[10:], strict=False))
