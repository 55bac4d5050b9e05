"""A record on its way: what is left to send of it and how that went so far."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import NamedTuple

from consumer.delivery.lanes import Lane, LaneGroup
from consumer.delivery.lease import Lease
from consumer.delivery.memory_budget import MemoryBudget
from consumer.delivery.offset_tracker import OffsetTracker
from consumer.delivery.parts import Part
from consumer.records import EventRequest, Failure, OrderClass, Outcome, Partition, Receipt, Record

UNBOUNDED = sys.maxsize

FAILED_FIRST = sys.maxsize
"""The priority of what has failed: it only waits for its topic, and must not wait for the endpoint."""


@dataclass(slots=True, eq=False)
class PartitionState:
    """What the engine knows of one assigned partition. `active` ends when the partition leaves."""

    partition: Partition
    priority: float
    redelivers: bool
    settled: OffsetTracker
    usage: MemoryBudget
    """What is taken of it and not settled."""
    incarnation: int = 0
    """How often its topic was made anew before, as far as is known."""
    lease: Lease = field(default_factory=Lease)
    lanes: LaneGroup[Task] = field(default_factory=LaneGroup)
    active: bool = True
    draining: bool = False
    paused: bool | None = None
    """None: not known. Kafka's client remembers what was paused when a partition left, and comes back."""
    held: bool = False
    stopped: bool = False
    """It is not to be read for as long as it is ours; what the client had fetched of it is let go."""
    held_lanes: int = 0
    """Those whose heads wait for the end of a flood."""
    map_full: bool = False
    map_bound: int = UNBOUNDED
    """How many ranges of settled offsets are worth an attempt to pack them."""
    mapless: bool = False
    in_flight_count: int = 0
    """Its sends and writes that have no result yet."""
    orphans: list[Task] = field(default_factory=list)
    """Those of them that there were when it began to drain."""
    changed: bool = False
    commit_sent: int | None = None
    acknowledged: int | None = None
    """The last commit that the group is known to have."""


@dataclass(slots=True, eq=False)
class Task:
    """One record taken and not settled; `ordered`: its order matters beyond the retries in memory.

    A record of both classes goes in two parts: its consents first, then `rest`. `kind` and what stands beside it are
    those of the present part; `part` is its class, None where the record has but one.
    `sent`: its present request has been sent before. Times are seconds since the epoch.
    """

    record: Record
    state: PartitionState
    requests: tuple[EventRequest, ...]
    priority: float
    size: int
    number: int
    ordered: bool = False
    kind: OrderClass = OrderClass.OTHER
    part: OrderClass | None = None
    numbers: tuple[int, ...] = ()
    rest: Part | None = None
    rest_lane: Lane[Task] | None = None
    """Where the rest keeps its place, where that is another lane."""
    events_before: tuple[str, ...] = ()
    """Those that the first part has delivered."""
    lane: Lane[Task] | None = None
    index: int = 0
    delivered_before: int = 0
    due: float = 0.0
    in_flight: bool = False
    sent: bool = False
    attempts: int = 0
    attempts_before: int = 0
    redeliveries: int = 0
    first_failed_at: float = 0.0
    failed_at: float = 0.0
    """When an attempt failed last, or was turned away."""
    failure: Failure | None = None
    write_failures: int = 0
    rejected_event: str = ""
    ordering_key: bytes | None = field(init=False)
    """The Kafka key; without one, the customer."""
    parking_key: bytes | None = field(init=False)
    """The key under which later records follow this one into the retry topic; None where order matters not."""
    traceparent: str | None = field(init=False)
    """The record's; it is looked for once, for a record may have many headers, and many requests."""

    def __post_init__(self) -> None:
        self.traceparent = self.record.traceparent if self.record.headers else None
        key = self.record.key
        self.ordering_key = key if key is not None or not self.requests else self.requests[0].customer.encode()
        self.parking_key = self.ordering_key if self.ordered else None

    def key_of(self, requests: tuple[EventRequest, ...]) -> bytes | None:
        """The ordering key of these requests of the record."""
        key = self.record.key
        return key if key is not None or not requests else requests[0].customer.encode()

    def go_on(self, delivered: tuple[str, ...]) -> None:
        """The first part has ended: what is left of the record is the rest.

        Args:
            delivered: the events of the first part, if Bluecore took them.
        """
        rest = self.rest
        if rest is None:
            raise ValueError(f"{self.record.partition} offset {self.record.offset} has no second part")
        self.kind = self.part = rest.kind
        self.requests, self.numbers = rest.requests, rest.numbers
        self.priority, self.ordered = rest.priority, rest.ordered
        self.events_before = delivered
        self.rest = self.failure = None
        self.delivered_before = rest.delivered
        self.index = self.attempts = self.redeliveries = self.write_failures = 0
        self.due = self.first_failed_at = self.failed_at = 0.0
        self.sent = False
        self.__post_init__()

    def fail(self, failure: Failure) -> None:
        """It is not sent any more: what is left is to write it to the topic of its failure."""
        self.failure, self.priority, self.due = failure, FAILED_FIRST, 0.0

    @property
    def request(self) -> EventRequest:
        return self.requests[self.index]

    @property
    def delivered(self) -> int:
        """How many of the present part's own requests, links not counted, Bluecore has accepted."""
        links = 0
        # They stand in front, and are few; the record's own may be thousands.
        while links < self.index and self.requests[links].link:
            links += 1
        return self.delivered_before + self.index - links

    def skip_delivered(self, delivered: int) -> None:
        """An earlier life of the record got so far; where mapping has changed since, its last request goes again."""
        own = sum(not request.link for request in self.requests)
        self.delivered_before = left_out = min(delivered, max(0, own - 1))
        self.numbers = self.numbers[left_out:]
        kept = []
        for request in self.requests:
            if request.link or not left_out:
                kept.append(request)
            else:
                left_out -= 1
        self.requests = tuple(kept)

    @property
    def idempotency_key(self) -> str:
        """`<topic>:<partition>:<offset>` of the original record, `:<n>` for its n-th further request.

        A link has a name in place of a number.
        """
        return self.key_at(self.index)

    def key_at(self, index: int) -> str:
        """The idempotency key of the present part's request at this index; of the record, where it has none."""
        topic, number = self.record.origin
        key = f"{topic}:{number}:{self.record.origin_offset}"
        if not self.requests:
            return key
        if self.requests[index].link:
            return f"{key}:link{index}"
        ordinal = self.delivered_before
        if index:
            ordinal += sum(not request.link for request in self.requests[:index])
        if self.numbers:
            ordinal = self.numbers[ordinal - self.delivered_before]
        return f"{key}:{ordinal}" if ordinal else key


class Settlement(NamedTuple):
    """A record that is settled: what became of each of its events."""

    record: Record
    outcome: Outcome
    events: tuple[str, ...]
    delivered: int = 0
    failure: Failure | None = None
    customer: str = ""


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
