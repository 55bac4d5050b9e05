"""Who else is in the group, and whose records are in the retry topic."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from contextlib import closing
from types import SimpleNamespace
from typing import Any, Self

import pytest
import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from consumer.config.model import Config
from consumer.errors import ExpectedError
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
    somebodys = Message(b"jane", b"value", partition=0)
    ours, theirs = parked(topic, group), parked(other, "theirs")
    broker.produce(retries, [ours, theirs, somebodys, theirs, parked(other, None)])
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


class Admin:
    """An admin client that describes a group of two members, one of which reads these topics."""

    def __init__(self, topics: list[str]) -> None:
        self._topics = topics

    def __call__(self, *_: object) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def describe_consumer_groups(self, groups: list[str], **_: float) -> dict[str, Future[Any]]:
        (group,), answer = groups, Future[Any]()
        read = [SimpleNamespace(topic_partitions=[TopicPartition(each, 0) for each in self._topics])]
        answer.set_result(
            SimpleNamespace(
                members=[SimpleNamespace(assignment=each) for each in (*read, SimpleNamespace(topic_partitions=[]))]
            )
        )
        return {group: answer}


def described(monkeypatch: pytest.MonkeyPatch, topics: list[str], **letters: object) -> Neighbours:
    """What is found of a service with two routes whose group reads these topics."""
    routes = [{"topic": topic, "event": "optin"} for topic in ("orders", "carts")]
    settings = {**SOUND, "routes": routes, "dead_letters": {"retry_topic": "parked", **letters}}
    monkeypatch.setattr(module, "AdminClient", Admin(topics))
    monkeypatch.setattr(module, "_parked", lambda _: {("views", "theirs"): 2})
    return neighbours(Config.model_validate(settings))


def test_what_no_route_takes_is_told_of_a_group_but_not_its_retry_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    found = described(monkeypatch, ["orders", "views", "carts", "parked", "clicks", "views"])
    assert found == Neighbours(("clicks", "views"), {("views", "theirs"): 2})


def test_where_nothing_is_retried_nobodys_records_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no retry topic then."""
    assert described(monkeypatch, ["orders"], delays_seconds=[]) == Neighbours((), {})


@pytest.mark.parametrize(
    "error", [KafkaException(KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED)), ExpectedError("no such topic")]
)
def test_brokers_that_do_not_say_are_no_trouble(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Whoever may not describe a group runs all the same, without a warning."""

    def refuse(_: Config) -> Neighbours:
        raise error

    monkeypatch.setattr(module, "neighbours", refuse)
    with structlog.testing.capture_logs() as logs:
        module._tell(Config.model_validate(SOUND))  # noqa: SLF001 - without its thread
    assert [each["log_level"] for each in logs] == ["debug"]


def test_nobody_waits_for_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Brokers that describe no group just now hold up no start, and no end."""
    asked: list[threading.Thread] = []

    def ask(_: Config) -> Neighbours:
        asked.append(threading.current_thread())
        return Neighbours((), {})

    monkeypatch.setattr(module, "neighbours", ask)
    tell_neighbours(Config.model_validate(SOUND))
    eventually(lambda: asked, 60, "the question")
    assert asked[0] is not threading.current_thread()
    assert asked[0].daemon
