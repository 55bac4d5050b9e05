"""Which keys have a record in the retry topic, so that their later records follow it there.

Confluent's fourth pattern of error handling: while a key is parked, its order is kept by the retry topic.
"""

from __future__ import annotations

from collections import defaultdict

from consumer.records import Partition

Place = tuple[Partition, int]


class ParkedKeys:
    """Keys and the records, by their original place, that are parked under each."""

    def __init__(self) -> None:
        self._places: defaultdict[bytes, set[Place]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._places)

    def park(self, key: bytes | None, origin: Partition, offset: int) -> None:
        if key is not None:
            self._places[key].add((origin, offset))

    def unpark(self, key: bytes | None, origin: Partition, offset: int) -> None:
        if key is None or key not in self._places:
            return
        self._places[key].discard((origin, offset))
        if not self._places[key]:
            del self._places[key]

    def is_parked(self, key: bytes | None) -> bool:
        return key is not None and key in self._places
