"""Zeotap, Rate Limits: Bluecore publishes none, so the service finds out what it bears."""

from __future__ import annotations

import time
from typing import Final

from consumer.sandbox.faults import FaultPlan, RateLimitPlan
from tests.mapping.zeotap.account import embedded
from tests.mapping.zeotap.promises import shows
from tests.support.pipeline import Pipeline

LIMIT: Final = 20
EMAILS: Final = [f"customer-{number}@example.com" for number in range(2 * LIMIT)]


@embedded
@shows("Zeotap sends events individually with automatic retry and backoff to avoid overwhelming the API.")
def test_a_limit_that_nobody_has_told_is_kept(pipeline: Pipeline) -> None:
    """All events arrive, each once; the requests beyond the limit are fewer than those within it."""
    topic = pipeline.broker.topic()
    pipeline.sandbox.faults.apply(FaultPlan(rate_limit=RateLimitPlan(per_second=LIMIT, per_minute=0)))
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", EMAILS)
        pipeline.accepted(len(EMAILS))
        pipeline.committed_to_the_end(topic)
    assert sorted(each.distinct_id for each in pipeline.sandbox.events(outcome="accepted")) == sorted(EMAILS)
    assert pipeline.sandbox.counts.by_status.get("429", 0) < len(EMAILS)
    assert pipeline.failed(pipeline.dead_letter_topic) == []


@embedded
@shows("Reducing the frequency of your sync schedule", "Breaking large syncs into smaller batches")
def test_a_limit_that_is_configured_spreads_the_events_over_time(pipeline: Pipeline) -> None:
    """`delivery.rate_limit_per_second` takes the place of a schedule."""
    topic, rate = pipeline.broker.topic(), 20
    with pipeline.service([{"topic": topic, "event": "search"}], delivery={"rate_limit_per_second": rate}) as service:
        service.wait_ready()
        began = time.monotonic()
        pipeline.produce(topic, "search", EMAILS)
        pipeline.accepted(len(EMAILS))
        seconds = time.monotonic() - began
    assert seconds >= (len(EMAILS) - 1) / rate
