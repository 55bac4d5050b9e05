"""The partitions that are ours: what is in hand of each, when it pauses, and what is to be committed."""

from __future__ import annotations

from collections.abc import Iterable

from consumer.delivery.lanes import Lanes
from consumer.delivery.memory_budget import MemoryBudget
from consumer.delivery.offset_map import LIMIT, decode, encode
from consumer.delivery.offset_ranges import OffsetRanges
from consumer.delivery.offset_tracker import OffsetTracker
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.task import UNBOUNDED, Commit, Decisions, PartitionState, Task
from consumer.records import Partition

_LOWER_PRIORITY_SHARE = 0.5
_MAP_TOO_FULL = 0.75
_COMMIT_AGAIN_SECONDS = 0.25


class Partitions:
    """Every assigned partition, from its assignment until another instance owns it."""

    def __init__(self, policy: DeliveryPolicy, lanes: Lanes[Task]) -> None:
        self._policy = policy
        self._lanes = lanes
        self._states: dict[Partition, PartitionState] = {}
        self._top_priority = 0
        self._next_commit = 0.0
        self.memory = MemoryBudget(policy.buffered_records, policy.buffered_bytes)
        self.redelivery_memory = MemoryBudget(policy.buffered_records, policy.buffered_bytes)
        """Redeliveries wait for minutes: a pile of them must not stop the topics."""

    def assign(self, partition: Partition, committed: int | None, metadata: str, priority: int = 0) -> None:
        """`committed` and `metadata` are the group's last commit for the partition; None: there is none."""
        already = decode(committed, metadata) if committed is not None else OffsetRanges()
        redelivers = partition.topic == self._policy.retry_topic
        self._states[partition] = PartitionState(partition, priority, redelivers, OffsetTracker(already))
        self._rank()

    def hold(self, partition: Partition, *, held: bool) -> None:
        """Keeps a partition paused for a reason outside delivery: its schema is not to be had just now."""
        if state := self._states.get(partition):
            state.held = held

    def drain(self, partitions: Iterable[Partition]) -> None:
        """Drops what has not been sent of these; what is out may still settle."""
        for state in self._states_of(partitions):
            state.draining = True
            for task in state.lanes.tasks():
                if not task.in_flight:
                    self.free(task)
            self._lanes.close(state.lanes)

    def forget(self, partitions: Iterable[Partition]) -> None:
        """The partitions are another's now: what is still out of them settles nothing here."""
        gone = list(partitions)
        self.drain(gone)
        for state in self._states_of(gone):
            state.active = False
            del self._states[state.partition]
        self._rank()

    def restart(self, state: PartitionState) -> PartitionState:
        """Forgets what was read of a partition, and goes on from where it is read now."""
        self.forget([state.partition])
        self.assign(state.partition, None, "", state.priority)
        return self._states[state.partition]

    def outstanding(self, partitions: Iterable[Partition]) -> int:
        """How many sends and writes of these partitions have no result yet."""
        return sum(state.in_flight_count for state in self._states_of(partitions))

    def accepting(self, partition: Partition) -> PartitionState | None:
        """The state of a partition whose records are taken; None: it is not ours, or is leaving."""
        state = self._states.get(partition)
        return None if state is None or state.draining else state

    @property
    def assigned(self) -> list[Partition]:
        return list(self._states)

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
    def top_priority(self) -> int:
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
            share = 1.0 if state.redelivers or state.priority == self._top_priority else _LOWER_PRIORITY_SHARE
            full = self._budget_of(state).pauses(paused=bool(state.paused), share=share)
            pause = full or state.held or state.map_full or state.draining
            if pause is not state.paused:
                state.paused = pause
                (decided.pause if pause else decided.resume).append(state.partition)

    def _budget_of(self, state: PartitionState) -> MemoryBudget:
        return self.redelivery_memory if state.redelivers else self.memory

    # Commits

    def commits(self, now: float, *, leaving: bool = False) -> list[Commit]:
        """The offsets to commit now: at most once in the policy's interval.

        `leaving`: those of the partitions that drain, whatever the interval.
        """
        if now < self._next_commit and not leaving:
            return []
        commits = []
        for state in self._states.values():
            watermark = state.settled.watermark
            if not state.changed or watermark is None or (leaving and not state.draining):
                continue
            metadata = _map_of(state, watermark)
            state.changed = False
            commits.append(Commit(state.partition, watermark, metadata))
        if commits:
            self._next_commit = now + self._policy.commit_seconds
        return commits

    @property
    def next_commit_at(self) -> float:
        """When there is something to commit; infinity while there is nothing."""
        changed = any(state.changed for state in self._states.values())
        return self._next_commit if changed else float("inf")

    def commit_failed(self, partitions: Iterable[Partition], *, map_refused: bool = False) -> None:
        """The commit is lost: it is repeated a little later, and without a map where the brokers refuse those."""
        for state in self._states_of(partitions):
            state.changed = True
            state.mapless |= map_refused
        self._next_commit += _COMMIT_AGAIN_SECONDS

    def _rank(self) -> None:
        self._top_priority = max((state.priority for state in self._states.values()), default=0)

    def _states_of(self, partitions: Iterable[Partition]) -> list[PartitionState]:
        return [state for partition in partitions if (state := self._states.get(partition)) is not None]


def _map_of(state: PartitionState, watermark: int) -> str:
    """The map for the commit; notes whether it is too full for more to be read."""
    beyond = OffsetRanges() if state.mapless else state.settled.beyond
    if len(beyond) > state.map_bound:
        metadata, fullness = "", 1.0
    else:
        metadata = encode(watermark, beyond)
        too_large = bool(beyond) and not metadata
        # What did not fit will not fit until much of it is gone: packing it again each time costs dearly.
        state.map_bound = len(beyond) // 2 if too_large else UNBOUNDED
        fullness = 1.0 if too_large else len(metadata) / LIMIT
    # With nothing in hand there is nothing whose settling would empty the map: only reading on does.
    limit = _MAP_TOO_FULL / 2 if state.map_full else _MAP_TOO_FULL
    state.map_full = bool(state.lanes.lanes) and fullness > limit
    return metadata
