"""What the shop writes follows from the plan, and numbers each customer's events."""

from __future__ import annotations

from collections import defaultdict

from tests.chaos.plan import make_plan
from tests.chaos.producer import PROFILES, TOPICS, events

PLAN = make_plan(1, events=10_000, instances=3, seconds=60)


def test_each_customers_events_are_numbered_in_each_topic() -> None:
    """The numbers are what order is judged by: from 0 on, without a gap."""
    numbers: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for event in events(PLAN):
        numbers[event.topic, event.customer].append(event.sequence)

    assert len({customer for _, customer in numbers}) == PLAN.customers
    for found in numbers.values():
        assert found == list(range(len(found)))


def test_all_types_are_written_and_a_few_are_broken() -> None:
    """Those whose order matters for good have a topic of their own; both ways to be broken occur."""
    written = list(events(PLAN))

    assert {(event.topic, event.kind) for event in written} == {
        (topic, kind) for topic, kinds in TOPICS.items() for kind in kinds
    }
    assert {event.ordered for event in written if event.topic == PROFILES} == {True}
    assert {event.broken for event in written} == {"", "no Avro", "no e-mail"}
    assert sum(bool(event.broken) for event in written) < len(written) / 100
