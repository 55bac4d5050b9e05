"""How far behind the group is, and where that is going: two looks at the brokers, some seconds apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from consumer.config.model import Config
from consumer.errors import ExpectedError
from consumer.kafka.group import Progress
from consumer.kafka.reading import TopicReader
from consumer.records import Partition

_MOST_LOOKED_AT = 100
"""Partitions of which the oldest record is read: those that are furthest behind."""


@dataclass(frozen=True, slots=True)
class TopicLag:
    """A topic's lag.

    Attributes:
        records: how many are not settled.
        per_second: by how many that changes: below 0 while it falls.
        settled_per_second: how many are settled.
        standing: the partitions in which records wait and none was settled; none while the topic moves at all: what
            it makes room for goes one partition after the other.
        largest: the partition that is furthest behind.
        largest_share: how much of the lag is there, of 1.
        oldest_ms: the timestamp of the oldest record that is not settled, ms since the epoch; None where none is.
    """

    topic: str
    records: int
    per_second: float
    settled_per_second: float
    standing: frozenset[int]
    largest: int
    largest_share: float
    oldest_ms: int | None = None

    @property
    def gone_in_seconds(self) -> float | None:
        """When it is gone at this pace; None: never, as it does not fall."""
        return self.records / -self.per_second if self.per_second < 0 else None


def lags(
    before: Mapping[Partition, Progress],
    now: Mapping[Partition, Progress],
    seconds: float,
    oldest: Mapping[Partition, int],
) -> list[TopicLag]:
    """Each topic's lag, the largest first.

    Args:
        before: the first look.
        now: the second one.
        seconds: between the two.
        oldest: by partition, the timestamp of the first record that is not settled, ms since the epoch.
    """
    topics: dict[str, list[Partition]] = defaultdict(list)
    for partition in now.keys() & before.keys():
        topics[partition.topic].append(partition)
    found = [_lag(topic, sorted(parts), before, now, seconds, oldest) for topic, parts in topics.items()]
    return sorted(found, key=lambda each: (-each.records, each.topic))


def _lag(  # noqa: PLR0913, PLR0917 - what `lags` was given, for one topic
    topic: str,
    partitions: list[Partition],
    before: Mapping[Partition, Progress],
    now: Mapping[Partition, Progress],
    seconds: float,
    oldest: Mapping[Partition, int],
) -> TopicLag:
    records = sum(now[each].lag for each in partitions)
    largest = max(partitions, key=lambda each: now[each].lag)
    settled = {each: _settled(before[each], now[each]) for each in partitions}
    moves = any(settled.values())
    times = [oldest[each] for each in partitions if each in oldest]
    return TopicLag(
        topic,
        records,
        (records - sum(before[each].lag for each in partitions)) / seconds,
        sum(settled.values()) / seconds,
        # What came in the meantime has not had its time yet.
        frozenset(each.number for each in partitions if before[each].lag and not moves),
        largest.number,
        now[largest].lag / records if records else 0.0,
        min(times, default=None),
    )


def _settled(before: Progress, now: Progress) -> int:
    """How many records; a map that has become too large for the commit says nothing of those beyond."""
    moved = now.position - before.position
    return max(moved, moved + now.beyond - before.beyond)


def oldest_times(config: Config, progress: Mapping[Partition, Progress]) -> dict[Partition, int]:
    """By partition, the timestamp of the first record that is not settled, in ms since the epoch.

    Of the partitions that are furthest behind; one whose record cannot be read is left out.
    """
    behind = sorted((each for each in progress if progress[each].lag), key=lambda each: -progress[each].lag)
    by_topic: dict[str, list[Partition]] = defaultdict(list)
    for partition in islice(behind, _MOST_LOOKED_AT):
        by_topic[partition.topic].append(partition)
    found: dict[Partition, int] = {}
    for topic, partitions in by_topic.items():
        found |= _oldest_of(config, topic, partitions, progress)
    return found


def _oldest_of(
    config: Config, topic: str, partitions: Iterable[Partition], progress: Mapping[Partition, Progress]
) -> dict[Partition, int]:
    starts = {each.number: progress[each].position for each in partitions}
    try:
        with TopicReader(config, topic) as reader:
            ends = {number: start + 1 for number, start in starts.items()}
            return {
                record.partition: record.event_time_ms
                for record in reader.read(starts, ends)
                if record.event_time_ms is not None
            }
    except ExpectedError:  # what keeps it from being read is told by what the instances say
        return {}
