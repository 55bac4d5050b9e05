"""Records as they lie in Kafka, partitions as they come and go, commits with their maps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from consumer.delivery.decisions import Commit
from consumer.kafka.client import Fatal
from consumer.kafka.source import KafkaSource
from consumer.records import Partition, Record
from tests.kafka.support import Remembering, config
from tests.support.brokers import Broker, Committed, Message
from tests.support.waiting import eventually


@contextmanager
def source_of(
    broker: Broker,
    topics: list[str],
    group: str,
    listener: Remembering,
    options: Mapping[str, str | int] | None = None,
) -> Iterator[KafkaSource]:
    """A source that has its partitions."""
    source = KafkaSource(config(broker, group, options), topics, listener)
    try:
        yield source
    finally:
        source.close()


def taken(source: KafkaSource, count: int) -> list[Record]:
    """The next records, so many."""
    records: list[Record] = []

    def enough() -> bool:
        records.extend(source.poll(100, 0.05))
        return len(records) >= count

    eventually(enough, 30, f"{count} records")
    return records


def test_records_are_read_as_they_are(broker: Broker) -> None:
    """Null keys and values, headers, timestamps; a place in the topic."""
    topic = broker.topic()
    message = Message(b"k", b"v", (("h", b"\xff"), ("none", None)), 1_700_000_000_123, 1)
    broker.produce(topic, [message, Message(None, None, partition=1)])

    with source_of(broker, [topic], broker.group(), Remembering()) as source:
        first, second = taken(source, 2)

    assert (first.partition, first.offset, first.timestamp_ms) == (Partition(topic, 1), 0, 1_700_000_000_123)
    assert (first.key, first.value, first.headers) == (b"k", b"v", (("h", b"\xff"), ("none", None)))
    assert (second.key, second.value, second.headers, second.offset) == (None, None, (), 1)
    assert first.redelivery is None


def test_only_a_record_of_the_retry_topic_is_a_redelivery(broker: Broker) -> None:
    """Headers of a failure may be in any topic, such as a replayed one."""
    group = broker.group()
    topic, retry = broker.topic(), f"{group}.retry"
    broker.create(retry, 1)
    past = (
        ("__connect.errors.topic", b"shop.orders"),
        ("__connect.errors.partition", b"3"),
        ("__connect.errors.offset", b"42"),
    )
    for each in (topic, retry):
        broker.produce(each, [Message(b"k", b"v", past)])

    with source_of(broker, [topic, retry], group, Remembering()) as source:
        records = {record.partition.topic: record for record in taken(source, 2)}

    assert records[topic].origin.topic == topic
    assert (records[retry].origin, records[retry].origin_offset) == (Partition("shop.orders", 3), 42)


def test_a_commit_is_found_by_the_next_who_gets_the_partition(broker: Broker) -> None:
    """The offset to go on from, and the map of what is settled beyond it."""
    group, topic = broker.group(), broker.topic(1)
    broker.produce(topic, [Message(None, str(number).encode(), partition=0) for number in range(5)])
    first, second = Remembering(), Remembering()

    with source_of(broker, [topic], group, first) as source:
        taken(source, 5)
        source.commit([Commit(Partition(topic, 0), 2, "map")])
        eventually(lambda: (source.poll(1, 0.05), not source.committing)[1], 10, "the commit's answer")
        source.commit([Commit(Partition(topic, 0), 3, "newer map")], wait=True)
    with source_of(broker, [topic], group, second) as source:
        records = taken(source, 2)

    begun, gone_on = (each.assigned[Partition(topic, 0)] for each in (first, second))
    assert (begun.committed, begun.metadata, begun.start) == (None, "", 0)
    assert (gone_on.committed, gone_on.metadata, gone_on.start) == (3, "newer map", None)
    assert [record.value for record in records] == [b"3", b"4"]
    assert broker.committed(group, topic) == {0: Committed(3, "newer map")}
    assert first.failed_commits == second.failed_commits == []
    assert first.committed == [Partition(topic, 0)] * 2


class Committing(Remembering):
    """Commits what it had settled of each partition that is taken from it."""

    source: KafkaSource

    def on_revoked(self, partitions: Sequence[Partition]) -> None:
        super().on_revoked(partitions)
        self.source.commit([Commit(partition, 1, "last") for partition in partitions], wait=True)


def test_what_is_revoked_is_committed_before_another_member_has_it(broker: Broker) -> None:
    """The next owner goes on where the last one ended: the commit is answered within the rebalance."""
    group, topic, giving, taking = broker.group(), broker.topic(), Committing(), Remembering()
    with source_of(broker, [topic], group, giving) as giver:
        giving.source = giver
        eventually(lambda: (giver.poll(1, 0.05), len(giving.assigned) == 4)[1], 30, "all partitions")
        with source_of(broker, [topic], group, taking) as taker:
            eventually(lambda: (giver.poll(1, 0.05), taker.poll(1, 0.05), taking.assigned)[2], 30, "a share of them")
            moved = set(taking.assigned)

    assert moved <= set(giving.revoked)
    assert {each.metadata for each in taking.assigned.values()} == {"last"}
    assert giving.failed_commits == []


def test_partitions_are_handed_over_at_the_close(broker: Broker) -> None:
    """The listener hears of it while it can still commit."""
    topic, listener = broker.topic(), Remembering()
    with source_of(broker, [topic], broker.group(), listener) as source:
        broker.produce(topic, [Message(None, b"v")])
        taken(source, 1)
        assert listener.revoked == []

    assert set(listener.revoked) == set(listener.assigned)
    assert listener.lost == []


def test_a_paused_partition_gives_nothing_until_it_is_resumed(broker: Broker) -> None:
    """Others go on, and polling goes on: the group does not lose its member."""
    topic = broker.topic(2)
    paused, other = Partition(topic, 0), Partition(topic, 1)
    with source_of(broker, [topic], broker.group(), listener := Remembering()) as source:
        eventually(lambda: (source.poll(1, 0.05), len(listener.assigned) >= 2)[1], 30, "the partitions")
        source.pause([paused])
        broker.produce(topic, [Message(None, b"held", partition=0), Message(None, b"passes", partition=1)])
        first = taken(source, 1)
        source.resume([paused])
        second = taken(source, 1)

    assert [record.partition for record in first] == [other]
    assert [record.partition for record in second] == [paused]


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_a_commit_that_fails_is_told(broker: Broker) -> None:
    """With the partition and the reason: one whose map the brokers refuse is repeated without it."""
    topic, listener = broker.topic(1), Remembering()
    partition = Partition(topic, 0)
    with source_of(broker, [topic], broker.group(), listener) as source:
        eventually(lambda: (source.poll(1, 0.05), listener.assigned)[1], 30, "the partition")
        for wait in (False, True):
            listener.failed_commits.clear()
            source.commit([Commit(partition, 0, "x" * 5000)], wait=wait)
            eventually(lambda: (source.poll(1, 0.05), listener.failed_commits)[1], 10, "the failure")
            ((failed, error),) = listener.failed_commits
            assert failed == partition
            assert "OFFSET_METADATA_TOO_LARGE" in error
            assert not source.committing
    assert listener.maps_refused == 2


def test_an_offset_that_is_not_there_any_more_can_be_fatal(broker: Broker) -> None:
    """With `auto.offset.reset: error`; the message says what to do."""
    group, topic = broker.group(), broker.topic(1)
    with Consumer({"bootstrap.servers": broker.bootstrap, "group.id": group}) as consumer:
        consumer.commit(offsets=[TopicPartition(topic, 0, 999)], asynchronous=False)
    options = {**broker.options, "auto.offset.reset": "error"}

    with (
        source_of(broker, [topic], group, Remembering(), options) as source,
        pytest.raises(Fatal, match=r"out of range.*Set the group's offsets by hand"),
    ):
        taken(source, 1)


def test_librdkafkas_statistics_are_handed_over(broker: Broker) -> None:
    """As JSON, for the metrics of lag and of the brokers' health."""
    heard: list[str] = []
    options = {**broker.options, "statistics.interval.ms": 100}
    source = KafkaSource(config(broker, broker.group(), options), [broker.topic()], Remembering(), heard.append)
    try:
        eventually(lambda: (source.poll(1, 0.05), heard)[1], 30, "statistics")
    finally:
        source.close()

    assert heard[0].startswith("{")


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_a_position_is_behind_the_marker_of_a_transaction(broker: Broker) -> None:
    """No record has that offset; who waits for one would wait for ever."""
    topic, listener = broker.topic(2), Remembering()
    home, unread = Partition(topic, 0), Partition(topic, 1)
    with Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": topic}) as producer:
        producer.init_transactions(30)
        for end in (producer.commit_transaction, producer.abort_transaction):
            producer.begin_transaction()
            producer.produce(topic, b"v", partition=0)
            producer.flush(30)
            end(30)
    with source_of(broker, [topic], broker.group(), listener) as source:
        (record,) = taken(source, 1)
        assert record.offset == 0
        eventually(
            lambda: (source.poll(1, 0.05), source.positions([home, unread]))[1] == {home: 4}, 10, "the markers"
        )
