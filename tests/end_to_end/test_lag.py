"""The lag is true whatever holds the reading up, and what cannot be read is told."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from consumer.sandbox.faults import FaultPlan, OutagePlan
from tests.support.pipeline import PREFIX, Pipeline
from tests.support.processes import ServiceProcess
from tests.support.waiting import eventually

JANE = "jane@example.com"
# Two rounds of questions, and the loop's look at their answers.
ROUNDS_SECONDS = 30
SMALL = {"max_buffered_records": 5, "breaker": {"failures": 2, "initial_seconds": 0.4, "max_seconds": 0.8}}
DEAF = """
import pathlib, sys
from consumer.kafka.member import GroupMember
from consumer.telemetry import reading

reading.TOLD_AFTER_SECONDS = 5
mark, consume = pathlib.Path(sys.argv.pop(1)), GroupMember.consume

def deaf(self, most, seconds):
    ours = self.ask(lambda consumer: consumer.assignment()) or []
    (self.pause if mark.exists() else self.resume)(ours)
    for each in ours:
        (mark.parent / f"deaf-to-{each.topic}").touch()
    return consume(self, most, seconds)

GroupMember.consume = deaf
from consumer.cli import main
main()
"""
"""The service with a consumer that fetches nothing for as long as a file is there.

It says from when on: the poll that brings a partition may bring the records that it has by then, too.
"""
on_apache = pytest.mark.parametrize("broker", ["apache"], indirect=True)


def lag(service: ServiceProcess, topic: str) -> float:
    return service.metric(PREFIX + "consumer_lag", topic=topic)


def detail(service: ServiceProcess, name: str) -> str:
    details: dict[str, str] = service.probe("/readyz").json()["details"]
    return details.get(name, "")


def produce(pipeline: Pipeline, topic: str, count: int) -> None:
    """So many searches, each of another customer."""
    pipeline.produce(topic, "search", [f"customer-{number}@example.com" for number in range(count)])


def test_the_lag_is_there_together_with_the_partitions(pipeline: Pipeline) -> None:
    """Before the second round of questions, and although nothing can be settled."""
    topic = pipeline.broker.topic(4)
    produce(pipeline, topic, 40)
    pipeline.sandbox.faults.apply(FaultPlan(outage=OutagePlan(seconds=3600)))
    with pipeline.service([{"topic": topic, "event": "search"}], delivery=SMALL) as service:
        service.wait_ready()
        eventually(lambda: service.metric(PREFIX + "assigned_partitions") >= 4, 30, "the partitions")
        eventually(lambda: lag(service, topic) == 40, 2, "the lag")
        shown = [
            sample.labels["partition"]
            for sample in service.metrics()[PREFIX + "consumer_lag"]
            if sample.labels["topic"] == topic
        ]
        assert sorted(shown) == ["0", "1", "2", "3"]


def test_the_lag_moves_while_an_outage_of_bluecore_has_filled_the_memory(pipeline: Pipeline) -> None:
    topic = pipeline.broker.topic(1)
    with pipeline.service([{"topic": topic, "event": "search"}], delivery=SMALL) as service:
        service.wait_ready()
        pipeline.sandbox.faults.apply(FaultPlan(outage=OutagePlan(seconds=3600)))
        produce(pipeline, topic, 20)
        eventually(
            lambda: service.metric(PREFIX + "intake_stopped", cause="circuit_open") == 1, 30, "the memory to be full"
        )
        for behind in (20, 220):
            eventually(lambda: lag(service, topic) == behind, ROUNDS_SECONDS, f"a lag of {behind}")  # noqa: B023 - asked at once
            produce(pipeline, topic, 200)
        assert service.metric(PREFIX + "unread_records", topic=topic) >= 200

        pipeline.sandbox.faults.clear()
        eventually(lambda: lag(service, topic) == 0, 60, "the end of the lag")
        assert pipeline.sandbox.counts.accepted == 420


def lost(service: ServiceProcess, topic: str) -> float:
    return service.metric(PREFIX + "records_lost_total", topic=topic)


def losses(service: ServiceProcess) -> list[dict[str, Any]]:
    """The lines that tell of records that retention took."""
    return [line for line in service.logs("error") if line["event"].startswith("records were gone from Kafka")]


def delete_up_to(pipeline: Pipeline, topic: str, offset: int) -> None:
    """As retention would."""
    with AdminClient({"bootstrap.servers": pipeline.broker.bootstrap}) as admin:
        (deleted,) = admin.delete_records([TopicPartition(topic, 0, offset)]).values()
        deleted.result(timeout=30)


@on_apache
def test_an_open_transaction_is_lag_and_is_told_of(pipeline: Pipeline) -> None:
    topic = pipeline.broker.topic(1)
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready()
        with Producer({"bootstrap.servers": pipeline.broker.bootstrap, "transactional.id": topic}) as producer:
            producer.init_transactions(30)
            producer.begin_transaction()
            producer.produce(topic, pipeline.shop.event("search", JANE), b"jane")
            producer.flush(30)
            produce(pipeline, topic, 50)
            eventually(lambda: lag(service, topic) == 51, ROUNDS_SECONDS, "what is behind the transaction")
            assert service.metric(PREFIX + "unread_records", topic=topic) == 51

            def held() -> float:
                return service.metric(PREFIX + "open_transaction_seconds", topic=topic)

            eventually(lambda: held() > 0, ROUNDS_SECONDS, "the time that it is held")
            assert pipeline.sandbox.counts.total == 0
            producer.commit_transaction(30)
        pipeline.accepted(51)
        eventually(lambda: (lag(service, topic), held()) == (0, 0), ROUNDS_SECONDS, "no lag behind the marker")


@on_apache
def test_who_gets_nothing_while_the_topic_grows_is_not_ready_until_it_reads(pipeline: Pipeline) -> None:
    """Its consumer fetches nothing, and says nothing of it: only the brokers know that records come."""
    topic, mark = pipeline.broker.topic(1), pipeline.folder / "deaf"
    mark.touch()
    deaf = replace(pipeline, command=(sys.executable, "-c", DEAF, str(mark)))
    with deaf.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready()
        eventually((pipeline.folder / f"deaf-to-{topic}").exists, 30, "it to be deaf")

        for count in range(1, 4):
            produce(pipeline, topic, 1)
            eventually(lambda: lag(service, topic) == count, ROUNDS_SECONDS, f"a lag of {count}")  # noqa: B023 - asked at once
        eventually(lambda: not service.ready, ROUNDS_SECONDS, "it to be told of")
        assert "nothing was read for" in service.probe("/readyz").json()["reason"]
        assert service.probe("/healthz").ok
        assert service.metric(PREFIX + "reading_stands_seconds") > 0
        mark.unlink()
        pipeline.accepted(3)
        service.wait_ready(ROUNDS_SECONDS)


@on_apache
def test_what_is_deleted_behind_a_pause_is_counted(pipeline: Pipeline) -> None:
    """With from and to, once; what is left is read."""
    topic = pipeline.broker.topic(1)
    with pipeline.service([{"topic": topic, "event": "search"}], delivery=SMALL) as service:
        service.wait_ready()
        pipeline.sandbox.faults.apply(FaultPlan(outage=OutagePlan(seconds=3600)))
        produce(pipeline, topic, 20)
        eventually(lambda: service.metric(PREFIX + "intake_stopped", cause="circuit_open") == 1, 30, "the pause")
        produce(pipeline, topic, 30)
        delete_up_to(pipeline, topic, 40)
        eventually(lambda: lost(service, topic) > 0, ROUNDS_SECONDS, "the loss")
        (line,) = losses(service)
        assert (line["topic"], line["partition"], line["end"]) == (topic, 0, 40)
        assert line["lost"] == line["end"] - line["start"] == lost(service, topic)

        pipeline.sandbox.faults.clear()
        pipeline.accepted(50 - line["lost"])
        eventually(lambda: lag(service, topic) == 0, ROUNDS_SECONDS, "the end of the lag")
        assert losses(service) == [line], "whoever else finds them gone"


@on_apache
def test_what_is_deleted_while_nobody_reads_is_counted_at_the_start(pipeline: Pipeline) -> None:
    topic = pipeline.broker.topic(1)
    routes = [{"topic": topic, "event": "search"}]
    with pipeline.service(routes) as service:
        service.wait_ready()
        produce(pipeline, topic, 2)
        pipeline.committed_to_the_end(topic)
        assert service.terminate() == 0
    produce(pipeline, topic, 5)
    delete_up_to(pipeline, topic, 4)
    with pipeline.service(routes) as service:
        service.wait_ready()
        pipeline.accepted(5)
        eventually(lambda: lost(service, topic) == 2, ROUNDS_SECONDS, "the loss")
        (line,) = [line for line in losses(service) if line["topic"] == topic]
        assert (line["start"], line["end"], line["lost"]) == (2, 4, 2)


def protocol_options(protocol: str) -> dict[str, str | int]:
    return {"group.protocol": protocol, "topic.metadata.refresh.interval.ms": 500}


def missing_told(service: ServiceProcess, topic: str) -> None:
    """It is in the metrics, in the probes, and one line in the log."""
    eventually(
        lambda: service.metric(PREFIX + "topic_missing", topic=topic) == 1, ROUNDS_SECONDS, "the missing topic"
    )
    assert service.metric(PREFIX + "topic_missing") == 1
    assert detail(service, "topics") == f"not there: {topic}"
    assert [line["topic"] for line in service.logs("error")] == [topic]


def end_told(service: ServiceProcess, topic: str) -> None:
    eventually(lambda: detail(service, "topics") == "ok", ROUNDS_SECONDS, "the topic to be there")
    assert service.metric(PREFIX + "topic_missing") == 0
    assert [line["topic"] for line in service.logs("info") if "is there now" in line["event"]] == [topic]


@on_apache
@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_a_topic_that_is_not_there_is_told_until_it_is(pipeline: Pipeline, protocol: str) -> None:
    """At the start, under either group protocol; the others are read meanwhile, and this one as soon as it is."""
    there = pipeline.broker.topic(1)
    missing = f"{there}.missing"
    routes = [{"topic": topic, "event": "search"} for topic in (there, missing)]
    with pipeline.service(routes, protocol_options(protocol)) as service:
        service.wait_ready()
        missing_told(service, missing)
        pipeline.produce(there, "search", [JANE])
        pipeline.accepted(1)

        pipeline.broker.create(missing, 1)
        pipeline.produce(missing, "search", [JANE])
        pipeline.accepted(2)
        end_told(service, missing)


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
def test_brokers_that_do_not_describe_topics_are_asked_for_a_list(pipeline: Pipeline) -> None:
    there = pipeline.broker.topic(1)
    missing = f"{there}.missing"
    with pipeline.service([{"topic": topic, "event": "search"} for topic in (there, missing)]) as service:
        service.wait_ready()
        missing_told(service, missing)
        pipeline.broker.create(missing, 1)
        end_told(service, missing)


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
@on_apache
def test_a_topic_that_is_deleted_is_told_too(pipeline: Pipeline, protocol: str) -> None:
    kept, deleted = pipeline.broker.topic(1), pipeline.broker.topic(1)
    routes = [{"topic": topic, "event": "search"} for topic in (kept, deleted)]
    with pipeline.service(routes, protocol_options(protocol)) as service:
        service.wait_ready()
        eventually(lambda: service.metric(PREFIX + "assigned_partitions") >= 2, 30, "the partitions")
        with AdminClient({"bootstrap.servers": pipeline.broker.bootstrap}) as admin:
            admin.delete_topics([deleted])[deleted].result(timeout=30)
        missing_told(service, deleted)
        pipeline.produce(kept, "search", [JANE])
        pipeline.accepted(1)
        missing_told(service, deleted)
