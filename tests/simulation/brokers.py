"""A model of the brokers: topics, a consumer group, commits with metadata."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from zlib import crc32

from consumer.records import Headers, Partition


@dataclass(frozen=True, slots=True)
class Stored:
    """A record in a partition's log."""

    key: bytes | None
    value: bytes | None
    timestamp_ms: int
    headers: Headers = ()


@dataclass(slots=True)
class Brokers:
    """Logs that only grow, the group's commits, and who owns which partition."""

    partitions: int
    logs: defaultdict[Partition, list[Stored]] = field(default_factory=lambda: defaultdict(list))
    committed: dict[Partition, tuple[int, str]] = field(default_factory=dict)
    owners: dict[Partition, object] = field(default_factory=dict)
    broken: bool = False
    """Nothing can be written just now."""

    def partition_for(self, topic: str, key: bytes) -> Partition:
        return Partition(topic, crc32(key) % self.partitions)

    def append(self, topic: str, record: Stored) -> tuple[Partition, int]:
        partition = self.partition_for(topic, record.key or b"")
        self.logs[partition].append(record)
        return partition, len(self.logs[partition]) - 1

    def of_topic(self, topic: str) -> list[Partition]:
        return [Partition(topic, number) for number in range(self.partitions)]

    def position(self, partition: Partition) -> int:
        return self.committed.get(partition, (0, ""))[0]
