"""What a record has beside its value decides what it becomes, also once it has been through the retry topic."""

from __future__ import annotations

from typing import Any

from consumer.sandbox.faults import FaultPlan, Scripts
from tests.support.brokers import Message
from tests.support.pipeline import Pipeline, headers_of

SETTINGS: dict[str, dict[str, Any]] = {
    "delivery": {"retry": {"attempts": 2, "initial_seconds": 0.05, "max_seconds": 0.2}},
    "dead_letters": {"delays_seconds": [0.5]},
}
DELETED, SEARCHING = "deleted@example.com", "searching@example.com"


def test_a_tombstone_and_a_header_are_events_and_stay_so_through_the_retry_topic(pipeline: Pipeline) -> None:
    """The unsubscribe of a deleted account fails at first: its key is all that says whose it is."""
    topic = pipeline.broker.topic(1)
    routes: list[dict[str, Any]] = [
        {
            "topic": topic,
            "event": {
                "path": "_kafka.headers.kind",
                "values": {"SEARCH": "search"},
                "default": "skip",
                "ignore_case": True,
            },
            "fields": {"email": "lower(_kafka.key)", "client": "_kafka.topic"},
        },
        {
            "topic": topic,
            "records": "tombstones",
            "event": "unsubscribe",
            "fields": {"email": "lower(_kafka.key)"},
            "attributes": {"deleted_by": "_kafka.headers.by"},
        },
    ]
    pipeline.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id={DELETED: (500, 500)})))
    with pipeline.service(routes, **SETTINGS) as service:
        service.wait_ready()
        value = pipeline.shop.event("search", "other@example.com")
        pipeline.broker.produce(
            topic,
            [
                Message(b"DELETED@example.com", None, (("by", b"old"), ("by", b"support"))),
                Message(b"Searching@example.com", value, (("kind", b"search"),)),
                Message(b"skipped@example.com", value, (("kind", b"view"),)),
            ],
        )
        pipeline.accepted(2)
        pipeline.committed_to_the_end(topic)
        pipeline.committed_to_the_end(pipeline.retry_topic)

        (search,) = pipeline.sandbox.events(distinct_id=SEARCHING)
        assert search.document["properties"]["client"] == topic
        *_, unsubscribe = pipeline.sandbox.events(distinct_id=DELETED)
        assert unsubscribe.event == "unsubscribe"
        assert unsubscribe.document["properties"]["customer"] == {"email": DELETED, "deleted_by": "support"}
        (retried,) = pipeline.failed(pipeline.retry_topic)
        assert (retried.key, retried.value) == (b"DELETED@example.com", None)
        assert headers_of(retried)["bluecore.reason"] == "retries_exhausted"
        assert pipeline.failed(pipeline.dead_letter_topic) == []
