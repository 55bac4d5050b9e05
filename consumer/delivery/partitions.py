"""The partitions that are ours: what is in hand of each, when it pauses, and what outlives its leaving."""

from __future__ import annotations

from collections.abc import Iterable

from consumer.delivery.commits import Commits
from consumer.delivery.lanes import Lanes
from consumer.delivery.memory_budget import MemoryBudget
from consumer.delivery.offset_map import decode, decode_halves
from consumer.delivery.offset_ranges import OffsetRanges
from consumer.delivery.offset_tracker import OffsetTracker
from consumer.delivery.parts import may_hold_consents
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.settled_memory import SettledMemory
from consumer.delivery.task import Decisions, PartitionState, Task
from consumer.records import OrderClass, Partition, Record

_LOWEST_SHARE = 0.5
_RESUMES = 0.5
# What is not read cannot go ahead: a consent waits for a tenth of the memory to empty, not for half of it.
_RESUMES_FOR_CONSENTS = 0.9


class Partitions:
    """Every assigned partition, from its assignment until another instance owns it."""

    def __init__(self, policy: DeliveryPolicy, lanes: Lanes[Task]) -> None:
        self._policy = policy
        self._lanes = lanes
        self._states: dict[Partition, PartitionState] = {}
        self._top_priority: float = 0
        self._shares: dict[float, float] = {}
        """By priority, how much of the memory a partition may see filled before it pauses."""
        self._memory_of_left = SettledMemory()
        self._orphans: dict[tuple[Partition, int], Task] = {}
        """In flight when their partitions left: by partition and offset, until their result is there."""
        self._detached: set[PartitionState] = set()
        self.commits = Commits(self._states, policy.commit_seconds)
        self.memory = MemoryBudget(policy.buffered_records, policy.buffered_bytes)
        self.redelivery_memory = MemoryBudget(policy.buffered_records, policy.buffered_bytes)
        """Redeliveries wait for minutes: a pile of them must not stop the topics."""

    # Partitions come and go

    def assign(
        self,
        partition: Partition,
        committed: int | None,
        metadata: str,
        priority: float = 0,
        *,
        start: int | None = None,
    ) -> None:
        """A partition is ours now.

        Args:
            partition: the partition.
            committed: the group's last commit for it; None: there is none.
            metadata: that commit's.
            priority: of its topic.
            start: where reading begins instead of at the commit; it is committed.
        """
        if start is not None and committed is not None and start < committed:
            # The log was truncated or made anew: the map speaks of other records.
            self._memory_of_left.forget(partition)
            committed, metadata = None, ""
        already = halves = OffsetRanges()
        if committed is not None:
            already, halves = decode(committed, metadata), decode_halves(committed, metadata)
        halves = halves.merged(self._memory_of_left.halves_of(partition, committed))
        already = already.merged(self._memory_of_left.recall(partition, committed))
        redelivers = partition.topic == self._policy.retry_topic
        tracker = OffsetTracker(already, halves, start=start)
        state = PartitionState(partition, priority, redelivers, tracker, acknowledged=committed)
        state.changed = start is not None
        self._states[partition] = state
        self.commits.assigned()
        self._rank()

    def hold(self, partition: Partition, *, held: bool) -> None:
        """Keeps a partition paused for a reason outside delivery: its schema is not to be had just now."""
        if state := self._states.get(partition):
            state.held = held

    def drain(self, partitions: Iterable[Partition]) -> None:
        """Drops what has not been sent of these; what is in flight may still settle."""
        for state in self._states_of(partitions):
            if state.draining:
                continue
            state.draining = True
            for task in state.lanes.tasks():
                if not task.in_flight:
                    self._remember_partly(task)
                    self.free(task)
            state.orphans = [task for task in state.lanes.tasks() if task.in_flight]
            self._lanes.close(state.lanes)

    def forget(self, partitions: Iterable[Partition]) -> None:
        """The partitions are another's now: what is still in flight of them settles nothing in the group."""
        gone = list(partitions)
        self.drain(gone)
        for state in self._states_of(gone):
            state.active = False
            tracker = state.settled
            self._memory_of_left.keep(state.partition, tracker.settled, tracker.halves, state.acknowledged)
            self._orphans |= {(state.partition, task.record.offset): task for task in state.orphans if task.in_flight}
            del self._states[state.partition]
        self._rank()

    def detach(self, partitions: Iterable[Partition]) -> None:
        """Their topic was deleted or made anew: what is in hand cannot be read again, and is sent on all the same.

        Its offsets mean other records now, if any: none of them is committed, and none is remembered.
        """
        for state in self._states_of(partitions):
            self._memory_of_left.forget(state.partition)
            del self._states[state.partition]
            if state.lanes.lanes:
                self._detached.add(state)
        self._rank()

    def restart(self, state: PartitionState) -> PartitionState:
        """Goes on from where a partition is read now, which is another topic of the same name."""
        self.detach([state.partition])
        self.assign(state.partition, None, "", state.priority)
        return self._states[state.partition]

    def detached(self) -> list[Task]:
        """What is in hand of topics that are gone."""
        self._detached = {state for state in self._detached if state.lanes.lanes}
        return [task for state in self._detached for task in state.lanes.tasks()]

    # What is in flight while its partition leaves, and perhaps comes back

    def orphan_of(self, record: Record) -> Task | None:
        """The send or write of this very record that has no result yet, from before its partition left."""
        orphan = self._orphans.pop((record.partition, record.offset), None) if self._orphans else None
        return orphan if orphan is not None and orphan.record == record else None

    def orphan_ended(self, task: Task, *, settled: bool) -> None:
        """The result of an orphan is there: if it is settled, it is not sent again should its partition come back.

        What has ended is its present part, where it has another one.
        """
        partition, offset = task.state.partition, task.record.offset
        if self._orphans.pop((partition, offset), None) is not None and settled:
            state = self._states.get(partition)
            if state is not None:
                (state.settled.learn if task.rest is None else state.settled.learn_half)(offset)
            elif task.rest is None:
                self._memory_of_left.add(partition, offset)
            else:
                self._memory_of_left.add_half(partition, offset)
        elif not settled:
            self._remember_partly(task)
        self.free(task)

    def delivered_before(self, record: Record, part: OrderClass | None) -> int:
        """How many requests of this part were delivered before it was parked, or before its partition left."""
        past = record.redelivery
        told = past.delivered if past is not None and past.part is part else 0
        return max(told, self._memory_of_left.delivered_of(record.partition, record.offset, part))

    def _remember_partly(self, task: Task) -> None:
        if task.delivered:
            self._memory_of_left.add_partly(task.state.partition, task.record.offset, task.part, task.delivered)

    def outstanding(self, partitions: Iterable[Partition]) -> int:
        """How many sends and writes of these partitions have no result yet."""
        return sum(state.in_flight_count for state in self._states_of(partitions))

    # What is there

    def accepting(self, partition: Partition) -> PartitionState | None:
        """The state of a partition whose records are taken; None: it is not ours, or is leaving."""
        state = self._states.get(partition)
        return None if state is None or state.draining else state

    @property
    def assigned(self) -> list[Partition]:
        return list(self._states)

    @property
    def states(self) -> list[PartitionState]:
        """Of every partition that is ours, what is known of it."""
        return list(self._states.values())

    @property
    def paused(self) -> list[PartitionState]:
        """The partitions of which no records are taken for now."""
        return [state for state in self._states.values() if state.paused]

    def oldest(self) -> dict[str, int | None]:
        """By topic, the event time (ms since the epoch) of the oldest record taken and not settled."""
        oldest: dict[str, int | None] = {}
        for state in self._states.values():
            times = [time for task in state.lanes.tasks() if (time := task.record.event_time_ms) is not None]
            topic = state.partition.topic
            known = oldest.get(topic)
            oldest[topic] = min([*times, *([known] if known is not None else [])], default=None)
        return oldest

    @property
    def top_priority(self) -> float:
        """The highest of any partition."""
        return self._top_priority

    # Memory

    def keep(self, task: Task) -> None:
        """The task counts against the bounds, until it is freed."""
        self._budget_of(task.state).add(task.size)

    def free(self, task: Task) -> None:
        self._budget_of(task.state).remove(task.size)

    def balance(self, decided: Decisions) -> None:
        """Pauses the partitions for whose records there is no room, and resumes those for which there is again."""
        for state in self._states.values():
            share = 1.0 if state.redelivers else self._shares[state.priority]
            resumes = _RESUMES_FOR_CONSENTS if may_hold_consents(state.priority) else _RESUMES
            full = self._budget_of(state).pauses(paused=bool(state.paused), share=share, resumes=resumes)
            pause = full or state.held or state.map_full or state.draining
            if pause is not state.paused:
                state.paused = pause
                (decided.pause if pause else decided.resume).append(state.partition)

    def _budget_of(self, state: PartitionState) -> MemoryBudget:
        return self.redelivery_memory if state.redelivers else self.memory

    def _rank(self) -> None:
        """The highest priority may fill the memory, the lowest half of it, and each between more than those below."""
        ranked = sorted({state.priority for state in self._states.values() if not state.redelivers}, reverse=True)
        self._top_priority = ranked[0] if ranked else 0
        step = (1 - _LOWEST_SHARE) / max(1, len(ranked) - 1)
        self._shares = {priority: 1 - place * step for place, priority in enumerate(ranked)}

    def _states_of(self, partitions: Iterable[Partition]) -> list[PartitionState]:
        return [state for partition in partitions if (state := self._states.get(partition)) is not None]
