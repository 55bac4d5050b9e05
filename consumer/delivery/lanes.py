"""Lanes: the tasks of one ordering key, one after the other; different lanes side by side.

A lane is idle (empty), ready (its head may go), waiting (its head may go later) or busy (its head has gone).
A task may keep its place in a lane before its turn there can come, while it goes by another one (`reserve`): as the
head it makes its lane wait until it is admitted, or leaves.
Each head leads to one endpoint, and what waits for one is asked for apart from the others.
Ready lanes leave by priority, then in the order in which they became ready, so that a key with a long queue
never stops the others.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from itertools import count
from typing import Generic, Protocol, TypeVar


class Goes(Protocol):
    """What stands in a lane."""

    @property
    def priority(self) -> float: ...

    @property
    def endpoint(self) -> str:
        """Where it goes next, by name; while it waits in a lane, that stays the same."""


T = TypeVar("T", bound=Goes)


class Lane(Generic[T]):
    """One key's queue. `closed` is set when its partition has left: it is then passed over.

    `reserved`: the tasks in it that only keep their place yet.
    """

    __slots__ = ("closed", "key", "owner", "queue", "reserved")

    def __init__(self, owner: LaneGroup[T], key: Hashable) -> None:
        self.owner = owner
        self.key = key
        self.queue: deque[T] = deque()
        self.reserved: set[T] | None = None
        self.closed = False

    @property
    def head(self) -> T:
        return self.queue[0]


class LaneGroup(Generic[T]):
    """The lanes of one partition."""

    __slots__ = ("lanes",)

    def __init__(self) -> None:
        self.lanes: dict[Hashable, Lane[T]] = {}

    def tasks(self) -> Iterator[T]:
        """Each once: in the lane by which it goes now."""
        for lane in self.lanes.values():
            if reserved := lane.reserved:
                yield from (task for task in lane.queue if task not in reserved)
            else:
                yield from lane.queue


class Lanes(Generic[T]):
    """Every lane that has something to do, over all partitions."""

    def __init__(self) -> None:
        self._ready: dict[str, dict[float, deque[Lane[T]]]] = {}
        self._priorities: dict[str, list[float]] = {}
        self._waiting: list[tuple[float, int, Lane[T]]] = []
        self._ties = count()

    def add(self, group: LaneGroup[T], key: Hashable, task: T) -> Lane[T]:
        """Puts a task behind the others of its key."""
        lane = group.lanes.get(key)
        if lane is None:
            lane = group.lanes[key] = Lane(group, key)
            lane.queue.append(task)
            self.ready(lane)
        else:
            lane.queue.append(task)
        return lane

    def add_busy(self, group: LaneGroup[T], key: Hashable, task: T) -> Lane[T]:
        """A lane of its own for a task that has gone already; `key` must have none."""
        lane = group.lanes[key] = Lane(group, key)
        lane.queue.append(task)
        return lane

    def reserve(self, group: LaneGroup[T], key: Hashable, task: T) -> Lane[T]:
        """A place at the end of a lane, for a task whose turn in it cannot come before it is admitted."""
        lane = group.lanes.get(key)
        if lane is None:
            lane = group.lanes[key] = Lane(group, key)
        lane.queue.append(task)
        if lane.reserved is None:
            lane.reserved = set()
        lane.reserved.add(task)
        return lane

    def keep_place(self, lane: Lane[T], task: T) -> None:
        """The head of a lane goes by another one from now on, and this one waits for its end all the same."""
        if lane.reserved is None:
            lane.reserved = set()
        lane.reserved.add(task)

    def admit(self, lane: Lane[T], task: T) -> None:
        """A task goes by the lane in which it has kept its place, from now on."""
        if lane.closed or lane.reserved is None:
            return
        lane.reserved.remove(task)
        if lane.queue[0] is task:
            self.ready(lane)

    def ready(self, lane: Lane[T], *, first: bool = False) -> None:
        """The head of `lane` may go, unless it only keeps its place; `first`: before the others of its priority."""
        if lane.reserved and lane.queue[0] in lane.reserved:
            return
        head = lane.queue[0]
        priority, endpoint = head.priority, head.endpoint
        of_endpoint = self._ready.get(endpoint)
        if of_endpoint is None:
            of_endpoint = self._ready[endpoint] = {}
        ready = of_endpoint.get(priority)
        if ready is None:
            ready = of_endpoint[priority] = deque()
            self._priorities[endpoint] = sorted(of_endpoint, reverse=True)
        if first:
            ready.appendleft(lane)
        else:
            ready.append(lane)

    def wait(self, lane: Lane[T], until: float) -> None:
        """The head of `lane` may go at `until`, in the seconds of the clock that `wake` is given."""
        heapq.heappush(self._waiting, (until, next(self._ties), lane))

    def advance(self, until: float, to: float) -> None:
        """What was to go at exactly `until` may go at `to`."""
        self._waiting = [(to if at == until else at, tie, lane) for at, tie, lane in self._waiting]
        heapq.heapify(self._waiting)

    def wake(self, now: float) -> None:
        """Makes the lanes ready whose wait has ended."""
        waiting = self._waiting
        while waiting and waiting[0][0] <= now:
            lane = heapq.heappop(waiting)[2]
            if not lane.closed:
                self.ready(lane)

    def next(self, endpoint: str = "") -> Lane[T] | None:
        """Takes the next ready lane of an endpoint, which is busy until it is released or made ready again."""
        ready = self._ready.get(endpoint)
        if ready is not None:
            for priority in self._priorities[endpoint]:
                of_priority = ready[priority]
                while of_priority:
                    lane = of_priority.popleft()
                    if not lane.closed:
                        return lane
        return None

    def any_ready(self, such: Callable[[T], bool], endpoint: str = "") -> bool:
        """Whether a ready lane of an endpoint has such a head; a look at every one of them."""
        of_endpoint = self._ready.get(endpoint, {})
        return any(not lane.closed and such(lane.head) for ready in of_endpoint.values() for lane in ready)

    def next_at(self, priority: float) -> Lane[T] | None:
        """The next of this priority alone, of whichever endpoint."""
        for of_endpoint in self._ready.values():
            ready = of_endpoint.get(priority)
            while ready:
                lane = ready.popleft()
                if not lane.closed:
                    return lane
        return None

    def ready_count(self, lowest: float, below: float, endpoint: str = "") -> int:
        """How many lanes of these priorities are ready, or nearly: one that has closed may be among them."""
        of_endpoint = self._ready.get(endpoint, {})
        return sum(len(ready) for priority, ready in of_endpoint.items() if lowest <= priority < below)

    def release(self, lane: Lane[T]) -> None:
        """The head of `lane` is settled: the next task becomes its head."""
        if lane.closed:
            return
        gone = lane.queue.popleft()
        if lane.reserved:
            lane.reserved.discard(gone)
        if lane.queue:
            self.ready(lane)
        else:
            del lane.owner.lanes[lane.key]
            lane.closed = True

    def give_up(self, lane: Lane[T], task: T) -> None:
        """A place that was reserved is needed no longer; others may be ahead of it."""
        if lane.closed or lane.reserved is None:
            return
        if lane.queue[0] is task:
            self.release(lane)
        else:
            lane.queue.remove(task)
            lane.reserved.remove(task)

    def leave(self, lane: Lane[T], task: T) -> None:
        """Takes a task out that has not gone; a lane that it leaves empty is no more."""
        lane.queue.remove(task)
        if not lane.queue:
            lane.owner.lanes.pop(lane.key, None)
            lane.closed = True
        elif lane.reserved and lane.queue[0] in lane.reserved:
            for ready in self._ready.get(task.endpoint, {}).values():
                if lane in ready:
                    ready.remove(lane)
            self._waiting = [each for each in self._waiting if each[2] is not lane]
            heapq.heapify(self._waiting)

    def close(self, group: LaneGroup[T]) -> None:
        for lane in group.lanes.values():
            lane.closed = True
            lane.queue.clear()  # it may stand among the waiting for hours yet
            lane.reserved = None
        group.lanes = {}

    @property
    def next_wake(self) -> float:
        """When the first waiting lane is due; infinity when none waits."""
        while self._waiting and self._waiting[0][2].closed:
            heapq.heappop(self._waiting)
        return self._waiting[0][0] if self._waiting else float("inf")
