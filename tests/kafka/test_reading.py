"""A topic is read between any two offsets, on every kind of broker, without a trace."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from confluent_kafka import KafkaError, KafkaException

from consumer.kafka import reading
from consumer.kafka.connection import Unreachable
from consumer.kafka.reading import NoSuchTopic, TopicReader
from tests.kafka.support import config
from tests.support.brokers import Broker, Message


@pytest.fixture
def topic(broker: Broker) -> str:
    """Two of four partitions have ten records each."""
    name = broker.topic(4)
    broker.produce(name, [Message(b"key", str(n).encode(), partition=n % 2) for n in range(20)])
    return name


def values(reader: TopicReader, starts: Mapping[int, int], ends: Mapping[int, int]) -> dict[int, list[bytes | None]]:
    found: dict[int, list[bytes | None]] = {}
    for record in reader.read(starts, ends):
        found.setdefault(record.partition.number, []).append(record.value)
    return found


def test_what_lies_between_is_read_in_order_and_nothing_else(broker: Broker, topic: str) -> None:
    group = broker.group()
    with TopicReader(config(broker, group), topic) as reader:
        assert {number: ends for number, ends in reader.bounds.items() if ends[1]} == {0: (0, 10), 1: (0, 10)}
        assert values(reader, {0: 2, 1: 8}, {0: 4, 1: 10}) == {0: [b"4", b"6"], 1: [b"17", b"19"]}
        # Again, and of one partition: a reader goes back and forth.
        assert values(reader, {0: 0}, {0: 1}) == {0: [b"0"]}
    assert broker.committed(group, topic) == {}


def test_where_nothing_lies_between_nothing_is_waited_for(broker: Broker, topic: str) -> None:
    with TopicReader(config(broker, broker.group()), topic) as reader:
        assert values(reader, {0: 10, 2: 0}, {0: 10, 2: 0}) == {}


def test_it_is_found_where_a_time_begins(broker: Broker) -> None:
    """The embedded broker cannot search by time: there all is read, and nothing is left out."""
    name = broker.topic(4)
    broker.produce(
        name, [Message(b"key", b"value", timestamp_ms=at_ms, partition=0) for at_ms in (1_000, 2_000, 3_000)]
    )
    with TopicReader(config(broker, broker.group()), name) as reader:
        assert reader.offsets_since(2_000)[0] == (1 if broker.configurable else 0)
        assert reader.offsets_since(4_000)[0] == 3


def test_a_topic_that_is_not_there_is_told(broker: Broker, topic: str) -> None:
    with pytest.raises(NoSuchTopic, match=f"did you mean {topic}\\?"):
        TopicReader(config(broker, broker.group()), f"{topic}x")


def test_commits_that_cannot_be_read_are_told(broker: Broker, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise KafkaException(KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED))

    monkeypatch.setattr(reading, "patient_commits", fails)
    with (
        TopicReader(config(broker, broker.group()), topic) as reader,
        pytest.raises(Unreachable, match="the group's commits cannot be read: "),
    ):
        reader.commits()
