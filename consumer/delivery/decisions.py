"""What the engine gives out: what is to be done, and what is to be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from consumer.delivery.task import Task
from consumer.records import Failure, Outcome, Partition, Receipt, Record


class Settlement(NamedTuple):
    """A record that is settled: what became of each of its events."""

    record: Record
    outcome: Outcome
    events: tuple[str, ...]
    delivered: int = 0
    failure: Failure | None = None
    customer: str = ""
    destination: str = ""


@dataclass(frozen=True, slots=True)
class Commit:
    """An offset to commit, with the map of the offsets settled beyond it."""

    partition: Partition
    offset: int
    metadata: str


@dataclass(slots=True)
class Decisions:
    """What the engine wants done now. What has a ticket is answered under it."""

    sends: list[tuple[int, Task]] = field(default_factory=list)
    writes: list[tuple[int, Task]] = field(default_factory=list)
    pause: list[Partition] = field(default_factory=list)
    resume: list[Partition] = field(default_factory=list)
    receipts: list[tuple[int, Receipt]] = field(default_factory=list)
    settled: list[Settlement] = field(default_factory=list)
    wake_at: float = float("inf")
