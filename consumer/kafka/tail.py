"""The last records of a topic, to be looked at: no group is joined, nothing is committed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import closing
from difflib import get_close_matches
from itertools import chain
from typing import Final, cast

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from consumer.config import Config
from consumer.kafka.client import Silent, client_options
from consumer.kafka.headers import redelivery
from consumer.kafka.reach import SECONDS, Heard, Unreachable, cluster
from consumer.records import Headers, Partition, Record

# An offset may hold no record: a transaction's marker, or one that compaction has removed.
_FURTHER: Final = 4

Found = Mapping[int, deque[Record]]


class NoSuchTopic(Exception):  # noqa: N818 - it says what happened
    """The brokers have no topic of this name."""


def tail(config: Config, topic: str, count: int) -> list[Record]:
    """The newest `count` records of all partitions, the oldest of them first.

    Records of the retry and the dead-letter topic come with their past, as `redelivery`.

    Raises NoSuchTopic, or Unreachable when the brokers do not answer, both with what to do.
    """
    heard = Heard()
    options = client_options(config.kafka, {"group.id": config.kafka.group_id}, "consumer")
    ours = {"enable.auto.commit": False, "enable.partition.eof": True, "error_cb": heard, "logger": Silent()}
    with closing(Consumer(options | ours)) as consumer:
        topics = cluster(consumer, config.kafka, heard).topics
        if topic not in topics:
            near = get_close_matches(topic, topics, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise NoSuchTopic(f"{config.kafka.bootstrap_servers} has no topic {topic}, or none we may see{hint}")
        ends = {
            number: consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=SECONDS)
            for number in topics[topic].partitions
        }
        records = _last(consumer, config, topic, ends, count)
    return sorted(records, key=lambda record: (record.timestamp_ms or 0, record.partition, record.offset))[-count:]


def _last(
    consumer: Consumer, config: Config, topic: str, ends: Mapping[int, tuple[int, int]], count: int
) -> list[Record]:
    """Up to `count` records of each partition, by the low and high watermarks: reads further back where some miss."""
    letters = config.dead_letters
    failed = topic in {letters.retry_topic, letters.dead_letter_topic}
    found: dict[int, deque[Record]] = {number: deque(maxlen=count) for number in ends}
    window = count
    short = {number for number, (low, high) in ends.items() if low < high}
    while short:
        starts = {number: max(ends[number][0], ends[number][1] - window) for number in short}
        for number in short:
            found[number].clear()
        for message in _read(consumer, topic, starts, {number: ends[number][1] for number in short}):
            record = _record(message, failed=failed)
            found[record.partition.number].append(record)
        short = {number for number in short if len(found[number]) < count and starts[number] > ends[number][0]}
        window *= _FURTHER
    return list(chain.from_iterable(found.values()))


def _read(consumer: Consumer, topic: str, starts: Mapping[int, int], ends: Mapping[int, int]) -> Iterator[Message]:
    """What lies between these offsets, by partition; raises Unreachable when nothing comes for a while."""
    consumer.assign([TopicPartition(topic, number, start) for number, start in starts.items()])
    behind = set(starts)
    deadline = time.monotonic() + SECONDS
    while behind:
        messages = consumer.consume(500, 0.5)
        if messages:
            deadline = time.monotonic() + SECONDS
        elif time.monotonic() > deadline:
            raise Unreachable(f"the brokers stopped answering while {topic} was read")
        for message in messages:
            number, error = message.partition() or 0, message.error()
            if error is None and (message.offset() or 0) < ends[number]:
                yield message
            elif error is not None and error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001 - confluent-kafka's public name for it
                raise Unreachable(f"{topic} cannot be read: {error.str()}")
            if error is not None or (message.offset() or 0) >= ends[number] - 1:
                behind.discard(number)


def _record(message: Message, *, failed: bool) -> Record:
    kind, timestamp = message.timestamp()
    headers = cast("Headers", tuple(message.headers() or ()))
    return Record(
        Partition(message.topic() or "", message.partition() or 0),
        message.offset() or 0,
        message.key(),
        message.value(),
        timestamp if kind else None,
        headers,
        redelivery(headers) if failed else None,
    )
