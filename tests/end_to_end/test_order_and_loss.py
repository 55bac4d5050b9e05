"""Nothing lost, each customer's events in order, through orderly ends and disorderly ones."""

from __future__ import annotations

import itertools
import signal
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from consumer.delivery.offset_map import decode
from consumer.sandbox.faults import FaultPlan
from consumer.sandbox.latencies import FixedLatency
from tests.support.brokers import Message
from tests.support.pipeline import Pipeline, headers_of
from tests.support.waiting import eventually

IN_FLIGHT = 16
LATENCY = 0.02
TOO_SMALL = 200
"""Bytes: no dead letter goes into a topic with this limit."""
KILLED_SOON_NOTICED = {"session.timeout.ms": 4000, "heartbeat.interval.ms": 200}


@pytest.fixture
def nohup() -> Iterator[None]:
    """What is started meanwhile ignores SIGHUP, as with the command of this name."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def no_nohup() -> Iterator[None]:
    """What is started meanwhile hears SIGHUP, however the tests were started."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def numbered(pipeline: Pipeline, customers: int, count: int) -> list[Message]:
    """Searches of so many customers in turn; each search term is the customer's own count."""
    messages = []
    for number in range(count):
        email = f"customer-{number % customers}@example.com"
        value = pipeline.shop.event("search", email, search_term=str(number // customers))
        messages.append(Message(email.encode(), value))
    return messages


def arrived(pipeline: Pipeline) -> dict[str, list[int]]:
    """By customer, the numbers accepted, in the order of arrival; what came twice counts once."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for event in pipeline.sandbox.events(outcome="accepted"):
        if not event.duplicate:
            numbers[event.distinct_id].append(int(event.document["properties"]["search_term"]))
    return numbers


def assert_all_in_order(pipeline: Pipeline, customers: int, count: int) -> None:
    found = arrived(pipeline)
    assert len(found) == customers
    for numbers in found.values():
        assert numbers == list(range(count // customers))


@pytest.mark.parametrize(("broker", "count"), [("embedded", 4_000), ("apache", 20_000)], indirect=["broker"])
def test_many_events_through_a_stop_in_the_middle(pipeline: Pipeline, count: int) -> None:
    """SIGTERM: what is in flight is finished and committed, exit 0; the second start sends nothing again."""
    customers = 500
    topic = pipeline.broker.topic(8)
    routes = [{"topic": topic, "event": "search"}]
    pipeline.broker.produce(topic, numbered(pipeline, customers, count))
    with pipeline.service(routes) as service:
        service.wait_ready()
        pipeline.accepted(count // 2)
        assert service.terminate() == 0
    first = pipeline.sandbox.counts
    with pipeline.service(routes) as service:
        service.wait_ready()
        pipeline.accepted(count, 120)
        pipeline.committed_to_the_end(topic)
        assert service.terminate() == 0

    assert count // 2 <= first.accepted < count
    assert pipeline.sandbox.counts.total == pipeline.sandbox.counts.accepted == count
    assert pipeline.sandbox.counts.duplicates == 0
    assert_all_in_order(pipeline, customers, count)


@pytest.mark.usefixtures("no_nohup")
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stop_waits_for_the_answers_that_are_due(pipeline: Pipeline, sign: signal.Signals) -> None:
    """Slow answers are no reason to send an event twice: the drain outlasts them, and takes nothing new."""
    topic = pipeline.broker.topic(4)
    pipeline.sandbox.faults.apply(FaultPlan(latency=FixedLatency(kind="fixed", seconds=1)))
    routes = [{"topic": topic, "event": "search"}]
    delivery = {"max_in_flight": IN_FLIGHT}
    pipeline.broker.produce(topic, numbered(pipeline, 100, 200))
    with pipeline.service(routes, delivery=delivery, bluecore={"timeout_seconds": 10}) as service:
        eventually(lambda: pipeline.sandbox.counts.total, 30, "the first request")
        assert service.terminate(sign=sign) == 0
    stopped = pipeline.sandbox.counts.total
    pipeline.sandbox.faults.clear()
    with pipeline.service(routes, delivery=delivery):
        pipeline.accepted(200)
        pipeline.committed_to_the_end(topic)

    assert stopped < 200
    assert pipeline.sandbox.counts.total == 200
    assert_all_in_order(pipeline, 100, 200)


@pytest.mark.usefixtures("nohup")
def test_under_nohup_the_end_of_the_session_does_not_stop_it(pipeline: Pipeline) -> None:
    """A service that was started to ignore SIGHUP goes on, and drains at SIGTERM."""
    topic = pipeline.broker.topic(1)
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready()
        service.send(signal.SIGHUP)
        pipeline.produce(topic, "search", ["customer@example.com"])
        pipeline.accepted(1)
        assert service.terminate() == 0


def test_a_killed_service_repeats_no_more_than_its_last_commit_missed(pipeline: Pipeline) -> None:
    """kill -9: all arrive; twice only what was in flight or settled after the last commit."""
    customers, count = 100, 2_000
    topic = pipeline.broker.topic(4)
    pipeline.sandbox.faults.apply(FaultPlan(latency=FixedLatency(kind="fixed", seconds=LATENCY)))
    routes = [{"topic": topic, "event": "search"}]
    delivery: dict[str, Any] = {"max_in_flight": IN_FLIGHT, "commit_interval_seconds": 0.1}
    pipeline.broker.produce(topic, numbered(pipeline, customers, count))
    with pipeline.service(routes, KILLED_SOON_NOTICED, delivery=delivery) as service:
        service.wait_ready()
        pipeline.accepted(count // 2)
        service.kill()
    accepted, settled = pipeline.sandbox.counts.accepted, committed_keys(pipeline, topic)
    with pipeline.service(routes, KILLED_SOON_NOTICED, delivery=delivery) as service:
        service.wait_ready()
        pipeline.committed_to_the_end(topic, 120)

    repeated = {event.idempotency_key for event in pipeline.sandbox.events() if event.duplicate}
    assert accepted < count
    assert settled
    assert not repeated & settled
    # The interval, as much again for the commit's own round trip, and what was in flight.
    assert (
        pipeline.sandbox.counts.duplicates
        <= IN_FLIGHT + 2 * IN_FLIGHT * delivery["commit_interval_seconds"] / LATENCY
    )
    assert_all_in_order(pipeline, customers, count)


def committed_keys(pipeline: Pipeline, topic: str) -> set[str]:
    """The idempotency keys of what the group's commits say is settled, by offset or by the map beyond it."""
    keys = set()
    for number, commit in pipeline.broker.committed(pipeline.group, topic).items():
        beyond = decode(commit.offset, commit.metadata)
        settled: Iterable[int] = itertools.chain(range(commit.offset), *(range(*each) for each in beyond))
        keys |= {f"{topic}:{number}:{offset}" for offset in settled}
    return keys


def commit(pipeline: Pipeline, topic: str) -> tuple[int, list[tuple[int, int]]] | None:
    """The offset committed for partition 0, and the offsets settled beyond it."""
    found = pipeline.broker.committed(pipeline.group, topic).get(0)
    return found and (found.offset, list(decode(found.offset, found.metadata)))


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_a_dead_letter_that_cannot_be_written_is_not_passed_over(pipeline: Pipeline) -> None:
    """The others go on, the commit stays before it, the log is loud; once the topic takes it, so does the commit."""
    topic = pipeline.broker.topic(1)
    pipeline.broker.create(pipeline.dead_letter_topic, 1)
    pipeline.broker.limit(pipeline.dead_letter_topic, TOO_SMALL)
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", ["first@example.com", "no-address", "last@example.com"])
        pipeline.accepted(2)
        eventually(
            lambda: service.metric("bluecore_consumer_dead_letter_produce_failures_total"), 30, "a failed write"
        )
        eventually(
            lambda: commit(pipeline, topic) == (1, [(2, 3)]),
            30,
            "a commit before the record, with the one after it",
        )

        assert any("could not be written" in line["event"] for line in service.logs("error"))
        assert pipeline.failed(pipeline.dead_letter_topic) == []

        pipeline.broker.limit(pipeline.dead_letter_topic, 1 << 20)
        pipeline.committed_to_the_end(topic, 60)
        (dead,) = pipeline.failed(pipeline.dead_letter_topic)
        assert headers_of(dead)["bluecore.reason"] == "invalid_field"


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_a_dead_letter_that_cannot_be_written_is_left_to_the_next_start(pipeline: Pipeline) -> None:
    """It does not hold up a stop either; what was delivered beyond it is not sent again."""
    topic = pipeline.broker.topic(1)
    routes = [{"topic": topic, "event": "search"}]
    pipeline.broker.create(pipeline.dead_letter_topic, 1)
    pipeline.broker.limit(pipeline.dead_letter_topic, TOO_SMALL)
    with pipeline.service(routes) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", ["first@example.com", "no-address", "last@example.com"])
        pipeline.accepted(2)
        assert service.terminate() == 0
    assert commit(pipeline, topic) == (1, [(2, 3)])

    pipeline.broker.limit(pipeline.dead_letter_topic, 1 << 20)
    with pipeline.service(routes):
        pipeline.committed_to_the_end(topic)
    (dead,) = pipeline.failed(pipeline.dead_letter_topic)
    assert dead.key == b"no-address"
    assert pipeline.sandbox.counts.total == 2
