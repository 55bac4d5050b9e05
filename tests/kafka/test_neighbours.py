"""Who else is in the group, and whose records are in the retry topic."""

from __future__ import annotations

from contextlib import closing

import pytest
import structlog
from confluent_kafka import Consumer, KafkaException, TopicPartition

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


def test_what_the_group_has_dealt_with_is_nobodys(broker: Broker) -> None:
    """It is still in the topic, from before a route or a release was taken away."""
    topic, other, retries, group = broker.topic(1), broker.topic(1), broker.topic(1), broker.group()
    broker.produce(retries, [parked(other, "theirs")] * 3)
    config = config_of(broker, topic, retries, group)
    options = {"bootstrap.servers": broker.bootstrap, "group.id": group, **broker.options}
    with closing(Consumer(options)) as member:
        member.commit(offsets=[TopicPartition(retries, 0, 2)], asynchronous=False)

    assert module._parked(config) == {(other, "theirs"): 1}  # noqa: SLF001 - as above


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (Neighbours(("carts",), {}), {"topics": ["carts"]}),
        (Neighbours((), {("views", "theirs"): 2, ("carts", None): 1}), {"origins": ["carts", "views"]}),
        (Neighbours((), {}), None),
    ],
)
def test_what_is_not_ours_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, found: Neighbours, told: dict[str, object] | None
) -> None:
    monkeypatch.setattr(module, "neighbours", lambda _: found)
    with structlog.testing.capture_logs() as logs:
        module._tell(Config.model_validate(SOUND))  # noqa: SLF001 - without its thread

    assert [{name: each[name] for name in told or {}} for each in logs] == ([told] if told else [])


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
