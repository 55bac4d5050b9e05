"""The partitions that are ours: what is in hand of each, when it pauses, and what outlives its leaving."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from consumer.config.destinations import UNNAMED
from consumer.delivery.buffer import Buffer
from consumer.delivery.commits import Commits
from consumer.delivery.consents import Consents
from consumer.delivery.endpoint import Endpoints
from consumer.delivery.held_routes import HeldRoutes
from consumer.delivery.lanes import Lanes
from consumer.delivery.lease import Lease
from consumer.delivery.offset_map import decode, decode_halves, decode_note
from consumer.delivery.offset_ranges import OffsetRanges
from consumer.delivery.offset_tracker import OffsetTracker
from consumer.delivery.orphans import Orphans
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.settled_memory import SettledMemory
from consumer.delivery.task import PartitionState, Task
from consumer.records import Partition, Record


class Partitions:
    """Every assigned partition, from its assignment until another instance owns it."""

    def __init__(self, policy: DeliveryPolicy, lanes: Lanes[Task], endpoints: Endpoints) -> None:
        self._policy = policy
        self._lanes = lanes
        self.held_routes = HeldRoutes(policy.flood, policy.breaker.probes, lanes, self._changed)
        self._states: dict[Partition, PartitionState] = {}
        self.memory_of_left = SettledMemory()
        """What this process has settled of those that are another's now."""
        self._detached: set[PartitionState] = set()
        self.consents = Consents()
        self.commits = Commits(self._states, policy.commit_seconds, self.held_routes.note, self.consents)
        self.buffer = Buffer(self._states, policy.buffered_records, policy.buffered_bytes, endpoints)
        self.orphans = Orphans(self._states, self.memory_of_left, self.buffer, lanes)

    # Partitions come and go

    def assign(  # noqa: PLR0913 - what is to be known of a partition when it comes
        self,
        partition: Partition,
        committed: int | None,
        metadata: str,
        priority: float = 0,
        *,
        start: int | None = None,
        stopped: bool = False,
        destinations: Collection[str] = (),
        sets_aside: bool = False,
    ) -> None:
        """A partition is ours now.

        Args:
            partition: the partition.
            committed: the group's last commit for it; None: there is none.
            metadata: that commit's.
            priority: of its topic.
            start: where reading begins instead of at the commit; it is committed.
            stopped: it is not to be read, and what is committed of it stays.
            destinations: the endpoints that its records may go to, where there are several in all.
            sets_aside: its records for a destination that is away are set aside.
        """
        if start is not None and committed is not None and start < committed:
            # The log was truncated or made anew: the map speaks of other records.
            self.memory_of_left.forget(partition)
            self.consents.forget(partition)
            self.orphans.begin_anew(partition)
            committed, metadata = None, ""
        if self.memory_of_left.is_set_back(partition, committed):
            self.consents.forget(partition)
            self.orphans.begin_anew(partition)
        already = halves = OffsetRanges()
        if committed is not None:
            already, halves = decode(committed, metadata), decode_halves(committed, metadata)
            self.held_routes.resume(partition.topic, decode_note(committed, metadata))
        told = already
        overtaken = self._overtaken(partition, committed, told)
        halves = halves.merged(self.memory_of_left.halves_of(partition, committed, overtaken))
        already = already.merged(self.memory_of_left.recall(partition, committed, overtaken))
        redelivers = partition.topic == self._policy.retry_topic
        tracker = OffsetTracker(already, halves, start=start)
        usage = self.buffer.budget()
        state = PartitionState(partition, priority, redelivers, tracker, usage, acknowledged=committed)
        state.map_sent = state.map_acknowledged = told
        state.changed = start is not None
        state.stopped = stopped
        state.destinations, state.sets_aside = frozenset(destinations), sets_aside
        state.incarnation = self.orphans.incarnation_of(partition)
        self._states[partition] = state
        self.commits.assigned()
        self.buffer.rank()

    def _overtaken(self, partition: Partition, committed: int | None, settled: OffsetRanges) -> set[int]:
        """What must go again of a partition that comes back, as another member has repeated what is older."""
        if committed is None:
            return set()
        ours = self.memory_of_left.map_of_another(partition, committed)
        found = set() if ours is None else self.consents.overtaken(partition, committed, settled, ours)
        self.consents.committed(partition, committed)
        return found

    def said(self, task: Task) -> None:
        """A consent of this task was delivered."""
        if task.parking_key is not None and not task.state.redelivers and self.orphans.counts(task):
            self.consents.delivered(task.state.partition, task.record.offset, task.parking_key)

    def lend(self, partition: Partition, lease: Lease) -> None:
        """For how long a partition is surely ours; for good, unless this says otherwise."""
        if state := self._states.get(partition):
            state.lease = lease

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
                    self.orphans.remember_partly(task)
                    self.buffer.free(task)
            state.orphans = [task for task in state.lanes.tasks() if task.in_flight]
            self._lanes.close(state.lanes)

    def forget(self, partitions: Iterable[Partition]) -> None:
        """The partitions are another's now: what is still in flight of them settles nothing in the group."""
        gone = list(partitions)
        self.drain(gone)
        for state in self._states_of(gone):
            state.active = False
            tracker = state.settled
            self.memory_of_left.keep(
                state.partition,
                tracker.settled,
                tracker.halves,
                state.acknowledged,
                sent=frozenset(state.unanswered),
                told=state.map_acknowledged,
            )
            self.orphans.left(state)
            del self._states[state.partition]
        self._forget_routes(gone)
        self.buffer.rank()

    def detach(self, partitions: Iterable[Partition]) -> None:
        """Their topic was deleted or made anew: what is in hand cannot be read again, and is sent on all the same.

        Its offsets mean other records now, if any: none of them is committed, and none is remembered.
        """
        for state in self._states_of(partitions):
            self.memory_of_left.forget(state.partition)
            self.consents.forget(state.partition)
            self.orphans.begin_anew(state.partition)
            del self._states[state.partition]
            state.lease = Lease()  # nothing of it is committed any more
            if state.lanes.lanes:
                self._detached.add(state)
        self._forget_routes(partitions)
        self.buffer.rank()

    def restart(self, state: PartitionState) -> PartitionState:
        """Goes on from where a partition is read now, which is another topic of the same name."""
        lease = state.lease
        self.detach([state.partition])
        self.assign(
            state.partition,
            None,
            "",
            state.priority,
            destinations=state.destinations,
            sets_aside=state.sets_aside,
        )
        self.lend(state.partition, lease)
        return self._states[state.partition]

    def detached(self) -> list[Task]:
        """What is in hand of topics that are gone."""
        self._detached = {state for state in self._detached if state.lanes.lanes}
        return [task for state in self._detached for task in state.lanes.tasks()]

    def unread_again(self, state: PartitionState) -> bool:
        """Whether the topic is gone: what is in hand of it cannot be left for later."""
        return state in self._detached

    # What is there

    def outstanding(self, partitions: Iterable[Partition]) -> int:
        """How many sends and writes of these partitions have no result yet."""
        return sum(state.in_flight_count for state in self._states_of(partitions))

    def accepting(self, partition: Partition) -> PartitionState | None:
        """The state of a partition whose records are taken; None: not ours, leaving, or not to be read."""
        state = self._states.get(partition)
        return None if state is None or state.draining or state.stopped else state

    def refused(self, records: Iterable[Record]) -> set[Partition]:
        """The partitions of these records that are not `accepting`."""
        return {each for each in {record.partition for record in records} if self.accepting(each) is None}

    @property
    def assigned(self) -> list[Partition]:
        return list(self._states)

    @property
    def states(self) -> list[PartitionState]:
        """Of every partition that is ours, what is known of it."""
        return list(self._states.values())

    @property
    def paused(self) -> list[PartitionState]:
        """The partitions of which no records are taken for now; not those that are not to be read at all."""
        return [state for state in self._states.values() if state.paused and not state.stopped]

    def oldest(self) -> dict[tuple[str, str], int | None]:
        """By endpoint and topic, the event time (ms since the epoch) of the oldest record taken and not settled.

        None where there is none; each endpoint that a topic may have is there.
        """
        oldest: dict[tuple[str, str], int | None] = {}
        for state in self._states.values():
            topic = state.partition.topic
            for name in state.destinations or (UNNAMED,):
                oldest.setdefault((name, topic), None)
            for task in state.lanes.tasks():
                time, known = task.record.event_time_ms, oldest.get((task.endpoint, topic))
                if time is not None and (known is None or time < known):
                    oldest[task.endpoint, topic] = time
        return oldest

    def _changed(self, topic: str) -> None:
        """A flood of this topic has begun or ended: the group is to know, with the next commit."""
        for state in self._states.values():
            if state.partition.topic == topic:
                state.changed = True

    def _forget_routes(self, gone: Iterable[Partition]) -> None:
        for topic in {each.topic for each in gone} - {each.topic for each in self._states}:
            self.held_routes.forget(topic)

    def _states_of(self, partitions: Iterable[Partition]) -> list[PartitionState]:
        return [state for partition in partitions if (state := self._states.get(partition)) is not None]
