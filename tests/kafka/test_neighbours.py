"""Who else is in the group, and whose records are in the retry topic."""

from __future__ import annotations

from contextlib import closing

import pytest
import structlog
from confluent_kafka import Consumer, KafkaException

from consumer.config.model import Config
from consumer.kafka import neighbours as module
from consumer.kafka.headers import failure_headers
from consumer.kafka.neighbours import Neighbours, neighbours, tell_neighbours
from consumer.records import Failure, Outcome, Partition, Reason, Record, Stage
from tests.support.brokers import Broker, Message
from tests.support.configs import SOUND
from tests.support.waiting import eventually

FAILURE = Failure(Outcome.RETRY, Reason.RETRIES_EXHAUSTED, Stage.DELIVER, "500", attempts=4)


def config_of(broker: Broker, topic: str, retries: str, group: str) -> Config:
    kafka = {"bootstrap_servers": broker.bootstrap, "group_id": group}
    letters = {"retry_topic": retries, "dead_letter_topic": f"{retries}.dead"}
    route = {"topic": topic, "event": "optin"}
    return Config.model_validate({**SOUND, "kafka": kafka, "dead_letters": letters, "routes": [route]})


def parked(topic: str, group: str | None) -> Message:
    record = Record(Partition(topic, 0), 1, b"jane", b"value")
    headers = failure_headers(record, FAILURE, group=group)
    return Message(b"jane", b"value", tuple((name, str(value).encode()) for name, value in headers), partition=0)


def test_records_of_the_retry_topic_that_no_route_takes_are_counted(broker: Broker) -> None:
    topic, other, retries, group = broker.topic(1), broker.topic(1), broker.topic(1), broker.group()
    broker.produce(
        retries, [parked(topic, group), parked(other, "theirs"), parked(other, "theirs"), parked(other, None)]
    )
    config = config_of(broker, topic, retries, group)
    assert module._parked(config) == {(other, "theirs"): 2, (other, None): 1}  # noqa: SLF001 - of an embedded broker the rest cannot be asked


def test_members_of_the_group_that_read_other_topics_are_told(broker: Broker) -> None:
    topic, other, retries, group = broker.topic(1), broker.topic(1), broker.topic(1), broker.group()
    config = config_of(broker, topic, retries, group)
    options = {"bootstrap.servers": broker.bootstrap, "group.id": group, **broker.options}
    with closing(Consumer(options)) as member:
        member.subscribe([topic, other, retries])
        eventually(
            lambda: (member.poll(0.1), {each.topic for each in member.assignment()} == {topic, other, retries})[1],
            60,
            "the assignment",
        )
        try:
            found = neighbours(config)
        except KafkaException as error:
            pytest.skip(f"this broker describes no group: {error}")
        assert found == Neighbours((other,), {})
        with structlog.testing.capture_logs() as logs:
            tell_neighbours(config)
            eventually(lambda: logs, 30, "the warning")
    assert logs[0]["topics"] == [other]
    assert "members of the group read topics that no route takes" in logs[0]["event"]
