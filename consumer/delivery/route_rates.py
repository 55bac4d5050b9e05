"""Routes with a ceiling of their own: what waits for it keeps its place, and holds up nobody else."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from consumer.delivery.lanes import Lane, Lanes
from consumer.delivery.task import Task
from consumer.delivery.token_bucket import TokenBucket


class _Rate:
    """One route's ceiling, and the lanes that wait for it in the order in which they came."""

    __slots__ = ("bucket", "waiting")

    def __init__(self, rate: float) -> None:
        self.bucket = TokenBucket(rate)
        self.waiting: dict[float, deque[Lane[Task]]] = {}


class RouteRates:
    """Within the ceiling of all. What waits counts as stuck in its partition, and so fills that one's share alone."""

    def __init__(self, rates: Mapping[int, float], lanes: Lanes[Task]) -> None:
        """Begin with nothing that waits.

        Args:
            rates: requests a second, by the number that `EventRequest.rated` has.
            lanes: where what has waited goes on.
        """
        self._rates = {number: _Rate(rate) for number, rate in rates.items()}
        self._lanes = lanes

    def keeps(self, lane: Lane[Task], now: float) -> bool:
        """Whether the head of a lane, which could go otherwise, is to wait; it is kept then, else it counts."""
        task = lane.head
        number = task.request.rated
        rate = None if number is None else self._rates.get(number)
        if rate is None:
            return False
        if rate.bucket.available(now) >= 1:
            rate.bucket.take()
            return False
        rate.waiting.setdefault(task.priority, deque()).append(lane)
        task.state.held_lanes += 1
        return True

    def wake(self, now: float) -> None:
        """Makes as many lanes ready as may go now, before those that came after them."""
        for rate in self._rates.values():
            if not rate.waiting:
                continue
            woken = []
            for _ in range(int(rate.bucket.available(now))):
                if (lane := _next(rate.waiting)) is None:
                    break
                lane.head.state.held_lanes -= 1
                woken.append(lane)
            for lane in reversed(woken):
                self._lanes.ready(lane, first=True)

    def next_at(self, now: float) -> float:
        """When the next that waits may go; infinity while nothing waits."""
        waiting = [rate.bucket.next_at(now) for rate in self._rates.values() if rate.waiting]
        return min(waiting, default=float("inf"))


def _next(waiting: dict[float, deque[Lane[Task]]]) -> Lane[Task] | None:
    """The first of the highest priority whose partition is still here."""
    for priority in sorted(waiting, reverse=True):
        lanes = waiting[priority]
        while lanes:
            lane = lanes.popleft()
            if not lanes:
                del waiting[priority]
            if not lane.closed:
                return lane
    return None
