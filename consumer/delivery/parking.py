"""Which keys have a record in the retry topic, so that their later records follow it there.

Confluent's fourth pattern of error handling: while a key is parked, its order is kept by the retry topic.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from consumer.records import Partition


class Parked(NamedTuple):
    """A record of this ordering key is in the retry topic: at `at`, or (None) at a place that is not known yet.

    `origin` and `offset` are its original place; a produce that was repeated leaves two copies of it.
    """

    key: bytes
    origin: Partition
    offset: int
    at: tuple[Partition, int] | None = None


class Unparked(NamedTuple):
    """The record at `at` in the retry topic is settled."""

    key: bytes
    origin: Partition
    offset: int
    at: tuple[Partition, int]


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
        self._parked: defaultdict[bytes, set[Parked]] = defaultdict(set)
        self._asked = self._answered = 0

    def __len__(self) -> int:
        return len(self._parked)

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
        elif isinstance(change, Parked):
            if change.at is not None:
                self._parked[change.key].discard(change._replace(at=None))
            self._parked[change.key].add(change)
        elif change.key in self._parked:
            gone = Parked(*change)
            self._parked[change.key] -= {gone, gone._replace(at=None)}
            if not self._parked[change.key]:
                del self._parked[change.key]

    def is_parked(self, key: bytes | None) -> bool:
        return key is not None and key in self._parked

    def holds(self, key: bytes | None, origin: Partition, offset: int) -> bool:
        """Whether this very record is in the retry topic: a crash came between its write and its commit."""
        if key is None or key not in self._parked:
            return False
        return any((each.origin, each.offset) == (origin, offset) for each in self._parked[key])
