"""What all instances share: the time, the brokers, Bluecore, and the truth about each record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from consumer.delivery.offset_map import encode
from consumer.delivery.offset_ranges import OffsetRanges
from consumer.records import Partition
from tests.simulation.beginnings import Beginnings
from tests.simulation.bluecore import Bluecore
from tests.simulation.brokers import Brokers, Place
from tests.simulation.oracle import Oracle
from tests.simulation.world import World

LATE = (1.0, 3.0, 6.0)
"""Seconds; a drain lasts for two."""


@dataclass(slots=True)
class Net:
    """`trickles`: a poll finds a few records only. `questions_fail`: the share of questions without an answer."""

    world: World
    brokers: Brokers
    bluecore: Bluecore
    oracle: Oracle
    beginnings: Beginnings
    trickles: bool = True
    questions_fail: float = 0.0
    commits_lost: float = 0.05
    writes_fail: float = 0.03
    late: bool = False
    """Whether answers and acknowledgements take longer than a drain waits for them."""
    new_protocol: bool = True
    """Whether the brokers offer it."""
    inherited: dict[Partition, OffsetRanges] = field(default_factory=dict)
    """What was settled by those before, as their maps have it."""
    make: Callable[[dict[str, Any]], Any] = field(default=dict)
    """Makes a consumer of whichever instance acts."""

    def delay(self) -> float:
        """Seconds by which the present answer or acknowledgement is late."""
        return self.world.random.choice((0.0, *LATE)) if self.late else 0.0

    def consumer(self, options: dict[str, Any]) -> Any:
        """In place of `confluent_kafka.Consumer`."""
        return self.make(options)

    def excuse_uncommitted(self, partitions: Iterable[Partition], *, map_unknown: bool = False) -> None:
        """What was in flight, or settled and not committed yet, may be accepted once more: nothing else may.

        Args:
            partitions: those whose owner is another now.
            map_unknown: the new owner could not ask for the commits' maps.
        """
        oracle = self.oracle
        for partition in partitions:
            log, (committed, durable) = self.brokers.log(partition), self.brokers.settled_by(partition)
            for offset in log.offsets_from(committed):
                place = log.places[offset]
                known = offset in durable and not map_unknown
                if not known and (place in oracle.touched or place in oracle.delivered or place in oracle.retried):
                    oracle.excused[place] = max(oracle.excused[place], 0) + oracle.produced[place].requests

    def check_map(
        self, delivered: Collection[Place], partition: Partition, offset: int, beyond: OffsetRanges
    ) -> None:
        """What an instance knows to be delivered stands in the map of its commit, unless no map can hold it."""
        forgotten = sorted(
            place[1] for place in delivered if place[0] == partition and place[1] > offset and place[1] not in beyond
        )
        inherited = self.inherited.get(partition, OffsetRanges())
        whole = OffsetRanges.from_offsets(forgotten).merged(beyond).merged(inherited.above(offset))
        half = OffsetRanges([(offset, offset + 1)])  # one there may be beside it, and takes its room
        if forgotten and encode(offset, whole, half):
            raise self.oracle.broke(f"{partition} at {offset}: the map forgets {forgotten}")
