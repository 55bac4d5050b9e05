"""What is in flight while its partition leaves, and perhaps comes back: its result is waited for all the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from consumer.delivery.buffer import Buffer
from consumer.delivery.lanes import Lane, Lanes
from consumer.delivery.offset_ranges import OffsetRanges
from consumer.delivery.settled_memory import SettledMemory
from consumer.delivery.task import PartitionState, Task
from consumer.records import OrderClass, Partition, Record


class Orphans:
    """Sends and writes without a result whose partitions have left: a record that is read again adopts its own."""

    def __init__(
        self, states: Mapping[Partition, PartitionState], memory: SettledMemory, buffer: Buffer, lanes: Lanes[Task]
    ) -> None:
        """There are none yet.

        Args:
            states: of the partitions that are ours.
            memory: is told what has ended of those that are not.
            buffer: counts each of them until its result is there.
            lanes: of all partitions.
        """
        self._states = states
        self._memory = memory
        self._buffer = buffer
        self._lanes = lanes
        self._tasks: dict[tuple[Partition, int, str], Task] = {}
        """By partition, offset and leg."""
        self._in_the_way: dict[Task, Lane[Task]] = {}
        """Those that keep a place before what is to be sent anew, and where."""
        self._begun_anew: Counter[Partition] = Counter()

    def __len__(self) -> int:
        return len(self._tasks)

    def begin_anew(self, partition: Partition) -> None:
        """What was known of it counts no more: its topic was made anew, or its commit set back."""
        self._begun_anew[partition] += 1

    def incarnation_of(self, partition: Partition) -> int:
        """How often that was so."""
        return self._begun_anew[partition]

    def left(self, state: PartitionState) -> None:
        """A partition is another's now."""
        for task in state.orphans:
            if task.in_flight:
                self._tasks[state.partition, task.record.offset, task.leg] = task

    def adopted(self, record: Record, leg: str = "") -> Task | None:
        """The send or write of this very record that has no result yet.

        Args:
            record: the record.
            leg: which of its shares, where it goes to several destinations.

        Returns:
            It is the caller's from now on; but one that does not count, since the record is to be sent anew, stays.
        """
        place = record.partition, record.offset, leg
        orphan = self._tasks.get(place) if self._tasks else None
        if orphan is None or (orphan.record == record and not self.counts(orphan)):
            return orphan
        del self._tasks[place]
        return orphan if orphan.record == record else None

    def wait_for(self, orphan: Task, lane: Lane[Task]) -> None:
        """What is behind it in this lane goes once its result is there: it might arrive after what is newer."""
        self._in_the_way[orphan] = lane

    def ended(self, task: Task, *, settled: bool) -> None:
        """The result is there: if it is settled, it is not sent again should its partition come back.

        What has ended is its present part, where it has another one.
        """
        if task.legs is not None:
            if self.answered(task) and settled:
                task.legs.part_over(task.leg, None, task.ended_numbers)
            self.remember_partly(task)
        elif self.answered(task) and settled:
            self.settled_late(task, half=task.rest is not None)
        elif not settled:
            self.remember_partly(task)
        self._buffer.free(task)

    def answered(self, task: Task) -> bool:
        """There is nothing to adopt of this task any more. Whether there was."""
        if (lane := self._in_the_way.pop(task, None)) is not None:
            self._lanes.give_up(lane, task)
        place = task.state.partition, task.record.offset, task.leg
        if self._tasks.get(place) is not task:
            return False
        del self._tasks[place]
        return True

    def settled_late(self, task: Task, *, half: bool) -> None:
        """A record, or the first part of one, was settled after its partition had left."""
        if not self.counts(task):
            return
        partition, offset = task.state.partition, task.record.offset
        state = self._states.get(partition)
        if state is not None:
            (state.settled.learn_half if half else state.settled.learn)(offset)
        elif half:
            self._memory.add_half(partition, offset)
        else:
            self._memory.add(partition, offset)

    def remember_partly(self, task: Task) -> None:
        """Which requests of a record, or of a share of one, need not be sent again should its partition come back."""
        if not self.counts(task):
            return
        numbers = {number for number, _ in task.accepted}
        part: OrderClass | str | None = task.part
        if task.legs is not None:
            numbers, part = numbers | task.legs.numbers_of(task.leg), task.leg
        if numbers:
            ranges = OffsetRanges.from_offsets(sorted(numbers))
            self._memory.add_partly(task.state.partition, task.record.offset, part, ranges)

    def counts(self, task: Task) -> bool:
        """Whether what becomes of it is of use: of a topic that was made anew, another record lies at its offset."""
        return task.state.incarnation == self._begun_anew[task.state.partition]
