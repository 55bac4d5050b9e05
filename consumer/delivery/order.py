"""The order of a key's records: within a partition by lanes, across the retry topic by parking.

A key has two orders: its consents keep theirs, its other records theirs, and neither waits for the other.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from enum import Enum, auto

from consumer.delivery.lanes import Lane, LaneGroup, Lanes
from consumer.delivery.legs import Legs
from consumer.delivery.parking import BOTH, Parked, ParkedKeys, Unparked, digest_of
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.task import Task
from consumer.records import OrderClass, Outcome


class Turn(Enum):
    """Whether the head of a lane may go."""

    MAY_GO = auto()
    PARK_BEHIND = auto()  # an earlier record of its key is in the retry topic: it goes there, too
    ALREADY_PARKED = auto()  # itself: a crash came between its write to the retry topic and the commit
    UNKNOWN = auto()  # what is parked is not known yet


class KeyOrder:
    """Knows which lane a record belongs to, and whether its key is parked."""

    def __init__(self, policy: DeliveryPolicy, lanes: Lanes[Task], parked: ParkedKeys) -> None:
        self._ordering = policy.ordering  # looked at for every event
        self._lanes = lanes
        self._parked = parked
        self._held: list[Lane[Task]] = []

    def lane_key(self, task: Task) -> Hashable:
        """Records of one lane key go one after the other; an offset is a lane of its own.

        What has failed keeps its place until it is in its topic; but what cannot be mapped has none, unless all else
        of it was delivered before its partition left: a crash sends that again.
        """
        if not task.requests and (task.leg or not task.done):
            return (task.record.offset, task.leg) if task.leg else task.record.offset
        return self._key_of(task, task.kind, task.ordering_key, ordered=task.ordered)

    def _key_of(self, task: Task, kind: OrderClass, key: bytes | None, *, ordered: bool) -> Hashable:
        redelivers = task.state.redelivers
        found: Hashable
        if self._ordering == "partition" and not redelivers:
            found = None
        elif key is not None and (ordered if redelivers else self._ordering != "none"):
            found = (key, kind) if kind is OrderClass.CONSENT else key
        else:
            found = task.record.offset
        return (found, task.destination) if task.destination else found

    def enter(self, task: Task, *, busy: bool = False) -> bool:
        """Puts a task into its lane; the rest of it keeps its place in a lane of its own.

        Args:
            task: the task.
            busy: it has gone already.

        Returns:
            False: it has gone already, and its lane has others.
        """
        group = task.state.lanes
        key = self.lane_key(task)
        if not busy:
            task.lane = self._lanes.add(group, key, task)
        elif key in group.lanes:
            return False
        else:
            task.lane = self._lanes.add_busy(group, key, task)
        if (rest := task.rest) is not None:
            rest_key = self._key_of(task, rest.kind, task.key_of(rest.requests), ordered=rest.ordered)
            task.rest_lane = None if rest_key == key else self._lanes.reserve(group, rest_key, task)
        return True

    def keep_place(self, orphan: Task, group: LaneGroup[Task]) -> Lane[Task]:
        """Where the record of a send is to be sent anew, which has no result yet: a place before that."""
        return self._lanes.reserve(group, self.lane_key(orphan), orphan)

    def keep_places(self, legs: Legs[Task, Lane[Task]], ended: Task, going: Task | None) -> None:
        """Places for the parts of a record that had ended before its partition left, behind what is there.

        Args:
            legs: the record's, until whose end they are kept: a crash sends the whole record again.
            ended: the whole of a share, which goes nowhere.
            going: what is left of it, and has a place already; None: nothing is.
        """
        group = ended.state.lanes
        taken = () if going is None else (going.lane, going.rest_lane)
        keys = [self.lane_key(ended)]
        if (rest := ended.rest) is not None:
            keys.append(self._key_of(ended, rest.kind, ended.key_of(rest.requests), ordered=rest.ordered))
        for key in dict.fromkeys(keys):
            if (lane := group.lanes.get(key)) is None or lane not in taken:
                legs.keep_place(self._lanes.reserve(group, key, ended), ended)

    def go_on(self, task: Task) -> bool:
        """The first part of a task has ended: the rest goes where it has kept its place.

        Returns:
            False: that lane has closed, as its partition is leaving.
        """
        lane, rest_lane = task.lane, task.rest_lane
        if lane is None or lane.closed:
            return False
        if rest_lane is None:
            self._lanes.ready(lane, first=True)
        else:
            if task.legs is None:
                self._lanes.release(lane)
            else:
                task.legs.part_over(task.leg, lane, ())
                self._lanes.keep_place(lane, task)  # until the record ends
            task.lane, task.rest_lane = rest_lane, None
            self._lanes.admit(rest_lane, task)
        return True

    def turn(self, task: Task) -> Turn:
        """Whether a record that is due may be sent now."""
        key, record = task.parking_key, task.record
        if key is None or task.state.redelivers or task.failure is not None:
            return Turn.MAY_GO
        if not self._parked.known:
            return Turn.UNKNOWN
        if self._parked.holds(key, record, task.kind):
            return Turn.ALREADY_PARKED
        return Turn.PARK_BEHIND if self._parked.is_parked(key, task.kind) else Turn.MAY_GO

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
        if not task.state.redelivers:
            return
        record, rest = task.record, task.rest
        past = record.redelivery
        parks, digest = BOTH if past is None else past.parks, digest_of(record.key, record.value)
        if task.parking_key is not None:
            own = parks if rest is None else frozenset((task.kind,))
            self._parked.take(Parked(*_place(task, task.parking_key, own), digest))
        if rest is not None and rest.ordered and (key := task.parking_key_of(rest.requests)) is not None:
            self._parked.take(Parked(*_place(task, key, frozenset((rest.kind,))), digest))

    def writing(self, tasks: Iterable[Task]) -> None:
        """The present parts of these records are on their way to the topics of their failures."""
        for task in tasks:
            retried = task.failure is not None and task.failure.outcome is Outcome.RETRY
            if retried and (parked := _parked(task)) is not None:
                self._parked.expect(parked)

    def written(self, task: Task, *, acknowledged: bool) -> None:
        """The present part of a record is in the retry topic, where the watch will tell, or has not got there."""
        if (parked := _parked(task)) is not None:
            digest = digest_of(task.record.key, task.record.value) if acknowledged else b""
            self._parked.written(parked._replace(digest=digest), acknowledged=acknowledged)

    def settled(self, task: Task) -> None:
        """What was read from the retry topic has ended: its key is free, unless another parks it."""
        if task.state.redelivers and task.parking_key is not None:
            parks = BOTH if task.rest is None else frozenset((task.kind,))
            self._parked.apply(Unparked(*_place(task, task.parking_key, parks)))


def _parked(task: Task) -> Parked | None:
    """What it parks in the retry topic, at a place that is not known yet; None: nothing."""
    if (key := task.parking_key) is None:
        return None
    return Parked(key, task.record.origin, task.record.origin_offset, None, frozenset((task.kind,)))


def _place(task: Task, key: bytes, parks: frozenset[OrderClass]) -> Unparked:
    record = task.record
    return Unparked(key, record.origin, record.origin_offset, (record.partition, record.offset), parks)
