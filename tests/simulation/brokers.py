"""A model of the brokers: topics, a consumer group, commits with metadata and their limits."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from zlib import crc32

from consumer.delivery.offset_map import decode
from consumer.delivery.offset_ranges import OffsetRanges
from consumer.kafka.headers import redelivery
from consumer.records import Headers, OrderClass, Partition, Redelivery

RETRY, DEAD = "retry", "dead-letter"
MAP_LIMIT = 4095
"""Characters of metadata that a broker takes beside the NUL that the client appends."""
_OVERHEAD = 100  # bytes of one partition in a broker's batch, beside its topic and its metadata

Place = tuple[Partition, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """A record in a partition's log."""

    key: bytes | None
    value: bytes | None
    timestamp_ms: int
    headers: Headers = ()


@dataclass(slots=True)
class Log:
    """A partition: `offsets` are those at which there is a record, ascending; the others are gaps."""

    partition: Partition
    records: dict[int, Stored] = field(default_factory=dict)
    offsets: list[int] = field(default_factory=list)
    places: dict[int, Place] = field(default_factory=dict)
    """What each record was first: its own place, or where a redelivery came from."""
    parts: dict[int, OrderClass | None] = field(default_factory=dict)
    """Which part of it each record is; None: it is whole."""
    pasts: dict[int, Redelivery | None] = field(default_factory=dict)
    end: int = 0

    def offsets_from(self, offset: int, most: int | None = None) -> list[int]:
        """Where there are records, from this offset on; at most so many."""
        first = bisect_left(self.offsets, offset)
        return self.offsets[first : None if most is None else first + most]

    def append(self, record: Stored) -> int:
        offset, self.end = self.end, self.end + 1
        past = redelivery(record.headers) if self.partition.topic == RETRY else None
        self.records[offset] = record
        self.offsets.append(offset)
        self.pasts[offset] = past
        self.places[offset] = (self.partition, offset) if past is None else (past.origin, past.offset)
        self.parts[offset] = None if past is None else past.part
        return offset


@dataclass(frozen=True, slots=True)
class Limits:
    """What the brokers take of a commit: characters of metadata a partition, and bytes of all of them together."""

    metadata: int = MAP_LIMIT
    batch: int = 1 << 20

    @property
    def usual(self) -> bool:
        return self == Limits()

    def too_large(self, commits: Sequence[tuple[Partition, str]]) -> bool:
        return sum(_OVERHEAD + len(each.topic) + len(metadata) for each, metadata in commits) > self.batch


@dataclass(slots=True)
class Brokers:
    """Logs that only grow, the group's commits, and who owns which partition."""

    counts: dict[str, int]
    """By topic, how many partitions there are."""
    limits: Limits = field(default_factory=Limits)
    logs: dict[Partition, Log] = field(default_factory=dict)
    committed: dict[Partition, tuple[int, str]] = field(default_factory=dict)
    owners: dict[Partition, object] = field(default_factory=dict)
    broken: bool = False
    """Nothing can be written just now."""

    def partition_for(self, topic: str, key: bytes) -> Partition:
        return Partition(topic, crc32(key) % self.counts[topic])

    def log(self, partition: Partition) -> Log:
        if (log := self.logs.get(partition)) is None:
            log = self.logs[partition] = Log(partition)
        return log

    def append(self, topic: str, record: Stored, by: bytes | None = None) -> Place:
        """Writes a record to the partition of its key, or of the key that the producer goes `by`."""
        partition = self.partition_for(topic, record.key or b"" if by is None else by)
        return partition, self.log(partition).append(record)

    def of_topic(self, topic: str) -> list[Partition]:
        return [Partition(topic, number) for number in range(self.counts[topic])]

    def position(self, partition: Partition) -> int:
        return self.committed.get(partition, (0, ""))[0]

    def settled_by(self, partition: Partition) -> tuple[int, OffsetRanges]:
        """The group's commit of a partition, and what its map calls settled beyond."""
        offset, metadata = self.committed.get(partition, (0, ""))
        return offset, decoded(offset, metadata)


@lru_cache(256)
def decoded(offset: int, metadata: str) -> OffsetRanges:
    return decode(offset, metadata)
