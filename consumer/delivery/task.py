"""A record on its way: what is left to send of it and how that went so far."""

from __future__ import annotations

import math
import sys
from collections.abc import Container
from dataclasses import dataclass, field

from consumer.config.endpoints import endpoint_of
from consumer.delivery.lanes import Lane, LaneGroup
from consumer.delivery.lease import Lease
from consumer.delivery.legs import Legs
from consumer.delivery.memory_budget import MemoryBudget
from consumer.delivery.offset_ranges import NOTHING, OffsetRanges
from consumer.delivery.offset_tracker import OffsetTracker
from consumer.delivery.parts import Part, addressed, ordering_key
from consumer.delivery.removed import Removed
from consumer.delivery.shares import UNKNOWN
from consumer.records import Delivered, EventRequest, Failure, OrderClass, Outcome, Partition, Record, Reject

UNBOUNDED = sys.maxsize

FAILED_FIRST = math.inf
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
    """How often its topic was made anew before, as far as is known, or its commit set back."""
    lease: Lease = field(default_factory=Lease)
    lanes: LaneGroup[Task] = field(default_factory=LaneGroup)
    active: bool = True
    draining: bool = False
    paused: bool | None = None
    """None: not known. Kafka's client remembers what was paused when a partition left, and comes back."""
    held: bool = False
    destinations: frozenset[str] = frozenset()
    """Those that its records may go to, where there are several in all."""
    sets_aside: bool = False
    """Whether its records for a destination that is away go to the retry topic, so that the others flow."""
    stopped: bool = False
    """It is not to be read for as long as it is ours; what the client had fetched of it is let go."""
    removed: Removed = field(default_factory=Removed)
    """Its records, if it is of the retry topic, for destinations that there are no longer."""
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
    unanswered: set[int] = field(default_factory=set)
    """All commits that were sent since the last acknowledged one: the group may have any of them."""
    acknowledged: int | None = None
    """The last commit that the group is known to have."""
    map_sent: OffsetRanges = NOTHING
    map_acknowledged: OffsetRanges = NOTHING
    """What the maps of those two have as settled beyond."""


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
    destination: str = ""
    leg: str = ""
    """Its name among the shares of a record that goes to several destinations."""
    part: OrderClass | None = None
    numbers: tuple[int, ...] = ()
    rest: Part | None = None
    rest_lane: Lane[Task] | None = None
    """Where the rest keeps its place, where that is another lane."""
    legs: Legs[Task, Lane[Task]] | None = None
    """Those shares."""
    events_before: tuple[str, ...] = ()
    """Those that the first part has delivered."""
    lane: Lane[Task] | None = None
    index: int = 0
    done: Delivered = ()
    """Those requests of the present part that are left out, as Bluecore has them already."""
    refused: tuple[Reject, ...] = ()
    """Why further routes make nothing of the record, which is told once the present part is sent."""
    given_up: list[tuple[int, Failure]] = field(default_factory=list)
    """Of the present requests, by index, those that Bluecore refused."""
    elsewhere: Delivered = ()
    """The requests of the other part."""
    due: float = 0.0
    counted: bool = False
    """It counts against the bounds of the memory."""
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
    rejected_by: str = ""
    """The endpoint that has refused that event."""
    set_aside: bool = False
    """Its destination is away or cannot keep up: it goes to the retry topic in its order."""
    by_customer: bool = False
    """Its order is the customer's, whatever its Kafka key."""
    ordering_key: bytes | None = field(init=False)
    """The Kafka key; without one, or if records are ordered by it, the customer."""
    parking_key: bytes | None = field(init=False)
    """The key under which later records follow this one into the retry topic; None where order matters not."""
    endpoint: str = field(init=False)
    """Where its present request goes: an API of its destination."""
    charged: str = field(init=False, default="")
    """The endpoint for which it counts against the memory."""
    traceparent: str | None = field(init=False)
    """The record's; it is looked for once, for a record may have many headers, and many requests."""

    def __post_init__(self) -> None:
        record = self.record
        self.traceparent = record.traceparent if record.headers else None
        if record.key is None or self.by_customer:
            self.ordering_key = ordering_key(record, self.requests, by_customer=self.by_customer)
        else:
            self.ordering_key = record.key
        self.parking_key = addressed(self.ordering_key, self.destination) if self.ordered else None
        # As `_look_ahead`, without the call: there is one for every record.
        api = self.requests[0].api if self.requests else ""
        self.endpoint = endpoint_of(self.destination, api) if api else self.destination

    def key_of(self, requests: tuple[EventRequest, ...]) -> bytes | None:
        """The ordering key of these requests of the record."""
        return ordering_key(self.record, requests, by_customer=self.by_customer)

    def parking_key_of(self, requests: tuple[EventRequest, ...]) -> bytes | None:
        """The key under which they are parked: a customer of two destinations is parked for each."""
        return addressed(self.key_of(requests), self.destination)

    def go_on(self, delivered: tuple[str, ...]) -> None:
        """The first part has ended: what is left of the record is the rest.

        Args:
            delivered: the events of the first part, if Bluecore took them.
        """
        rest = self.rest
        if rest is None:
            raise ValueError(f"{self.record.partition} offset {self.record.offset} has no second part")
        self.elsewhere = (*self.done, *self.own)
        self.kind = self.part = rest.kind
        self.requests, self.numbers = rest.requests, rest.numbers
        self.priority, self.ordered = rest.priority, rest.ordered
        self.events_before = delivered
        self.rest = self.failure = None
        self.done, self.refused, self.given_up = rest.done, rest.refused, []
        self.index = self.attempts = self.redeliveries = self.write_failures = 0
        self.due = self.first_failed_at = self.failed_at = 0.0
        self.sent = False
        self.__post_init__()

    def fail(self, failure: Failure) -> None:
        """It is not sent any more: what is left is to write it to the topic of its failure."""
        self.failure, self.priority, self.due = failure, FAILED_FIRST, 0.0

    @property
    def request(self) -> EventRequest:
        """The present one; once all are sent, the last."""
        requests, index = self.requests, self.index
        return requests[index] if index < len(requests) else requests[-1]

    def give_up(self, failure: Failure) -> None:
        """Its present request is not sent any more; what comes after it is."""
        self.given_up.append((self.index, failure))
        if not self.rejected_event:
            self.rejected_event, self.rejected_by = self.request.event, self.endpoint
        self.next_request()

    def next_request(self) -> None:
        """What was sent is done with: the next one begins anew."""
        self.index += 1
        self.attempts = self.redeliveries = 0
        self.sent = False
        if self.index < len(self.requests):
            self._look_ahead()

    def _look_ahead(self) -> None:
        """Where its present request goes; of a record of which nothing is to be sent, its destination stands in."""
        api = self.requests[self.index].api if self.requests else ""
        self.endpoint = endpoint_of(self.destination, api) if api else self.destination

    @property
    def own(self) -> Delivered:
        """The number and the event of each request of the present part, links not counted."""
        events = [request.event for request in self.requests if not request.link]
        return tuple(zip(self.numbers or range(len(events)), events, strict=True))

    @property
    def accepted(self) -> Delivered:
        """Which requests of the present part, links not counted, Bluecore has accepted."""
        if not self.index:
            return self.done
        refused = {index for index, _ in self.given_up}
        own = [index for index, request in enumerate(self.requests) if not request.link]
        numbered = zip(own, self.own, strict=True)
        return (*self.done, *(each for index, each in numbered if index < self.index and index not in refused))

    @property
    def ended_numbers(self) -> list[int]:
        """Once the present part has ended, the numbers of its requests, and of what is refused beside them."""
        return [*(number for number, _ in (*self.done, *self.own)), *(each.number for each in self.refused)]

    @property
    def delivered(self) -> int:
        """How many those are."""
        return len(self.done) + self.own_index - len(self.given_up)

    @property
    def own_index(self) -> int:
        """The index of the present request among the record's own, or how many of them have gone."""
        return self._own_at(self.index)

    def _own_at(self, index: int) -> int:
        links = 0
        # They stand in front, and are few; the record's own may be thousands.
        while links < index and self.requests[links].link:
            links += 1
        return index - links

    @property
    def which(self) -> Delivered:
        """Which those are, where their number does not say it: others before them are missing, or may be."""
        past = self.record.redelivery
        left_out = self.leg and self.done
        if not (self.refused or self.given_up or left_out or (past is not None and past.which)):
            return ()
        elsewhere = self.elsewhere if self.part is None or self.is_of_both else ()
        return tuple(sorted((*self.accepted, *elsewhere)))

    @property
    def is_of_both(self) -> bool:
        """Whether something is refused that may be of the other class, whose requests have ended by now."""
        return self.rest is None and bool(self.elsewhere) and any(each.kind is not self.kind for each in self.refused)

    @property
    def part_left(self) -> OrderClass | None:
        """Which requests are left of the record that is written to a topic; None: all but those that are told of."""
        failure = self.failure
        dead = failure is not None and failure.outcome is Outcome.DEAD_LETTER
        return None if dead and self.is_of_both else self.part

    def leave_out(self, gone: Container[int]) -> None:
        """An earlier life of the record got so far; where mapping has changed since, its last request goes again.

        Args:
            gone: the numbers of the requests that Bluecore has accepted.
        """
        own = self.own
        done = [each for each in own if each[0] in gone]
        if len(done) == len(own) and not self.refused:
            del done[-1:]
        left_out = {number for number, _ in done}
        numbers = iter([number for number, _ in own])
        kept = tuple(request for request in self.requests if request.link or next(numbers) not in left_out)
        self.numbers = tuple(number for number, _ in own if number not in left_out)
        self.requests = kept if self.numbers else ()
        self._look_ahead()
        self.done = (*self.done, *done)

    @property
    def addressee(self) -> str | None:
        """The destination that is written down with it; None: it has but one, which has no name."""
        past = self.record.redelivery
        if self.leg == UNKNOWN:
            return None
        if self.destination or self.leg:
            return self.destination
        return None if past is None else past.destination

    @property
    def idempotency_key(self) -> str:
        """`<topic>:<partition>:<offset>` of the original record, `:<n>` for its n-th further request.

        A link has a name in place of a number. `@<name>` follows where the destination has one: what it was sent
        under to another says nothing there.
        """
        if self.index or self.numbers or self.destination or self.requests[0].link:
            return self.key_at(self.index)
        return self.record_key

    @property
    def record_key(self) -> str:
        """The place of the original record: what the idempotency keys of its requests begin with."""
        record = self.record
        (topic, number), offset = record.partition, record.offset
        if record.redelivery is not None:
            (topic, number), offset = record.redelivery.origin, record.redelivery.offset
        return f"{topic}:{number}:{offset}"

    def key_at(self, index: int) -> str:
        """The idempotency key of the present part's request at this index."""
        if self.requests[index].link:
            return self.key_of_number(f"link{index}")
        ordinal = self._own_at(index)
        if self.numbers:
            ordinal = self.numbers[ordinal]
        return self.key_of_number(ordinal)

    def key_of_number(self, number: int | str) -> str:
        """The idempotency key that ends in this number, or in the name of a link."""
        key = f"{self.record_key}:{number}" if number else self.record_key
        return f"{key}@{self.destination}" if self.destination else key
