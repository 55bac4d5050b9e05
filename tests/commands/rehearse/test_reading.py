"""Which records of a topic are read."""

from __future__ import annotations

import pytest

from consumer.commands.rehearse.reading import Window, taken_topics, window_of
from consumer.config.model import Config
from consumer.kafka.reading import TopicReader
from tests.support.brokers import Broker, Message
from tests.support.configs import SOUND


def config_of(broker: Broker, *topics: str) -> Config:
    routes = [{"topic": topic, "event": "search"} for topic in topics]
    return Config.model_validate({**SOUND, "kafka": {"bootstrap_servers": broker.bootstrap}, "routes": routes})


def written(broker: Broker, **counts: int) -> str:
    """A topic with so many records in its partitions `p0` to `p3`, a second apart."""
    topic = broker.topic(4)
    for name, count in counts.items():
        partition = int(name[1:])
        times = range(1_000_000, 1_000_000 + count * 1_000, 1_000)
        broker.produce(topic, [Message(b"key", b"x", timestamp_ms=at, partition=partition) for at in times])
    return topic


def read(broker: Broker, topic: str, window: Window) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    with TopicReader(config_of(broker, topic), topic) as reader:
        opened = window_of(reader, window)
        for record in opened.records:
            found.setdefault(record.partition.number, []).append(record.offset)
    assert opened.count == sum(map(len, found.values()))
    return found


def test_the_newest_are_taken_evenly_of_each_partition(broker: Broker) -> None:
    topic = written(broker, p0=10, p1=10, p2=10, p3=10)
    assert read(broker, topic, Window(last=8)) == {number: [8, 9] for number in range(4)}


def test_what_one_partition_has_not_the_others_give(broker: Broker) -> None:
    topic = written(broker, p0=1, p2=20, p3=20)
    assert {number: len(offsets) for number, offsets in read(broker, topic, Window(last=21)).items()} == {
        0: 1,
        2: 10,
        3: 10,
    }
    assert sum(map(len, read(broker, topic, Window(last=1_000)).values())) == 41


@pytest.mark.parametrize("broker", ["apache"], indirect=True)  # the embedded one knows no times
def test_since_a_time_each_partition_begins_at_its_own_offset(broker: Broker) -> None:
    topic = written(broker, p0=10, p1=3)
    assert read(broker, topic, Window(since_ms=1_000_000 + 7_500)) == {0: [8, 9]}
    assert read(broker, topic, Window(since_ms=0)) == {0: list(range(10)), 1: [0, 1, 2]}
    assert read(broker, topic, Window(since_ms=2_000_000)) == {}


def test_a_topic_that_is_written_to_all_the_time_has_an_end(broker: Broker) -> None:
    topic = written(broker, p0=5)
    with TopicReader(config_of(broker, topic), topic) as reader:
        opened = window_of(reader, Window(last=100))
        broker.produce(topic, [Message(b"key", b"later", partition=0)])
        assert [record.offset for record in opened.records] == [0, 1, 2, 3, 4]


def test_topics_that_are_not_there_are_told_beside_those_that_are(broker: Broker) -> None:
    topic = broker.topic(1, name="shop.orders")
    found, problems = taken_topics(config_of(broker, topic, f"{topic}x"))
    assert found == [topic]
    assert problems == {
        f"{topic}x": f"{broker.bootstrap} has no such topic, or none we may see; did you mean {topic}?"
    }
