"""The order of a key's records: within a partition by lanes, across the retry topic by parking."""

from __future__ import annotations

from collections.abc import Hashable
from enum import Enum, auto

from consumer.delivery.lanes import Lane, Lanes
from consumer.delivery.parking import Parked, ParkedKeys, Unparked
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.task import Task


class Turn(Enum):
    """Whether the head of a lane may go."""

    MAY_GO = auto()
    PARK_BEHIND = auto()  # an earlier record of its key is in the retry topic: it goes there, too
    ALREADY_PARKED = auto()  # itself: a crash came between its write to the retry topic and the commit
    UNKNOWN = auto()  # what is parked is not known yet


class KeyOrder:
    """Knows which lane a record belongs to, and whether its key is parked."""

    def __init__(self, policy: DeliveryPolicy, lanes: Lanes[Task], parked: ParkedKeys) -> None:
        self._policy = policy
        self._lanes = lanes
        self._parked = parked
        self._held: list[Lane[Task]] = []

    def lane_key(self, task: Task) -> Hashable:
        """Records of one lane key go one after the other; an offset is a lane of its own."""
        alone = task.record.offset
        if task.failure is not None:
            return alone
        if task.state.redelivers:
            return alone if task.parking_key is None else task.parking_key
        match self._policy.ordering:
            case "partition":
                return None
            case "none":
                return alone
            case _:
                return alone if task.ordering_key is None else task.ordering_key

    def turn(self, task: Task) -> Turn:
        """Whether a record that is due may be sent now."""
        key, record = task.parking_key, task.record
        if key is None or task.state.redelivers or task.failure is not None:
            return Turn.MAY_GO
        if not self._parked.known:
            return Turn.UNKNOWN
        if self._parked.holds(key, record.origin, record.origin_offset):
            return Turn.ALREADY_PARKED
        return Turn.PARK_BEHIND if self._parked.is_parked(key) else Turn.MAY_GO

    def hold_until_known(self, lane: Lane[Task]) -> None:
        """Keeps a lane back until it is known what is parked."""
        self._held.append(lane)

    def release_held(self) -> None:
        """Makes the lanes ready that waited to know, once it is known."""
        if self._held and self._parked.known:
            for lane in self._held:
                if not lane.closed:
                    self._lanes.ready(lane)
            self._held = []

    def taken(self, task: Task) -> None:
        """A record read from the retry topic parks its key, whether or not the watch has come to it yet."""
        if task.state.redelivers and task.parking_key is not None:
            self._parked.apply(Parked(*_place(task, task.parking_key)))

    def park(self, task: Task) -> None:
        """The record is in the retry topic; where, the watch will tell."""
        if task.parking_key is not None:
            self._parked.apply(Parked(task.parking_key, task.record.origin, task.record.origin_offset))

    def settled(self, task: Task) -> None:
        """A record read from the retry topic is settled: its key is free, unless another parks it."""
        if task.state.redelivers and task.parking_key is not None:
            self._parked.apply(Unparked(*_place(task, task.parking_key)))


def _place(task: Task, key: bytes) -> Unparked:
    record = task.record
    return Unparked(key, record.origin, record.origin_offset, (record.partition, record.offset))
