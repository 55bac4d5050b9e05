"""Which consents this process has delivered beyond what the group has committed, and whose they are.

Where a partition has left and come back, another member may have repeated some of them meanwhile. What is newer of
the same customer, and was delivered here before, must then go again: else a repetition would be the last word.
"""

from __future__ import annotations

from consumer.delivery.offset_ranges import OffsetRanges
from consumer.records import Partition

_MOST = 50_000
ENTRY_BYTES = 300
"""About what a record takes."""


class Consents:
    """By partition and offset, the keys whose consents were delivered; the partition that came first goes first."""

    def __init__(self, most: int = _MOST) -> None:
        """`most`: how many records are remembered over all partitions."""
        self._most = most
        self._delivered: dict[Partition, dict[int, tuple[bytes, ...]]] = {}
        self._count = 0

    def __len__(self) -> int:
        """Of how many records."""
        return self._count

    def delivered(self, partition: Partition, offset: int, key: bytes) -> None:
        """A consent of this key was accepted."""
        of_partition = self._delivered.setdefault(partition, {})
        keys = of_partition.get(offset, ())
        if key in keys:
            return
        of_partition[offset] = (*keys, key)
        self._count += not keys
        while self._count > self._most:
            self.forget(next(iter(self._delivered)))

    def committed(self, partition: Partition, below: int) -> None:
        """The group has a commit of ours: nobody repeats what lies below."""
        of_partition = self._delivered.get(partition)
        # Nearly in the order of their offsets: one that is behind a higher one goes with that.
        while of_partition and (first := next(iter(of_partition))) < below:
            del of_partition[first]
            self._count -= 1

    def forget(self, partition: Partition) -> None:
        """Its offsets mean other records now, or are wanted again."""
        self._count -= len(self._delivered.pop(partition, ()))

    def overtaken(self, partition: Partition, committed: int, settled: OffsetRanges, ours: OffsetRanges) -> set[int]:
        """The records that must go again, as another member has gone over what is older of their customers.

        Args:
            partition: it has come back.
            committed: another member's commit for it.
            settled: what that one had settled beyond.
            ours: what the map of our last commit had told it to leave out.
        """
        of_partition = self._delivered.get(partition, {})
        repeated: dict[bytes, int] = {}
        for offset, keys in of_partition.items():
            if (offset < committed or offset in settled) and offset not in ours:
                for key in keys:
                    repeated[key] = min(offset, repeated.get(key, offset))
        return {
            offset
            for offset, keys in of_partition.items()
            if offset >= committed
            and offset not in settled
            and any(repeated.get(key, offset) < offset for key in keys)
        }
