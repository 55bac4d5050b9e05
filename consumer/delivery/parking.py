"""Which keys have a record in the retry topic, so that their later records follow it there.

Confluent's fourth pattern of error handling: while a key is parked, its order is kept by the retry topic. A key is
parked for its consents, for its other records, or for both: an unsubscribe does not wait for a profile that fails.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import blake2b
from typing import NamedTuple

from consumer.records import OrderClass, Partition, Record

BOTH = frozenset(OrderClass)
Place = tuple[Partition, int]
"""A partition and an offset in it."""
_Copies = dict[Place | None, bytes]
"""Of one record in the retry topic: its places there, and the digest of what lies at each."""


class Parked(NamedTuple):
    """A record of this ordering key is in the retry topic: at `at`, or (None) at a place that is not known yet.

    `origin` and `offset` are its original place; a produce that was repeated leaves two copies of it. `parks`: the
    classes of later records that follow it. `digest`: of its key and value, since whoever may write to the topic may
    claim any place.
    """

    key: bytes
    origin: Partition
    offset: int
    at: Place | None = None
    parks: frozenset[OrderClass] = BOTH
    digest: bytes = b""


class Unparked(NamedTuple):
    """The record at `at` in the retry topic is settled, or what of it parks these classes is."""

    key: bytes
    origin: Partition
    offset: int
    at: Place
    parks: frozenset[OrderClass] = BOTH


class CaughtUp(NamedTuple):
    """All is known that was in the retry topic when this was asked for."""

    number: int


Change = Parked | Unparked | CaughtUp


class NoWatch:
    """For a service without a retry topic: nothing is ever parked."""

    def __init__(self) -> None:
        self._changes: list[Change] = []

    def changes(self) -> Sequence[Change]:
        changes, self._changes = self._changes, []
        return changes

    def catch_up(self, number: int) -> None:
        self._changes.append(CaughtUp(number))

    def close(self) -> None:
        """Nothing to close."""


class ParkedKeys:
    """Keys and the records that are parked under each; of a key only a digest is kept, as it may be of any length.

    Right after partitions were assigned, the retry topic may hold records of theirs that are not known yet: until
    the watch has caught up, `known` is false, and no record that order matters for may pass.
    """

    def __init__(self) -> None:
        self._parked: dict[OrderClass, dict[bytes, dict[Place, _Copies]]] = {kind: {} for kind in OrderClass}
        self._asked = self._answered = 0
        self._taken: dict[tuple[bytes, Place | None, OrderClass], tuple[Parked, int]] = {}
        """By key, place and class, what was read here and the watch does not tell of; with it, where the partition
        has left since, the number of the catch-up after which nothing is parked that the watch has not told of."""

    def __len__(self) -> int:
        """How many keys."""
        consents, others = self._parked.values()
        return len(consents.keys() | others.keys()) if consents else len(others)

    @property
    def known(self) -> bool:
        return self._answered == self._asked

    def ask(self) -> int:
        """The number to catch up under; `known` again when it has been answered."""
        self._asked += 1
        return self._asked

    def apply(self, change: Change) -> None:
        if isinstance(change, CaughtUp):
            self._caught_up(change.number)
            return
        key, place = _short(change.key), (change.origin, change.offset)
        for kind in change.parks:
            self._taken.pop((key, change.at, kind), None)  # the watch tells of it now, or it is over
            records = self._parked[kind]
            if isinstance(change, Parked):
                copies = records.setdefault(key, {}).setdefault(place, {})
                copies.pop(None, None)
                copies[change.at] = change.digest
            elif (found := records.get(key, {}).get(place)) is not None:
                found.pop(change.at, None)
                found.pop(None, None)
                _forget(records, key, place)

    def take(self, parked: Parked) -> None:
        """A record was read from the retry topic. The watch comes to it later, or has told its end before.

        The latter is so where whoever reads it again does not know the commit that it was settled by.
        """
        key, place = _short(parked.key), (parked.origin, parked.offset)
        for kind in parked.parks:
            where = key, parked.at, kind
            if where in self._taken or parked.at not in self._parked[kind].get(key, {}).get(place, ()):
                one = parked._replace(parks=frozenset((kind,)))
                self.apply(one)
                self._taken[where] = one, 0

    def leave(self, partitions: Collection[Partition]) -> bool:
        """These partitions are another's now: what was read of them and not settled is parked if the watch says so.

        Returns:
            Whether the watch has to be asked to catch up.
        """
        left = [
            where
            for where, (parked, awaited) in self._taken.items()
            if not awaited and parked.at is not None and parked.at[0] in partitions
        ]
        for where in left:
            self._taken[where] = self._taken[where][0], self._asked + 1
        return bool(left)

    def is_parked(self, key: bytes | None, kind: OrderClass = OrderClass.OTHER) -> bool:
        """Whether a later record of this class follows one of its key into the retry topic."""
        records = self._parked[kind]
        return bool(records) and key is not None and _short(key) in records

    def holds(self, key: bytes | None, record: Record, kind: OrderClass = OrderClass.OTHER) -> bool:
        """Whether this very record is in the retry topic: a crash came between its write and its commit."""
        records = self._parked[kind]
        if not records or key is None:
            return False
        copies = records.get(_short(key), {}).get((record.origin, record.origin_offset))
        return copies is not None and digest_of(record.key, record.value) in copies.values()

    def _caught_up(self, number: int) -> None:
        self._answered = max(self._answered, number)
        over = [parked for parked, awaited in self._taken.values() if 0 < awaited <= number]
        for parked in over:
            if parked.at is not None:
                self.apply(Unparked(parked.key, parked.origin, parked.offset, parked.at, parked.parks))


def _forget(records: dict[bytes, dict[Place, _Copies]], key: bytes, place: Place) -> None:
    """Drops what is empty."""
    places = records.get(key)
    if places is not None and not places.get(place):
        places.pop(place, None)
        if not places:
            del records[key]


def digest_of(key: bytes | None, value: bytes | None) -> bytes:
    """16 bytes, for telling whether two records are one."""
    key = key or b""
    return blake2b(b"%d:%b%b" % (len(key), key, value or b""), digest_size=16).digest()


def _short(key: bytes) -> bytes:
    return blake2b(key, digest_size=16).digest()
