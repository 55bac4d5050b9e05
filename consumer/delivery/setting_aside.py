"""What waits for a destination that is away, or cannot keep up, goes to the retry topic where others wait behind it.

It leaves by the heads of its lanes, so that each key keeps its order; later records of a key that order matters for
follow it there, as behind any other that is parked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from consumer.delivery.answers import Answers
from consumer.delivery.buffer import Buffer
from consumer.delivery.endpoint import Endpoint
from consumer.delivery.failures import set_aside
from consumer.delivery.lanes import Lane, Lanes
from consumer.delivery.task import Task

_AT_ONCE = 200
_MOST_MIXED = 500
"""Records of mixed topics that may wait for one destination: each may be a gap in the map of settled offsets."""


class SettingAside:
    """Holds no state of its own."""

    def __init__(
        self,
        lanes: Lanes[Task],
        buffer: Buffer,
        answers: Answers,
        must_wait: Callable[[Task, Lane[Task], float], bool],
    ) -> None:
        """Takes the parts of the engine that it reaches; `must_wait`: whether the head of a lane cannot go now."""
        self._lanes = lanes
        self._buffer = buffer
        self._answers = answers
        self._must_wait = must_wait

    def go_on(self, endpoint: Endpoint, now: float) -> bool:
        """Sets aside what is to be; whether there may be more of it, which is not looked at in this round."""
        away = endpoint.is_away(now)
        if not endpoint.mixed or not (away or self._is_behind(endpoint)):
            return False
        others, enough = [], 0 if away else endpoint.mixed // 2
        for _ in range(_AT_ONCE):
            if endpoint.mixed <= enough:
                break
            if (lane := self._lanes.next(endpoint.name)) is None:
                break
            task = lane.head
            if not task.state.sets_aside or task.state.redelivers:
                others.append(lane)
            elif not self._must_wait(task, lane, now):
                if task.failure is None:
                    task.fail(set_aside(task, now))
                if not task.set_aside:
                    self._buffer.set_aside(task)
                self._answers.write(task, now)
        else:
            self._again(others)
            return True
        self._again(others)
        return False

    def _is_behind(self, endpoint: Endpoint) -> bool:
        return endpoint.mixed > _MOST_MIXED or endpoint.name in self._buffer.crowded

    def _again(self, lanes: Iterable[Lane[Task]]) -> None:
        for lane in lanes:
            self._lanes.ready(lane)
