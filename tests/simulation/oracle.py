"""Knows all that happened, and says when a promise was broken."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from consumer.delivery.offset_ranges import OffsetRanges
from consumer.records import CONSENTS, Delivered, OrderClass, Outcome, Partition
from tests.simulation.brokers import Log, Place

CONSENT, OTHER = OrderClass.CONSENT, OrderClass.OTHER
Event = tuple[Place, int]
_PASSING = {"good", "profile"}
Ordering = Literal["key", "customer", "partition", "none"]


class PromiseBroken(AssertionError):
    """What the service did that it must never do."""


@dataclass(frozen=True, slots=True)
class Produced:
    """A record as the producer wrote it: its events, and the classes of which the order matters for good."""

    key: bytes
    events: tuple[str, ...]
    ordered: frozenset[OrderClass]
    kind: str = "good"
    at: float = 0.0
    refused: int | None = None
    """Which of its events a route refuses."""
    destinations: tuple[str, ...] = ()
    """Where each of its events goes; none: all to the one without a name."""

    @property
    def requests(self) -> int:
        return len(self.events)

    @property
    def classes(self) -> frozenset[OrderClass]:
        return frozenset(self.class_of(number) for number in range(len(self.events)))

    def destination_of(self, number: int) -> str:
        return self.destinations[number] if self.destinations else ""

    def numbers(self, part: OrderClass | None = None, destination: str | None = None) -> list[int]:
        """The events of one class or (None) of both, for one destination or for all."""
        return [
            number
            for number in range(len(self.events))
            if part in {None, self.class_of(number)} and destination in {None, self.destination_of(number)}
        ]

    def class_of(self, number: int) -> OrderClass:
        return CONSENT if self.events[number] in CONSENTS else OTHER

    def of_class(self, kind: OrderClass) -> list[int]:
        """The numbers of its requests."""
        return [number for number in range(len(self.events)) if self.class_of(number) is kind]

    def matters(self, part: OrderClass, destination: str) -> bool:
        """Whether the order of what goes there matters for good: that of consents, and of profiles."""
        sent = [number for number in self.numbers(part, destination) if number != self.refused]
        profiles = (self.events[number] == "customer_patch" for number in sent)
        return part is CONSENT or any(profiles)

    @property
    def last(self) -> int | None:
        """The number of the request that settles it; None: a dead letter does."""
        if self.refused is not None or len(set(self.destinations)) > 1:
            return None
        return (self.of_class(OTHER) or self.of_class(CONSENT))[-1]


@dataclass(slots=True)
class Oracle:
    """The truth about every record of the routed topics, by its original place."""

    ordering: Ordering = "key"
    broken: PromiseBroken | None = None
    """The first that was broken: what is raised inside of a callback may not come out of it."""
    produced: dict[Place, Produced] = field(default_factory=dict)
    times_accepted: Counter[str] = field(default_factory=Counter)
    receipts: defaultdict[str, set[Outcome]] | None = None
    """By idempotency key, what the receipts say that the brokers have; None: none are asked for."""
    delivered: set[Place] = field(default_factory=set)
    retried: set[Place] = field(default_factory=set)
    dead: set[Place] = field(default_factory=set)
    ended_events: set[Event] = field(default_factory=set)
    """By number, what was delivered or became a dead letter."""
    retried_events: set[Event] = field(default_factory=set)
    consents: defaultdict[tuple[Partition, bytes], list[Place]] = field(default_factory=lambda: defaultdict(list))
    """As Bluecore took them, repeated ones too; not those of members that were cut off."""
    said: defaultdict[tuple[Partition, bytes], set[Place]] = field(default_factory=lambda: defaultdict(set))
    """The consents that Bluecore has taken, whoever sent them."""
    overtaken: defaultdict[tuple[Partition, bytes], set[Place]] = field(default_factory=lambda: defaultdict(set))
    """Those of them after which it has taken an older one."""
    slowest_consent: float = 0.0
    consents_parked: int = 0
    spared: set[Place] = field(default_factory=set)
    """What need not be delivered."""
    open: set[Place] = field(default_factory=set)
    """What has not ended yet."""
    forbidden: set[Place] = field(default_factory=set)
    """What must never be sent: it is from before the group began."""
    touched: set[Place] = field(default_factory=set)
    excused: Counter[Place] = field(default_factory=Counter)
    duplicates: int = 0
    _latest: defaultdict[tuple[Partition, bytes, OrderClass, str], int] = field(
        default_factory=lambda: defaultdict(lambda: -1)
    )
    _checked: defaultdict[Partition, int] = field(default_factory=lambda: defaultdict(int))

    def broke(self, what: str) -> PromiseBroken:
        """The promise that was broken, to be raised."""
        error = PromiseBroken(what)
        self.broken = self.broken or error
        return error

    def let_go(self, place: Place, *, forbidden: bool) -> None:
        """Nobody has to deliver this record; `forbidden`: nobody may."""
        self.open.discard(place)
        self.spared.add(place)
        if forbidden:
            self.forbidden.add(place)
        else:
            self.forbidden.discard(place)

    def settled_before(self, place: Place) -> None:
        """An earlier owner has delivered it."""
        record = self.produced[place]
        self.delivered.add(place)
        for number in range(record.requests):
            self.times_accepted[key_of(place, number)] = 1
        self._end(place, record.numbers())
        if self.receipts is not None:
            for number in range(record.requests):
                self.receipts[key_of(place, number)].add(Outcome.DELIVERED)

    def accepted(self, idempotency_key: str, *, excused: bool = False, now: float = 0.0) -> None:
        place, request = _place(idempotency_key)
        record = self.produced[place]
        kind = record.class_of(request)
        where = idempotency_key.partition("@")[2]
        if where != record.destination_of(request):
            raise self.broke(
                f"{idempotency_key} was sent to {where!r}, and is for {record.destination_of(request)!r}"
            )
        idempotency_key = key_of(place, request)
        if request == record.refused:
            raise self.broke(f"{idempotency_key} was sent, and a route refuses it: it is another's key")
        if kind is CONSENT:
            self._said(place, record.key + where.encode(), excused=excused)
        self.times_accepted[idempotency_key] += 1
        if self.times_accepted[idempotency_key] > 1:
            self.duplicates += 1
            if not excused and self.excused[place] <= 0:
                raise self.broke(f"{idempotency_key} was accepted again, and nothing had crashed or been lost")
            self.excused[place] -= not excused
            return
        # What an instance that was cut off delivers, the new owner cannot know of.
        self.excused[place] += excused
        numbers = record.numbers(kind, where)
        if all(self.times_accepted[key_of(place, each)] for each in numbers if each != record.refused):
            if kind is CONSENT and self._passes(place):
                self.slowest_consent = max(self.slowest_consent, now - record.at)
            if record.refused not in numbers:
                self._end(place, numbers)
            self._check_order(place, kind, where)
        if all(self.times_accepted[key_of(place, number)] for number in range(record.requests)):
            self.delivered.add(place)

    def _said(self, place: Place, key: bytes, *, excused: bool) -> None:
        customer = place[0], key
        self.said[customer].add(place)
        self.overtaken[customer].update(each for each in self.said[customer] if each > place)
        if not excused:
            self.consents[customer].append(place)

    def _end(self, place: Place, numbers: Iterable[int]) -> None:
        self.ended_events |= {(place, number) for number in numbers}
        if self.ended(place):
            self.open.discard(place)

    def _passes(self, place: Place) -> bool:
        """Whether no consent of its key fails by itself: whichever topic they are in, a parked one parks them all."""
        key = self.produced[place].key
        consents = [each for each in self.produced.values() if each.key == key and CONSENT in each.classes]
        return all(each.kind in _PASSING for each in consents)

    def written(self, place: Place, record: Produced) -> None:
        self.produced[place] = record
        if record.requests:
            self.open.add(place)

    def left_out(self, place: Place, which: Delivered) -> None:
        """What goes to the retry topic says that these requests need not go again: each has ended in some way."""
        for number, _ in which:
            if self.times_accepted[key_of(place, number)]:
                self._end(place, [number])
            elif (place, number) not in self.ended_events | self.retried_events:
                raise self.broke(f"{key_of(place, number)} is left out of the retry topic, and has not ended")

    def dead_lettered(self, place: Place, numbers: Sequence[int], which: Delivered = (), *, too_old: bool) -> None:
        """A letter says that these events have ended.

        Args:
            place: of the record.
            numbers: of the events.
            which: the requests that the letter says to be delivered.
            too_old: it is for the record's age, which must be true.
        """
        record = self.produced[place]
        if record.refused in numbers and not too_old:
            sendable = [each for each in numbers if each != record.refused]
            self._check_letter(place, sendable, [number for number, _ in which])
        else:
            for part in {record.class_of(number) for number in numbers}:
                fine = record.kind in {"good", "unlucky", "halting", "late"}
                if (fine or (record.kind == "profile" and part is CONSENT)) and not too_old:
                    raise self.broke(f"{place} was dead-lettered, and nothing was wrong with its {part}")
        self._end(place, numbers)
        self.dead.add(place)

    def _check_letter(self, place: Place, sendable: list[int], which: list[int]) -> None:
        """What one route refuses withholds nothing, and a replay repeats nothing: the letter says what was sent."""
        accepted = [number for number in sorted(sendable) if self.times_accepted[key_of(place, number)]]
        if accepted != sorted(sendable):
            raise self.broke(f"{place} was dead-lettered for what one route refuses, and the others were not sent")
        if which != accepted:
            raise self.broke(f"the letter of {place} says that {which} were delivered, and {accepted} were")

    def sent(self, idempotency_key: str) -> None:
        place = _place(idempotency_key)[0]
        if place in self.forbidden:
            raise self.broke(f"{place} is from before the group began, and was sent")
        self.touched.add(place)

    def request(self, idempotency_key: str) -> tuple[Place, bool]:
        """The record of a request, and whether it is the record's last."""
        place, request = _place(idempotency_key)
        return place, request == self.produced[place].last

    def is_overtaken(self, idempotency_key: str) -> bool:
        """Whether an older consent was repeated after this record's: then this must be the last again, as a whole."""
        place, _ = _place(idempotency_key)
        where = idempotency_key.partition("@")[2]
        return place in self.overtaken[place[0], self.produced[place].key + where.encode()]

    def number(self, idempotency_key: str) -> int:
        return _place(idempotency_key)[1]

    def excuse(self, idempotency_key: str) -> None:
        """This record may be accepted once more: its answer was lost."""
        self.excused[_place(idempotency_key)[0]] += 1

    def settled(self, place: Place) -> bool:
        settled = self.ended_events | self.retried_events
        return all((place, number) in settled for number in self.produced[place].numbers())

    def ended(self, place: Place, numbers: Iterable[int] | None = None) -> bool:
        wanted = self.produced[place].numbers() if numbers is None else numbers
        return all((place, number) in self.ended_events for number in wanted)

    def is_skipped(self, place: Place) -> bool:
        return self.produced[place].requests == 0

    def check_commit(self, log: Log, offset: int, beyond: OffsetRanges) -> None:
        """All below `offset` and all in `beyond` must be settled, where there is a record.

        A record of the retry topic is settled by an end; one of a routed topic by being in the retry topic, too.
        """
        partition, end = log.partition, max([offset, *(stop for _, stop in beyond)])
        for each in log.offsets_from(self._checked[partition]):
            if each >= end:
                break
            place, part = log.places[each], log.parts[each]
            if (each >= offset and each not in beyond) or place in self.spared:
                continue
            # A record that was written to the retry topic twice ends twice: the place knows only that it has ended.
            past = log.pasts[each]
            numbers = self.produced[place].numbers(part, None if past is None else past.destination)
            numbers = numbers if past is None else without(numbers, past.which)
            own = place[0] == partition
            if not (self.settled(place) if own else self.ended(place, numbers)):
                raise self.broke(f"{partition} was committed at {offset}, but {place} at {each} is not settled")
            # The receipts of what was delivered before it was put off, its own topic's commit waits for.
            before = 0 if past is None else past.delivered
            self._check_receipts(place, numbers[before:], whole=own)
        self._checked[partition] = max(self._checked[partition], offset)

    def _check_receipts(self, place: Place, numbers: Iterable[int], *, whole: bool) -> None:
        """Of each event of a record that is committed there is a receipt; `whole`: in its own topic."""
        if self.receipts is None:
            return
        enough = set(Outcome) if whole else {Outcome.DELIVERED, Outcome.DEAD_LETTER}
        for number in numbers:
            if not self.receipts[key_of(place, number)] & enough:
                raise self.broke(f"{place} is committed, and there is no receipt of {key_of(place, number)}")

    def _check_order(self, place: Place, part: OrderClass, destination: str) -> None:
        """First deliveries of a key and class ascend: always where order matters, else among those never put off."""
        partition, offset = place
        record = self.produced[place]
        direct = not any((place, each) in self.retried_events for each in record.numbers(part, destination))
        is_ordered = part in record.ordered and record.matters(part, destination)
        kinds = (["ordered"] if is_ordered else []) + (["direct"] if direct else [])
        for kind in kinds if self.ordering != "none" else ():
            key = b"" if self.ordering == "partition" and kind == "direct" else record.key
            lane = (partition, key, part, f"{kind} {destination}")
            if offset < self._latest[lane]:
                raise self.broke(f"{place} was delivered after {self._latest[lane]} of the same key ({part}, {kind})")
            self._latest[lane] = offset

    def check_consents(self) -> None:
        """What Bluecore took last of a customer is the newest that they said: no repetition undoes a newer one."""
        for (partition, key), taken in self.consents.items():
            events = [(place, number) for place in taken for number in self.produced[place].numbers(CONSENT)]
            if not self.retried_events.isdisjoint(events):
                continue  # the retry topic may hold a record twice
            for number, (before, after) in enumerate(pairwise(taken), 1):
                newer = [place for place in taken[:number] if place > before]
                if newer and after > min(newer):
                    raise self.broke(f"{before} of {key!r} in {partition} was repeated, and {min(newer)} was not")
            if taken[-1] != max(taken):
                raise self.broke(f"{taken[-1]} of {key!r} in {partition} was repeated after {max(taken)}")


def without(numbers: list[int], done: Delivered) -> list[int]:
    """Those that are not among the requests that are told to be done with."""
    gone = {number for number, _ in done}
    return [number for number in numbers if number not in gone]


def key_of(place: Place, number: int) -> str:
    partition, offset = place
    return f"{partition.topic}:{partition.number}:{offset}" + (f":{number}" if number else "")


def _place(idempotency_key: str) -> tuple[Place, int]:
    topic, partition, offset, *request = idempotency_key.partition("@")[0].split(":")
    return (Partition(topic, int(partition)), int(offset)), int(request[0]) if request else 0
