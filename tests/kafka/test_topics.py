"""The topics that the service writes to are there before it reads, or it says what to do."""

from __future__ import annotations

import pytest
from confluent_kafka import Producer

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
