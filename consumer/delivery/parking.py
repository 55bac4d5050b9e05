"""Which keys have a record in the retry topic, so that their later records follow it there.

Confluent's fourth pattern of error handling: while a key is parked, its order is kept by the retry topic. A key is
parked for its consents, for its other records, or for both: an unsubscribe does not wait for a profile that fails.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from consumer.records import OrderClass, Partition

BOTH = frozenset(OrderClass)
_Place = tuple[Partition, int, tuple[Partition, int] | None]


class Parked(NamedTuple):
    """A record of this ordering key is in the retry topic: at `at`, or (None) at a place that is not known yet.

    `origin` and `offset` are its original place; a produce that was repeated leaves two copies of it. `parks`: the
    classes of later records that follow it.
    """

    key: bytes
    origin: Partition
    offset: int
    at: tuple[Partition, int] | None = None
    parks: frozenset[OrderClass] = BOTH


class Unparked(NamedTuple):
    """The record at `at` in the retry topic is settled, or what of it parks these classes is."""

    key: bytes
    origin: Partition
    offset: int
    at: tuple[Partition, int]
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
    """Keys and the records that are parked under each.

    Right after partitions were assigned, the retry topic may hold records of theirs that are not known yet: until
    the watch has caught up, `known` is false, and no record that order matters for may pass.
    """

    def __init__(self) -> None:
        self._parked: dict[OrderClass, defaultdict[bytes, set[_Place]]] = {
            kind: defaultdict(set) for kind in OrderClass
        }
        self._asked = self._answered = 0

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
            self._answered = max(self._answered, change.number)
            return
        place, unknown = (change.origin, change.offset, change.at), (change.origin, change.offset, None)
        for kind in change.parks:
            parked = self._parked[kind]
            if isinstance(change, Parked):
                parked[change.key].discard(unknown)
                parked[change.key].add(place)
            elif change.key in parked:
                parked[change.key] -= {place, unknown}
                if not parked[change.key]:
                    del parked[change.key]

    def is_parked(self, key: bytes | None, kind: OrderClass = OrderClass.OTHER) -> bool:
        """Whether a later record of this class follows one of its key into the retry topic."""
        return key is not None and key in self._parked[kind]

    def holds(self, key: bytes | None, origin: Partition, offset: int, kind: OrderClass = OrderClass.OTHER) -> bool:
        """Whether this very record is in the retry topic: a crash came between its write and its commit."""
        if key is None or key not in self._parked[kind]:
            return False
        return any(place[:2] == (origin, offset) for place in self._parked[kind][key])
