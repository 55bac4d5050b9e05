"""What tests may rely on, whichever broker they run on."""

from __future__ import annotations

import pytest
from confluent_kafka import Consumer, KafkaException, TopicPartition

from tests.support.brokers import Broker, Committed, Message
from tests.support.waiting import eventually


def test_a_record_is_read_as_it_was_written(broker: Broker) -> None:
    """Key, value, headers (null ones too), timestamp and partition come back."""
    topic = broker.topic()
    broker.produce(topic, [Message(b"k", b"v", (("h", b"\x00\xff"), ("none", None)), 1_700_000_000_123, 2)])

    (record,) = broker.read(topic, at_least=1)

    assert (record.key, record.value, record.timestamp_ms) == (b"k", b"v", 1_700_000_000_123)
    assert record.headers == (("h", b"\x00\xff"), ("none", None))
    assert (record.partition.topic, record.partition.number, record.offset) == (topic, 2, 0)


def test_a_null_value_stays_null(broker: Broker) -> None:
    """A tombstone is not an empty value."""
    topic = broker.topic()
    broker.produce(topic, [Message(b"k", None), Message(b"k", b"")])

    assert [record.value for record in broker.read(topic, at_least=2)] == [None, b""]


def test_records_of_one_key_keep_their_order(broker: Broker) -> None:
    """Without a partition given, the key chooses one."""
    topic = broker.topic()
    broker.produce(topic, [Message(b"customer", str(n).encode()) for n in range(500)])

    records = broker.read(topic)

    assert [record.value for record in records] == [str(n).encode() for n in range(500)]
    assert len({record.partition for record in records}) == 1


def test_reading_says_what_is_missing(broker: Broker) -> None:
    """A test that waits in vain learns for what."""
    topic = broker.topic()

    with pytest.raises(AssertionError, match=f"1 records in {topic}"):
        broker.read(topic, at_least=1, seconds=0.2)


def test_a_record_that_the_broker_refuses_is_an_error(broker: Broker) -> None:
    """A partition that does not exist takes nothing."""
    with pytest.raises(KafkaException):
        broker.produce(broker.topic(), [Message(None, b"v", partition=99)])


def test_the_end_of_a_partition_is_the_next_offset(broker: Broker) -> None:
    """An empty partition ends at 0."""
    topic = broker.topic(4)
    broker.produce(topic, [Message(None, b"v", partition=1)] * 3)

    assert broker.ends(topic) == {0: 0, 1: 3, 2: 0, 3: 0}


def test_commits_are_seen_with_their_metadata(broker: Broker) -> None:
    """Only the partitions that were committed are there."""
    topic, group = broker.topic(), broker.group()
    with Consumer({"bootstrap.servers": broker.bootstrap, "group.id": group}) as consumer:
        consumer.commit(offsets=[TopicPartition(topic, 1, 7, "settled: 9-12")], asynchronous=False)

    assert broker.committed(group, topic) == {1: Committed(7, "settled: 9-12")}
    assert broker.committed(broker.group(), topic) == {}


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_two_members_share_a_topic(broker: Broker, protocol: str) -> None:
    """Both group protocols move partitions to a second member, without taking all from the first."""
    topic = broker.topic()
    settings = {"bootstrap.servers": broker.bootstrap, "group.id": broker.group(), "group.protocol": protocol}
    if protocol == "classic":
        settings |= {
            "partition.assignment.strategy": "cooperative-sticky",
            "session.timeout.ms": "4000",
            "heartbeat.interval.ms": "200",
        }
    with Consumer(settings) as first, Consumer(settings) as second:
        first.subscribe([topic])
        eventually(lambda: (first.poll(0.05), len(first.assignment()))[1] == 4, 20, "the first member to have all")
        second.subscribe([topic])

        def assignments() -> tuple[set[int], set[int]]:
            first.poll(0.05)
            second.poll(0.05)
            mine, yours = first.assignment(), second.assignment()
            return {part.partition for part in mine}, {part.partition for part in yours}

        eventually(lambda: [len(half) for half in assignments()] == [2, 2], 20, "two partitions a member")
        mine, yours = assignments()

    assert mine | yours == {0, 1, 2, 3}
