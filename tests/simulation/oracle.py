"""Knows all that happened, and says when a promise was broken."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from consumer.records import Partition

Place = tuple[Partition, int]


class PromiseBroken(AssertionError):
    """What the service did that it must never do."""


@dataclass(frozen=True, slots=True)
class Produced:
    """A record as the producer wrote it: how many requests it makes, and whether its order matters for good."""

    key: bytes
    requests: int
    ordered: bool
    kind: str = "good"


@dataclass(slots=True)
class Oracle:
    """The truth about every record of the routed topics, by its original place."""

    produced: dict[Place, Produced] = field(default_factory=dict)
    times_accepted: Counter[str] = field(default_factory=Counter)
    delivered: set[Place] = field(default_factory=set)
    retried: set[Place] = field(default_factory=set)
    dead: set[Place] = field(default_factory=set)
    open: set[Place] = field(default_factory=set)
    """What has not ended yet."""
    touched: set[Place] = field(default_factory=set)
    excused: Counter[Place] = field(default_factory=Counter)
    duplicates: int = 0
    _latest: defaultdict[tuple[Partition, bytes, str], int] = field(default_factory=lambda: defaultdict(lambda: -1))
    _checked: defaultdict[Partition, int] = field(default_factory=lambda: defaultdict(int))

    def accepted(self, idempotency_key: str, *, excused: bool = False) -> None:
        place, request = _place(idempotency_key)
        self.times_accepted[idempotency_key] += 1
        if self.times_accepted[idempotency_key] > 1:
            self.duplicates += 1
            if not excused and self.excused[place] <= 0:
                raise PromiseBroken(f"{idempotency_key} was accepted again, and nothing had crashed or been lost")
            self.excused[place] -= not excused
            return
        # What an instance that was cut off delivers, the new owner cannot know of.
        self.excused[place] += excused
        if request + 1 == self.produced[place].requests:
            self.delivered.add(place)
            self.open.discard(place)
            self._check_order(place)

    def written(self, place: Place, record: Produced) -> None:
        self.produced[place] = record
        if record.requests:
            self.open.add(place)

    def dead_lettered(self, place: Place, *, too_old: bool) -> None:
        """`too_old`: for its age, which must be true."""
        if self.produced[place].kind in {"good", "unlucky", "halting"} and not too_old:
            raise PromiseBroken(f"{place} was dead-lettered, and nothing was wrong with it")
        self.dead.add(place)
        self.open.discard(place)

    def sent(self, idempotency_key: str) -> None:
        self.touched.add(_place(idempotency_key)[0])

    def request(self, idempotency_key: str) -> tuple[Place, bool]:
        """The record of a request, and whether it is the record's last."""
        place, request = _place(idempotency_key)
        return place, request + 1 == self.produced[place].requests

    def excuse(self, idempotency_key: str) -> None:
        """This record may be accepted once more: its answer was lost."""
        self.excused[_place(idempotency_key)[0]] += 1

    def settled(self, place: Place) -> bool:
        return place in self.delivered or place in self.dead or place in self.retried or self.is_skipped(place)

    def ended(self, place: Place) -> bool:
        return place in self.delivered or place in self.dead or self.is_skipped(place)

    def is_skipped(self, place: Place) -> bool:
        return self.produced[place].requests == 0

    def check_commit(self, partition: Partition, places: list[Place], offset: int, beyond: Iterable[int]) -> None:
        """`places`: what each offset of the partition is; all below `offset` and all in `beyond` must be settled.

        A record of the retry topic is settled by an end; one of a routed topic by being in the retry topic, too.
        """
        for each in (*range(self._checked[partition], offset), *beyond):
            place = places[each]
            # A record that was written to the retry topic twice ends twice: the place knows only that it has ended.
            fine = self.settled(place) if place[0] == partition else self.ended(place)
            if not fine:
                raise PromiseBroken(f"{partition} was committed at {offset}, but {place} at {each} is not settled")
        self._checked[partition] = max(self._checked[partition], offset)

    def _check_order(self, place: Place) -> None:
        """First deliveries of a key ascend: always where order matters, else among those never put off."""
        partition, offset = place
        record = self.produced[place]
        kinds = (["ordered"] if record.ordered else []) + (["direct"] if place not in self.retried else [])
        for kind in kinds:
            lane = (partition, record.key, kind)
            if offset < self._latest[lane]:
                raise PromiseBroken(f"{place} was delivered after {self._latest[lane]} of the same key ({kind})")
            self._latest[lane] = offset


def _place(idempotency_key: str) -> tuple[Place, int]:
    topic, partition, offset, *request = idempotency_key.split(":")
    return (Partition(topic, int(partition)), int(offset)), int(request[0]) if request else 0
