"""How much is taken and not settled, and when partitions pause because of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class MemoryBudget:
    """Counts records and bytes against their bounds."""

    most_records: int
    most_bytes: int
    records: int = 0
    bytes: int = 0

    def add(self, size: int) -> None:
        self.records += 1
        self.bytes += size

    def remove(self, size: int) -> None:
        self.records -= 1
        self.bytes -= size

    @property
    def level(self) -> float:
        """How full it is: 1 at the bound."""
        return max(self.records / self.most_records, self.bytes / self.most_bytes)


def pauses(level: float, share: float, resumes: float, *, paused: bool) -> bool:
    """Whether what fills so much of the memory pauses at this share of it; at `resumes` of the share it goes on.

    Each pause costs what Kafka's client has fetched ahead: it must not flutter.
    """
    return level >= (share * resumes if paused else share)
