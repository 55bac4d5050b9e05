"""Whole services in one consumer group: fenced ones, restarted ones, and where reading begins; on Apache Kafka."""

from __future__ import annotations

import pytest

from tests.support.brokers import Message
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

pytestmark = pytest.mark.parametrize("broker", ["apache"], indirect=True)

STATIC = {"group.instance.id": "shop-0"}
CLASSIC = {"group.protocol": "classic", "session.timeout.ms": 30_000, "heartbeat.interval.ms": 300}


def customers(*names: str) -> list[str]:
    return [f"{name}@example.com" for name in names]


def write(pipeline: Pipeline, topic: str, partition: int, emails: list[str]) -> None:
    values = [(email.encode(), pipeline.shop.event("search", email)) for email in emails]
    pipeline.broker.produce(topic, [Message(key, value, partition=partition) for key, value in values])


@pytest.mark.parametrize("options", [CLASSIC, {}], ids=["classic", "chosen by the service"])
def test_a_fenced_instance_ends_with_a_sentence(pipeline: Pipeline, options: dict[str, str | int]) -> None:
    """Two with one static id: one of them must go, and not stay ready and read nothing; the other delivers."""
    topic = pipeline.broker.topic(2)
    route = [{"topic": topic, "event": "search"}]
    with pipeline.service(route, options | STATIC) as first:
        first.wait_ready()
        if "group.protocol" not in options:
            # The brokers keep the first: the second waits, and is not ready.
            with pipeline.service(route, options | STATIC) as second:
                eventually(lambda: second.logs("warning"), 30, "the second to say that it waits")
                assert "until it is released" in second.logs("warning")[-1]["event"]
                assert second.probe("/readyz").status_code == 503
                assert second.terminate() == 0
            assert first.exit_code is None
            return
        with pipeline.service(route, options | STATIC) as second:
            second.wait_ready()
            assert first.wait(60) == 1
            assert "another process uses the same group.instance.id" in first.logs("error")[-1]["event"]
            pipeline.produce(topic, "search", customers("jane"))
            pipeline.accepted(1)


def test_a_static_member_that_is_restarted_at_once_waits_for_its_id_and_goes_on(pipeline: Pipeline) -> None:
    """As after every quick restart under the new protocol: the group has not given the old process up yet."""
    topic = pipeline.broker.topic(1)
    route = [{"topic": topic, "event": "search"}]
    with pipeline.service(route, STATIC) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", customers("jane"))
        pipeline.accepted(1)
        service.kill()
    pipeline.produce(topic, "search", customers("joe"))

    with pipeline.service(route, STATIC) as service:
        pipeline.accepted(2)
        assert service.exit_code is None


def test_latest_counts_once_on_partitions_without_a_record_too(pipeline: Pipeline) -> None:
    """What is written while the service is stopped is read, whatever the option still says."""
    topic = pipeline.broker.topic(4)
    route = [{"topic": topic, "event": "search"}]
    for partition in range(4):
        write(pipeline, topic, partition, customers(f"before-{partition}"))
    with pipeline.service(route, {"auto.offset.reset": "latest"}) as service:
        service.wait_ready()
        eventually(lambda: len(pipeline.broker.committed(pipeline.group, topic)) == 4, 30, "a commit everywhere")
        write(pipeline, topic, 0, customers("first"))
        pipeline.accepted(1)
        assert service.terminate() == 0
    for partition in range(4):
        write(pipeline, topic, partition, customers(*(f"stopped-{partition}-{number}" for number in range(5))))

    with pipeline.service(route, {"auto.offset.reset": "latest"}) as service:
        pipeline.accepted(21)
        pipeline.committed_to_the_end(topic)
        assert service.terminate() == 0
    assert pipeline.sandbox.counts.accepted == 21


def test_partitions_that_are_added_later_begin_at_their_first_record(pipeline: Pipeline) -> None:
    """Nothing in them can be from before, though the group began with new events only."""
    topic = pipeline.broker.topic(1)
    options = {"auto.offset.reset": "latest", "topic.metadata.refresh.interval.ms": 1000}
    with pipeline.service([{"topic": topic, "event": "search"}], options) as service:
        service.wait_ready()
        pipeline.broker.add_partitions(topic, 3)
        for partition in (1, 2):
            write(pipeline, topic, partition, customers(f"new-{partition}"))
        pipeline.accepted(2)
