"""Which keys have a record in the retry topic, so that their later records follow it there.

Confluent's fourth pattern of error handling: while a key is parked, its order is kept by the retry topic. A key is
parked for its consents, for its other records, or for both: an unsubscribe does not wait for a profile that fails.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from consumer.records import OrderClass, Partition, Record

BOTH = frozenset(OrderClass)
MOST_PARKED = 350_000
"""Records that are kept in mind: about 270 MB. What order matters for waits while there are more."""
RECORD_BYTES = 800
"""About what one takes here, and where it is followed, together [measured]."""
_DIGEST_BYTES = 16
Place = tuple[Partition, int]
"""A partition and an offset in it."""
_Copies = dict[Place | None, bytes]
"""Of one record in the retry topic: its places there, and the digest of what lies at each."""
_Copy = tuple[Place | None, bytes]
_Places = dict[Place, _Copies | _Copy]
"""Of one key, by its records' original places; nearly always a record has one copy, which is no dictionary then."""


class Parked(NamedTuple):
    """A record of this ordering key is in the retry topic: at `at`, or (None) at a place that is not known yet.

    `key` may be its `short` form. `origin` and `offset` are its original place; a produce that was repeated leaves
    two copies of it. `parks`: the classes of later records that follow it. `digest`: of its key and value, since
    whoever may write to the topic may claim any place.
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

    def __init__(self, most: int = MOST_PARKED) -> None:
        """`most`: records that are parked, beyond which nothing is known."""
        self._parked: dict[OrderClass, dict[bytes, _Places]] = {kind: {} for kind in OrderClass}
        self._most = most
        self.records = 0
        """How many are parked, one of both classes twice, copies not counted."""
        self._asked = self._answered = 0
        self._taken: dict[tuple[bytes, Place | None, OrderClass], tuple[Parked, int]] = {}
        """By key, place and class, what was read here and the watch does not tell of; with it, where the partition
        has left since, the number of the catch-up after which nothing is parked that the watch has not told of."""
        self._expected: dict[tuple[bytes, Place, OrderClass], bool] = {}
        """By key, place and class, what is on its way to the retry topic, and whether it has been told of since."""

    def __len__(self) -> int:
        """How many keys."""
        consents, others = self._parked.values()
        return len(consents.keys() | others.keys()) if consents else len(others)

    @property
    def known(self) -> bool:
        return self._answered == self._asked and self.records < self._most

    @property
    def level(self) -> float:
        """How full it is: from 1 on, nothing is known."""
        return self.records / self._most

    def ask(self) -> int:
        """The number to catch up under; `known` again when it has been answered."""
        self._asked += 1
        return self._asked

    def apply(self, change: Change) -> None:
        if isinstance(change, CaughtUp):
            self._caught_up(change.number)
            return
        key, place = short(change.key), (change.origin, change.offset)
        for kind in change.parks:
            self._taken.pop((key, change.at, kind), None)  # the watch tells of it now, or it is over
            if isinstance(change, Parked):
                if (key, place, kind) in self._expected:
                    self._expected[key, place, kind] = True
                self._park(kind, key, place, (change.at, change.digest))
            else:
                self._unpark(kind, key, place, change.at)

    def _park(self, kind: OrderClass, key: bytes, place: Place, copy: _Copy) -> None:
        places = self._parked[kind].setdefault(key, {})
        known = places.get(place)
        if known is None:
            self.records += 1
        if known is None or _at(known) in {None, copy[0]}:
            places[place] = copy
            return
        copies = places[place] = dict([known]) if isinstance(known, tuple) else known
        copies.pop(None, None)
        copies[copy[0]] = copy[1]

    def _unpark(self, kind: OrderClass, key: bytes, place: Place, at: Place) -> None:
        places = self._parked[kind].get(key, {})
        if (known := places.get(place)) is None:
            return
        if isinstance(known, dict):
            known.pop(at, None)
            known.pop(None, None)
            left = bool(known)
        else:
            left = known[0] not in {None, at}
        if not left:
            self.records -= 1
            del places[place]
            if not places:
                del self._parked[kind][key]

    def expect(self, parked: Parked) -> None:
        """A record is on its way to the retry topic, where its place is not known yet."""
        for where in _expectations(parked):
            self._expected[where] = False

    def written(self, parked: Parked, *, acknowledged: bool) -> None:
        """What was expected has arrived, or has not.

        An acknowledgement may be late: if the watch has told of it before, it may have told its end as well.
        """
        told = [self._expected.pop(where, False) for where in _expectations(parked)]
        if acknowledged and not any(told):
            self.apply(parked)

    def take(self, parked: Parked) -> None:
        """A record was read from the retry topic. The watch comes to it later, or has told its end before.

        The latter is so where whoever reads it again does not know the commit that it was settled by.
        """
        key, place = short(parked.key), (parked.origin, parked.offset)
        for kind in parked.parks:
            where = key, parked.at, kind
            if where in self._taken or parked.at not in _locations(self._parked[kind].get(key, {}).get(place)):
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
        return bool(records) and key is not None and short(key) in records

    def holds(self, key: bytes | None, record: Record, kind: OrderClass = OrderClass.OTHER) -> bool:
        """Whether this very record is in the retry topic: a crash came between its write and its commit."""
        records = self._parked[kind]
        if not records or key is None:
            return False
        known = records.get(short(key), {}).get((record.origin, record.origin_offset))
        if known is None:
            return False
        digests = known.values() if isinstance(known, dict) else known[1:]
        return digest_of(record.key, record.value) in digests

    def _caught_up(self, number: int) -> None:
        self._answered = max(self._answered, number)
        over = [parked for parked, awaited in self._taken.values() if 0 < awaited <= number]
        for parked in over:
            if parked.at is not None:
                self.apply(Unparked(parked.key, parked.origin, parked.offset, parked.at, parked.parks))


def _expectations(parked: Parked) -> Iterable[tuple[bytes, Place, OrderClass]]:
    key, place = short(parked.key), (parked.origin, parked.offset)
    return [(key, place, kind) for kind in parked.parks]


def _at(known: _Copies | _Copy) -> object:
    """Where the one copy lies; of several, no such place."""
    return () if isinstance(known, dict) else known[0]


def _locations(known: _Copies | _Copy | None) -> Iterable[Place | None]:
    """Where the copies lie."""
    return () if known is None else known if isinstance(known, dict) else known[:1]


def digest_of(key: bytes | None, value: bytes | None) -> bytes:
    """For telling whether two records are one."""
    key = key or b""
    return blake2b(b"%d:%b%b" % (len(key), key, value or b""), digest_size=_DIGEST_BYTES).digest()


def short(key: bytes) -> bytes:
    """What is kept of an ordering key, which may be of any length: itself, or 16 bytes that stand for it."""
    return key if len(key) <= _DIGEST_BYTES else blake2b(key, digest_size=_DIGEST_BYTES).digest()
