"""The last records of a topic are looked at, on every kind of broker, without a trace."""

from __future__ import annotations

import time

import pytest
from confluent_kafka import Producer

from consumer.config.model import Config
from consumer.kafka.reading import NoSuchTopic
from consumer.kafka.tail import tail
from consumer.records import Partition
from tests.support.brokers import Broker, Message
from tests.support.configs import SOUND

NOW_MS = int(time.time() * 1000) - 3_600_000
"""An hour ago: Kafka takes no records of the future, and soon deletes those of long ago."""


def config_of(broker: Broker, group: str = "") -> Config:
    kafka = {"bootstrap_servers": broker.bootstrap, "group_id": group or broker.group()}
    return Config.model_validate({**SOUND, "kafka": kafka})


def spread(count: int) -> list[Message]:
    """So many records over the first three of four partitions, each a second newer than the one before."""
    return [
        Message(b"key", str(number).encode(), timestamp_ms=NOW_MS + number * 1000, partition=number % 3)
        for number in range(count)
    ]


def values(broker: Broker, topic: str, count: int) -> list[int]:
    return [int(record.value or b"") for record in tail(config_of(broker), topic, count)]


def test_the_newest_of_all_partitions_come_the_oldest_of_them_first(broker: Broker) -> None:
    topic = broker.topic(4)
    broker.produce(topic, spread(10))
    assert values(broker, topic, 4) == [6, 7, 8, 9]


def test_a_topic_with_fewer_gives_all(broker: Broker) -> None:
    topic = broker.topic(4)
    broker.produce(topic, spread(5))
    assert values(broker, topic, 100) == [0, 1, 2, 3, 4]


def test_an_empty_topic_gives_none(broker: Broker) -> None:
    assert values(broker, broker.topic(4), 3) == []


def test_records_come_whole(broker: Broker) -> None:
    topic = broker.topic(4)
    broker.produce(topic, [Message(b"key", None, (("trace", b"1"),), NOW_MS, partition=2)])
    (record,) = tail(config_of(broker), topic, 1)
    assert record.partition == Partition(topic, 2)
    assert (record.offset, record.key, record.value) == (0, b"key", None)
    assert (record.timestamp_ms, record.headers) == (NOW_MS, (("trace", b"1"),))


def test_a_dead_letter_comes_with_its_past(broker: Broker) -> None:
    """It is previewed by the routes of the topic that it was first written to."""
    topic = broker.topic(4)
    past = (
        ("__connect.errors.topic", b"shop.orders"),
        ("__connect.errors.partition", b"7"),
        ("__connect.errors.offset", b"42"),
    )
    broker.produce(topic, [Message(b"key", b"value", past)])
    config = config_of(broker)
    letters = config.dead_letters.model_copy(update={"dead_letter_topic": topic})
    (record,) = tail(config.model_copy(update={"dead_letters": letters}), topic, 1)
    assert (record.origin, record.origin_offset) == (Partition("shop.orders", 7), 42)


def test_nothing_is_committed(broker: Broker) -> None:
    topic, group = broker.topic(4), broker.group()
    broker.produce(topic, spread(5))
    tail(config_of(broker, group), topic, 5)
    assert broker.committed(group, topic) == {}


def test_a_topic_that_is_not_there_is_named_with_one_that_is(broker: Broker) -> None:
    topic = broker.topic(4)
    with pytest.raises(NoSuchTopic, match=f"has no topic {topic}x, .*; did you mean {topic}\\?"):
        tail(config_of(broker), topic + "x", 1)


def test_offsets_without_a_record_are_read_past(broker: Broker) -> None:
    """A transaction's end takes an offset that no reader is given: the last offsets are not the last records."""
    if not broker.configurable:
        pytest.skip("the embedded broker leaves no gaps between its offsets")
    topic = broker.topic(1)
    with Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": topic}) as producer:
        producer.init_transactions()
        for number in range(6):
            producer.begin_transaction()
            producer.produce(topic, str(number).encode())
            producer.commit_transaction()
    assert values(broker, topic, 4) == [2, 3, 4, 5]
