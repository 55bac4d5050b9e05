"""What real brokers answer: ends, what is behind an open transaction, topics that are there or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from consumer.kafka.cluster_queries import ClusterQueries
from consumer.records import Partition
from consumer.telemetry.cluster import Ends
from tests.kafka.support import config
from tests.support.brokers import Broker, Message
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
