"""What real brokers answer: ends, what is behind an open transaction, topics that are there or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import OFFSET_BEGINNING, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from consumer.config.model import Config
from consumer.kafka import cluster_queries as module
from consumer.kafka.cluster_queries import ClusterQueries, Topics
from consumer.records import Partition
from consumer.telemetry.cluster import Ends
from tests.kafka.support import config
from tests.support.brokers import Broker, Message
from tests.support.configs import SOUND
from tests.support.waiting import eventually

on_apache = pytest.mark.parametrize("broker", ["apache"], indirect=True)


_OPENED: list[ClusterQueries] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while _OPENED:
        _OPENED.pop().close()


def queries(broker: Broker, options: Mapping[str, Any] | None = None) -> ClusterQueries:
    _OPENED.append(ClusterQueries(config(broker, options=options).kafka))
    return _OPENED[-1]


def test_a_partition_begins_and_ends_where_its_records_do(broker: Broker) -> None:
    topic = broker.topic(2)
    broker.produce(topic, [Message(None, b"v", partition=0) for _ in range(3)])
    written, empty = Partition(topic, 0), Partition(topic, 1)
    asked = queries(broker)
    eventually(lambda: len(asked.ends([written, empty])) == 2, 10, "the new topic's answers")
    assert asked.ends([written, empty]) == {written: Ends(0, 3, 3), empty: Ends(0, 0, 0)}


def test_what_nobody_answers_for_is_left_out(broker: Broker) -> None:
    topic = broker.topic(1)
    there, gone = Partition(topic, 0), Partition(f"{topic}-gone", 0)
    asked = queries(broker)
    eventually(lambda: asked.ends([there]), 10, "the new topic's answer")
    assert asked.ends([there, gone]).keys() <= {there}
    assert asked.ends([there]).keys() == {there}
    assert asked.ends([]) == {}


def test_topics_are_there_or_missing(broker: Broker) -> None:
    topic, missing = broker.topic(4), "no-such-topic"
    asked = queries(broker)
    eventually(lambda: topic in asked.topics([topic, missing]).partitions, 10, "the new topic")
    found = asked.topics([topic, missing])
    assert dict(found.partitions) == {topic: 4}
    assert found.missing == {missing}
    with AdminClient({"bootstrap.servers": broker.bootstrap}) as admin:
        assert missing not in admin.list_topics(timeout=10).topics, "asking makes none"


@on_apache
def test_a_partition_can_be_read_up_to_the_first_open_transaction(broker: Broker) -> None:
    """Who reads what is not committed too is not held up."""
    topic = broker.topic(1)
    home = Partition(topic, 0)
    broker.produce(topic, [Message(None, b"v", partition=0)])
    with Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": topic}) as producer:
        producer.init_transactions(30)
        producer.begin_transaction()
        producer.produce(topic, b"v", partition=0)
        producer.flush(30)
        broker.produce(topic, [Message(None, b"v", partition=0) for _ in range(5)])
        assert queries(broker).ends([home]) == {home: Ends(0, 7, 1)}
        assert queries(broker, {"isolation.level": "read_uncommitted"}).ends([home]) == {home: Ends(0, 7, 7)}
        producer.commit_transaction(30)
    asked = queries(broker)
    eventually(lambda: asked.ends([home]) == {home: Ends(0, 8, 8)}, 10, "the marker, which the brokers write behind")


@on_apache
def test_a_partition_begins_behind_what_was_deleted(broker: Broker) -> None:
    topic = broker.topic(1)
    broker.produce(topic, [Message(None, b"v", partition=0) for _ in range(5)])
    with AdminClient({"bootstrap.servers": broker.bootstrap}) as admin:
        (deleted,) = admin.delete_records([TopicPartition(topic, 0, 3)]).values()
        deleted.result(timeout=30)
    home = Partition(topic, 0)
    assert queries(broker).ends([home]) == {home: Ends(3, 5, 5)}


class Client:
    """A consumer whose brokers answer as no real ones do at will: of `orders` 0 alone all is told."""

    made: dict[str, Client]

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.isolation = options["isolation.level"]
        self.closed = False
        Client.made[self.isolation] = self

    def offsets_for_times(self, partitions: list[TopicPartition], **_: float) -> list[Any]:
        return [self._answer(each) for each in partitions]

    def _answer(self, asked: TopicPartition) -> Any:
        begins = asked.offset == OFFSET_BEGINNING
        last_stable = {0: 40, 1: -1, 2: 90, 3: 40}[asked.partition]
        end = 2 if begins else 60 if self.isolation == "read_uncommitted" else last_stable
        failed = asked.partition == 2 and not begins
        error = KafkaError(KafkaError.NOT_LEADER_FOR_PARTITION) if failed else None
        return SimpleNamespace(topic=asked.topic, partition=asked.partition, offset=end, error=error)

    def list_topics(self, name: str, **_: float) -> Any:
        codes = {"gone": KafkaError.UNKNOWN_TOPIC_OR_PART, "secret": KafkaError.TOPIC_AUTHORIZATION_FAILED}
        error = KafkaError(codes[name]) if name in codes else None
        return SimpleNamespace(topics={name: SimpleNamespace(error=error, partitions={0: None, 1: None})})

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> ClusterQueries:
    Client.made = {}
    monkeypatch.setattr(module, "Consumer", Client)
    return ClusterQueries(Config.model_validate(SOUND).kafka)


def test_what_is_not_told_of_a_partition_in_full_is_left_out(scripted: ClusterQueries) -> None:
    """One has no offset in one of the answers, another an error."""
    orders = [Partition("orders", number) for number in range(3)]
    assert scripted.ends(orders) == {orders[0]: Ends(2, 60, 40)}


def test_nothing_can_be_read_beyond_the_end(scripted: ClusterQueries, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two answers the second may know of more: that is no transaction."""
    monkeypatch.setattr(Client, "_answer", _growing)
    assert scripted.ends([Partition("orders", 0)]) == {Partition("orders", 0): Ends(60, 60, 60)}


def _growing(client: Client, asked: TopicPartition) -> Any:
    end = 60 if client.isolation == "read_uncommitted" else 70
    return SimpleNamespace(topic=asked.topic, partition=asked.partition, offset=end, error=None)


def test_a_topic_that_the_brokers_do_not_speak_of_is_not_missing(scripted: ClusterQueries) -> None:
    """Whoever may not describe it may be allowed to read it."""
    assert scripted.topics(["orders", "gone", "secret"]) == Topics({"orders": 2}, frozenset({"gone"}))


def test_who_reads_all_asks_by_one_client_and_each_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Consumer", Client)
    for options, clients in (({}, 2), ({"isolation.level": "read_uncommitted"}, 1)):
        Client.made = {}
        kafka = {**SOUND["kafka"], "options": options}
        ClusterQueries(Config.model_validate({**SOUND, "kafka": kafka}).kafka).close()
        assert [each.closed for each in Client.made.values()] == [True] * clients
