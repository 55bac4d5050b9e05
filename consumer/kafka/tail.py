"""The last records of a topic, to be looked at: no group is joined, nothing is committed."""

from __future__ import annotations

from collections import deque
from itertools import chain
from typing import Final

from consumer.config.model import Config
from consumer.kafka.reading import TopicReader
from consumer.records import Record

# An offset may hold no record: a transaction's marker, or one that compaction has removed.
_FURTHER: Final = 4


def tail(config: Config, topic: str, count: int) -> list[Record]:
    """The newest `count` records of all partitions, the oldest of them first.

    Raises:
        NoSuchTopic: the brokers have no topic of this name.
        Unreachable: they do not answer.
    """
    with TopicReader(config, topic) as reader:
        records = _last(reader, count)
    return sorted(records, key=lambda record: (record.timestamp_ms or 0, record.partition, record.offset))[-count:]


def _last(reader: TopicReader, count: int) -> list[Record]:
    """Up to `count` records of each partition: reads further back where some miss."""
    ends = reader.bounds
    found: dict[int, deque[Record]] = {number: deque(maxlen=count) for number in ends}
    window = count
    short = {number for number, (low, high) in ends.items() if low < high}
    while short:
        starts = {number: max(ends[number][0], ends[number][1] - window) for number in short}
        for number in short:
            found[number].clear()
        for record in reader.read(starts, {number: ends[number][1] for number in short}):
            found[record.partition.number].append(record)
        short = {number for number in short if len(found[number]) < count and starts[number] > ends[number][0]}
        window *= _FURTHER
    return list(chain.from_iterable(found.values()))
