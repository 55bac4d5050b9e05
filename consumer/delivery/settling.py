"""How a record ends: its first part, if it has two, and then the record."""

from __future__ import annotations

from functools import partial

from consumer.delivery.decisions import Settlement
from consumer.delivery.lanes import Lane, Lanes
from consumer.delivery.legs import Legs
from consumer.delivery.order import KeyOrder
from consumer.delivery.partitions import Partitions
from consumer.delivery.receipts import Receipts
from consumer.delivery.task import PartitionState, Task
from consumer.records import Outcome, Reject


class Settling:
    """Notes what has ended, and lets go on what waited for it.

    Where there are receipts, what has ended is settled once they are acknowledged; nothing but the commit waits for
    that.
    """

    def __init__(
        self, lanes: Lanes[Task], order: KeyOrder, partitions: Partitions, receipts: Receipts | None = None
    ) -> None:
        self._lanes = lanes
        self._order = order
        self._partitions = partitions
        self._receipts = receipts

    def settle(self, task: Task, outcome: Outcome) -> Settlement | None:
        """The present part of a record has ended, and with the last one the record.

        Returns:
            What is to be told: nothing of a first part that was delivered, which the end of the record tells.
        """
        if task.state.redelivers:
            self._order.settled(task)
        if task.rest is not None:
            return self._go_on(task, outcome)
        if task.legs is not None:
            self._leg_ends(task, task.legs)
            return _settlement(task, outcome)
        if self._receipts is None:
            self._ended(task, task.state)
        else:
            self._receipts.after(task, partial(self._ended, task), ends=True)
        if task.lane is not None:
            self._lanes.release(task.lane)
        return _settlement(task, outcome)

    def orphan_settled(self, task: Task) -> None:
        """The present part of a record has ended whose partition has left before."""
        if self._receipts is None or task.legs is not None:
            self._partitions.orphans.ended(task, settled=True)
        elif not self._partitions.orphans.answered(task):
            self._partitions.buffer.free(task)
        elif task.rest is None:
            self._receipts.after(task, partial(self._ended, task), ends=True)
        else:
            self._receipts.after(task, partial(self._half_ended, task), ends=False)
            self._partitions.buffer.free(task)

    def _go_on(self, task: Task, outcome: Outcome) -> Settlement | None:
        """Each part ends as it ends: an unsubscribe that fails does not take the profile along, nor the reverse."""
        if task.legs is not None:
            task.legs.part_over(task.leg, None, task.ended_numbers)
        elif self._receipts is None:
            self._half_ended(task, task.state)
        else:
            self._receipts.after(task, partial(self._half_ended, task), ends=False)
        told = None if outcome is Outcome.DELIVERED else _settlement(task, outcome)
        task.go_on(tuple([request.event for request in task.requests]) if told is None else ())
        if task.charged != task.endpoint:
            self._partitions.buffer.recount(task)
        if not self._order.go_on(task):
            self._partitions.orphans.ended(task, settled=False)
        return told

    def _leg_ends(self, task: Task, legs: Legs[Task, Lane[Task]]) -> None:
        """The share of a destination has ended; the record's place is kept until all have."""
        legs.part_over(task.leg, task.lane, task.ended_numbers)
        lanes = legs.gone()
        if self._receipts is None:
            self._ended(task, task.state)
        else:
            if task.lane is None or task.lane.closed:
                # The partition may be back before the receipts are there.
                self._partitions.orphans.remember_partly(task)
            self._receipts.after(task, partial(self._ended, task), ends=True if legs.over else None)
        for lane in lanes:
            self._lanes.release(lane)
        for lane, share in legs.places():
            self._lanes.give_up(lane, share)

    def _ended(self, task: Task, state: PartitionState) -> None:
        if task.legs is not None and not task.legs.settled():
            if task.counted and (task.lane is None or task.lane.closed):
                self._partitions.orphans.ended(task, settled=True)  # the partition is leaving without the others
            return
        if state.active:
            state.settled.settle(task.record.offset)
            state.changed = True
        else:
            self._partitions.orphans.settled_late(task, half=False)
        if task.legs is None:
            self._partitions.buffer.free(task)
        else:
            for each in task.legs.all:
                if each.counted:
                    self._partitions.buffer.free(each)

    def _half_ended(self, task: Task, state: PartitionState) -> None:
        if state.active:
            state.settled.half.add(task.record.offset)
            state.changed = True
        else:
            self._partitions.orphans.settled_late(task, half=True)


def _settlement(task: Task, outcome: Outcome) -> Settlement:
    if outcome is Outcome.DELIVERED and len(task.requests) == 1 and not (task.events_before or task.refused):
        (request,) = task.requests  # nearly every record
        return Settlement(task.record, outcome, (request.event,), 1, task.failure, request.customer, task.destination)
    before, requests, accepted = task.events_before, task.requests, task.index
    events = tuple([request.event for request in requests]) or _refused_events(task)
    if requests and (task.given_up or (task.refused and outcome is not Outcome.RETRY)):
        events, accepted = _in_part(task, task.refused if outcome is not Outcome.RETRY else ())
    if before:
        events = before + events
    delivered = len(events) if outcome is Outcome.DELIVERED else len(before) + accepted
    customer = requests[0].customer if requests else ""
    return Settlement(task.record, outcome, events, delivered, task.failure, customer, task.destination)


def _refused_events(task: Task) -> tuple[str, ...]:
    """Of a record of which nothing is to be sent, what it would have become."""
    return tuple(each.event for each in task.refused)


def _in_part(task: Task, untold: tuple[Reject, ...]) -> tuple[tuple[str, ...], int]:
    """The events of a record of which some were refused, the accepted ones first, and how many those are."""
    refused = {index for index, _ in task.given_up}
    sent = [
        request.event for index, request in enumerate(task.requests) if index < task.index and index not in refused
    ]
    others = [request.event for index, request in enumerate(task.requests) if index >= task.index or index in refused]
    return (*sent, *others, *(each.event for each in untold)), len(sent)
