"""The memory for records that are taken and not settled: who may fill how much of it, and who pauses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from consumer.delivery.decisions import Decisions
from consumer.delivery.endpoint import Endpoints
from consumer.delivery.memory_budget import MemoryBudget, pauses
from consumer.delivery.parts import may_hold_consents
from consumer.delivery.task import PartitionState, Task
from consumer.records import Partition

_LOWEST_SHARE = 0.5
_RESUMES = 0.5
# What is not read cannot go ahead: a consent waits for a tenth of the memory to empty, not for half of it.
_RESUMES_FOR_CONSENTS = 0.9
_STUCK_SHARE = 0.25
_DESTINATION_SHARE = 0.25
_PARKED_SHARE = 0.5
"""Of what may be parked: from there on nothing more is read that may be set aside."""
_RESUMES_FOR_PARKED = 0.9
"""Half of it may take an hour to go: the others of a topic of several brands wait for less."""
_NOBODY_PAUSES = 0.1
"""Below it no bound is reached: the lowest is that of a paused partition's stuck ones, an eighth of what is left."""


class Buffer:
    """Counts every task from when it is kept until it is freed.

    Four bounds hold: the memory itself; what a priority may fill together with those below it; for what is stuck in
    one partition (queued behind a key, held, or waiting for its redelivery), a quarter of what is left for all; and,
    of several destinations or APIs, the same for what waits for one. The last two are the dynamic threshold by which
    switches share a buffer among their queues (Choudhury and Hahne, 1998): something is left for all others, however
    many partitions are stuck, or destinations away.
    """

    def __init__(
        self,
        states: Mapping[Partition, PartitionState],
        most_records: int,
        most_bytes: int,
        endpoints: Endpoints = MappingProxyType({}),
    ) -> None:
        """Begin empty.

        Args:
            states: those of the partitions that are ours.
            most_records: the bound of topics, and again of the retry topic.
            most_bytes: the same, of key, value and requests.
            endpoints: where they are told apart.
        """
        self._endpoints = endpoints
        self.crowded: frozenset[str] = frozenset()
        """The endpoints for which as much waits as may."""
        self.parked_level: float = 0.0
        """How full the memory for parked keys is: were it full, what order matters for would wait everywhere."""
        self._parked_full = False
        self._states = states
        self._most_records = most_records
        self._most_bytes = most_bytes
        self._shares: dict[float, float] = {}
        """By priority, how much of the memory it may fill together with those below it."""
        self._peers: Counter[bool] = Counter()
        """How many partitions there are of topics, and of the retry topic."""
        self.top_priority: float = 0.0
        """The highest of any partition."""
        self.memory = self.budget()
        self.redelivery_memory = self.budget()
        """Redeliveries wait for minutes: a pile of them must not stop the topics."""

    def budget(self) -> MemoryBudget:
        """An empty one, with the bounds of the whole."""
        return MemoryBudget(self._most_records, self._most_bytes)

    def rank(self) -> None:
        """The partitions are others: what a priority and those below it may fill, the lowest half of the memory."""
        states = [state for state in self._states.values() if not state.stopped]
        ranked = sorted({state.priority for state in states if not state.redelivers}, reverse=True)
        self.top_priority = ranked[0] if ranked else 0.0
        step = (1 - _LOWEST_SHARE) / max(1, len(ranked) - 1)
        self._shares = {priority: 1 - place * step for place, priority in enumerate(ranked)}
        self._peers = Counter(state.redelivers for state in states)

    def keep(self, task: Task) -> None:
        """The task counts against the bounds, until it is freed."""
        state, size = task.state, task.size
        budget, usage = self.redelivery_memory if state.redelivers else self.memory, state.usage
        budget.records += 1
        budget.bytes += size
        usage.records += 1
        usage.bytes += size
        task.counted = True
        if self._endpoints and not state.redelivers:
            self._charge(task)

    def free(self, task: Task) -> None:
        state, size = task.state, task.size
        budget, usage = self.redelivery_memory if state.redelivers else self.memory, state.usage
        budget.records -= 1
        budget.bytes -= size
        usage.records -= 1
        usage.bytes -= size
        task.counted = False
        if self._endpoints:
            self._leave(task)

    def recount(self, task: Task) -> None:
        """The task goes to another endpoint from now on, as its next request does."""
        if self._endpoints and task.counted and not task.state.redelivers and not task.set_aside:
            self._leave(task)
            self._charge(task)

    def set_aside(self, task: Task) -> None:
        """The task waits for its destination no longer, only to be written."""
        self._leave(task)
        task.set_aside = True

    def _leave(self, task: Task) -> None:
        if not task.state.redelivers and not task.set_aside:
            endpoint = self._endpoints[task.charged]
            endpoint.memory.remove(task.size)
            endpoint.mixed -= task.state.sets_aside

    def _charge(self, task: Task) -> None:
        task.charged = task.endpoint
        endpoint = self._endpoints[task.charged]
        endpoint.memory.add(task.size)
        endpoint.mixed += task.state.sets_aside

    def move(self, task: Task, state: PartitionState) -> None:
        """The task is that of another state of its partition from now on."""
        task.state.usage.remove(task.size)
        task.state = state
        state.usage.add(task.size)

    def balance(self, decided: Decisions) -> None:
        """Pauses the partitions for whose records there is no room, and resumes those for which there is again."""
        fullest = max(self.memory.level, self.redelivery_memory.level)
        if self._endpoints:
            self._look_for_crowds()
            self._parked_full = pauses(
                self.parked_level, _PARKED_SHARE, _RESUMES_FOR_PARKED, paused=self._parked_full
            )
        levels = self._levels() if fullest > _NOBODY_PAUSES else None
        for state in self._states.values():
            full = levels is not None and not state.stopped and self._full(state, levels)
            full = full or (state.sets_aside and self._parked_full)
            pause = full or state.held or state.map_full or state.draining or state.stopped
            if pause is not state.paused:
                state.paused = pause
                (decided.pause if pause else decided.resume).append(state.partition)

    def _full(self, state: PartitionState, levels: dict[float, float]) -> bool:
        budget, paused = self._budget_of(state), bool(state.paused)
        if not state.sets_aside and not self.crowded.isdisjoint(state.destinations):
            return True
        share = 1.0 if state.redelivers else self._shares[state.priority]
        resumes = _RESUMES_FOR_CONSENTS if may_hold_consents(state.priority) else _RESUMES
        level = budget.level if state.redelivers else levels[state.priority]
        if pauses(level, share, resumes, paused=paused) or pauses(budget.level, 1.0, resumes, paused=paused):
            return True
        if self._peers[state.redelivers] <= 1:
            return False
        return pauses(_stuck(state), (1 - budget.level) * _STUCK_SHARE, _RESUMES, paused=paused)

    def _look_for_crowds(self) -> None:
        """Some room is left for all others, however many destinations are away."""
        room = min(self._shares.values(), default=1.0) - self.memory.level
        self.crowded = frozenset(
            name
            for name, endpoint in self._endpoints.items()
            if endpoint.memory.records
            and pauses(endpoint.memory.level, room * _DESTINATION_SHARE, _RESUMES, paused=name in self.crowded)
        )

    def _levels(self) -> dict[float, float]:
        """By priority, how much of the memory the records of this and of all lower priorities fill."""
        levels: dict[float, float] = {}
        records = size = 0
        by_priority: dict[float, tuple[int, int]] = {}
        for state in self._states.values():
            if not state.redelivers:
                before = by_priority.get(state.priority, (0, 0))
                by_priority[state.priority] = before[0] + state.usage.records, before[1] + state.usage.bytes
        for priority in sorted(by_priority):
            records, size = records + by_priority[priority][0], size + by_priority[priority][1]
            levels[priority] = max(records / self._most_records, size / self._most_bytes)
        return levels

    def _budget_of(self, state: PartitionState) -> MemoryBudget:
        return self.redelivery_memory if state.redelivers else self.memory


def _stuck(state: PartitionState) -> float:
    """How much of the memory is filled by what is not ready to be sent."""
    usage = state.usage
    if state.redelivers or not usage.records:
        return usage.level
    stuck = usage.records - len(state.lanes.lanes) + state.held_lanes
    return usage.level * max(0, stuck) / usage.records
