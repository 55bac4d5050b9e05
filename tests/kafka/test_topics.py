"""The topics that the service writes to are there before it reads, or it says what to do."""

from __future__ import annotations

import time
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any, Self

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer

from consumer.config.model import KafkaConfig
from consumer.kafka.topics import TopicsMissing, delete_topics, ensure_topics
from tests.kafka.support import config
from tests.support.brokers import Broker, Message
from tests.support.waiting import eventually


def topics(broker: Broker) -> set[str]:
    with Producer({"bootstrap.servers": broker.bootstrap}) as client:
        return set(client.list_topics(timeout=10).topics)


def partitions(broker: Broker, *names: str) -> dict[str, int]:
    with Producer({"bootstrap.servers": broker.bootstrap}) as client:
        return {name: len(client.list_topics(name, timeout=10).topics[name].partitions) for name in names}


def test_missing_topics_are_created_and_others_left_alone(broker: Broker) -> None:
    """A second call finds everything in place. Each tells how many partitions there are to write to."""
    there, missing = broker.topic(name="there"), f"{broker.group()}.retry"
    broker.produce(there, [Message(None, b"kept")])
    kafka = config(broker).kafka

    created = ensure_topics(kafka, [there, missing])
    eventually(lambda: missing in topics(broker), 10, "the new topic")
    found = ensure_topics(kafka, [there, missing])

    assert created == found == partitions(broker, there, missing)
    assert [record.value for record in broker.read(there)] == [b"kept"]


def test_a_created_topic_takes_records_larger_than_the_brokers_default(broker: Broker) -> None:
    """The source topics' limit may be higher, and their records must find room."""
    topic = f"{broker.group()}.dead-letter"
    ensure_topics(config(broker).kafka, [topic])

    broker.produce(topic, [Message(None, bytes(range(256)) * (4 << 12))])

    assert len(broker.read(topic)) == 1


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_topics_that_cannot_be_created_are_all_named(broker: Broker) -> None:
    """With the brokers' reason: here, names that differ from others in a dot alone."""
    group = broker.group()
    broker.create(f"{group}_a", 1)
    broker.create(f"{group}_b", 1)

    with pytest.raises(TopicsMissing, match=rf"create them.*{group}\.a: .*collides(.|\n)*{group}\.b: .*collides"):
        ensure_topics(config(broker).kafka, [f"{group}.a", f"{group}.b"])


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_deleted_topics_are_gone(broker: Broker) -> None:
    """One that is not there is no error."""
    topic = broker.topic()

    delete_topics(config(broker).kafka, [topic, f"{broker.group()}.never-there"])

    eventually(lambda: topic not in topics(broker), 10, "the topic to be gone")


class Cluster:
    """Brokers that know these topics, and answer a wish for another with this."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **known: int) -> None:
        self.known = known
        self.answers: dict[str, KafkaError | None] = {}
        self.created: list[Any] = []
        self.deleted: list[str] = []
        self.shows_at = 1
        self._asked = 0
        monkeypatch.setattr("consumer.kafka.topics.Producer", lambda _: self)
        monkeypatch.setattr("consumer.kafka.topics.cluster_metadata", lambda *_: self.list_topics())
        monkeypatch.setattr("consumer.kafka.topics.AdminClient", lambda _: self)
        monkeypatch.setattr("consumer.kafka.topics.TIMEOUT_SECONDS", 0.3)
        self.kafka = KafkaConfig.model_validate({"bootstrap_servers": "kafka:9092", "group_id": "shop"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def list_topics(self, topic: str = "", **_: float) -> Any:
        known = dict(self.known)
        if topic:
            self._asked += any(new.topic == topic for new in self.created)
            known.setdefault(topic, 3 if self._asked >= self.shows_at and self.created else 0)
        return SimpleNamespace(
            topics={name: SimpleNamespace(partitions=dict.fromkeys(range(count))) for name, count in known.items()}
        )

    def create_topics(self, topics: list[Any], **_: float) -> dict[str, Future[None]]:
        self.created += topics
        return {new.topic: self._answer(new.topic) for new in topics}

    def delete_topics(self, topics: list[str], **_: float) -> dict[str, Future[None]]:
        self.deleted += topics
        return {topic: self._answer(topic) for topic in topics}

    def _answer(self, topic: str) -> Future[None]:
        future: Future[None] = Future()
        if topic not in self.answers:
            future.set_result(None)
        elif (error := self.answers[topic]) is not None:
            future.set_exception(KafkaException(error))
        return future


class TestWhatTheBrokersSay:
    def test_what_is_there_is_counted_and_nothing_made(self, monkeypatch: pytest.MonkeyPatch) -> None:
        cluster = Cluster(monkeypatch, retry=4, dead=2)

        assert ensure_topics(cluster.kafka, ["retry", "dead"]) == {"retry": 4, "dead": 2}
        assert cluster.created == []

    def test_what_is_missing_is_made_with_the_brokers_defaults_for_records_of_8_mb(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not every broker knows it at once: it is waited for."""
        cluster = Cluster(monkeypatch, retry=4)
        cluster.shows_at = 2

        assert ensure_topics(cluster.kafka, ["retry", "dead"]) == {"retry": 4, "dead": 3}
        (made,) = cluster.created
        assert (made.topic, made.num_partitions, made.replication_factor) == ("dead", -1, -1)
        assert made.config == {"max.message.bytes": str(8 * 1024 * 1024)}

    def test_one_that_another_instance_made_meanwhile_is_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        cluster = Cluster(monkeypatch)
        cluster.answers = {"dead": KafkaError(KafkaError.TOPIC_ALREADY_EXISTS)}

        assert ensure_topics(cluster.kafka, ["dead"]) == {"dead": 3}

    def test_all_that_cannot_be_made_are_named_with_the_reason(self, monkeypatch: pytest.MonkeyPatch) -> None:
        cluster = Cluster(monkeypatch)
        cluster.answers = {"retry": KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED), "dead": None}

        with pytest.raises(TopicsMissing, match=r"retry: .*authorization failed; dead: the brokers did not answer"):
            ensure_topics(cluster.kafka, ["retry", "dead"])

    def test_one_that_is_made_and_never_shown_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        cluster = Cluster(monkeypatch)
        cluster.shows_at = 1000

        with pytest.raises(TopicsMissing, match="dead was created, but the brokers do not show it"):
            ensure_topics(cluster.kafka, ["dead"])

    def test_one_that_cannot_be_deleted_stays_and_the_others_go(self, monkeypatch: pytest.MonkeyPatch) -> None:
        cluster = Cluster(monkeypatch)
        cluster.answers = {"a": KafkaError(KafkaError.TOPIC_DELETION_DISABLED), "b": None}
        delete_topics(cluster.kafka, ["a", "b", "c"])

        assert cluster.deleted == ["a", "b", "c"]

    def test_they_are_gone_when_it_returns(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As far as a broker that answers in time can tell."""
        cluster = Cluster(monkeypatch)
        cluster.answers = {"a": None}
        began = time.monotonic()
        delete_topics(cluster.kafka, ["a"])

        assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
def test_topics_without_a_limit_of_their_own_are_made_without(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some clusters that are rented know no such setting."""
    asked: list[dict[str, str]] = []

    def created(_: object, missing: list[str], settings: dict[str, str]) -> dict[str, KafkaError]:
        asked.append(settings)
        return dict.fromkeys(missing, KafkaError(KafkaError.INVALID_CONFIG)) if settings else {}

    topic = f"{broker.group()}.retry"
    counts = iter((0, 4))
    monkeypatch.setattr("consumer.kafka.topics._created", created)
    monkeypatch.setattr("consumer.kafka.topics._partitions", lambda *_: next(counts))
    assert ensure_topics(config(broker).kafka, [topic]) == {topic: 4}
    assert asked == [{"max.message.bytes": str(8 << 20)}, {}]
