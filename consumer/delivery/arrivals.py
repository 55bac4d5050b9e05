"""What becomes of a record that was read: it is skipped, or left, or adopted, or a task in its lane, or several."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from consumer.config.destinations import UNNAMED
from consumer.delivery.decisions import Settlement
from consumer.delivery.endpoint import Endpoints
from consumer.delivery.failures import joined, unmappable
from consumer.delivery.lanes import Lane
from consumer.delivery.legs import Legs
from consumer.delivery.offset_ranges import OffsetRanges
from consumer.delivery.order import KeyOrder
from consumer.delivery.outbox import Outbox
from consumer.delivery.partitions import Partitions
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.receipts import Receipts
from consumer.delivery.shares import UNKNOWN, Share, shares_of, without
from consumer.delivery.taking import plain_task, refused_task, task_of
from consumer.delivery.task import PartitionState, Task
from consumer.records import Delivered, Mapped, OrderClass, Outcome, Record, Reject, Send


class Arrivals:
    """Takes records, each once."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of the engine that a record reaches
        self,
        policy: DeliveryPolicy,
        endpoints: Endpoints,
        order: KeyOrder,
        partitions: Partitions,
        outbox: Outbox,
        receipts: Receipts | None,
    ) -> None:
        self._policy = policy
        self._several = policy.several  # asked of every record
        self._endpoints = endpoints
        self._order = order
        self._partitions = partitions
        self._held_routes = partitions.held_routes
        self._buffer = partitions.buffer
        self._memory_of_left = partitions.memory_of_left
        self._orphans = partitions.orphans
        self._outbox = outbox
        self._receipts = receipts
        self.duplicates_skipped = 0
        """How many records were read again that had been settled before."""

    def take(self, record: Record, mapped: Mapped, now: float) -> None:  # noqa: C901 - flat, as it is for every event
        """A record that was read, and what mapping made of it."""
        state = self._partitions.accepting(record.partition)
        if state is None:
            return
        if record.offset < state.settled.next:
            # The topic was truncated or made anew: what was known of its offsets is no more.
            state = self._partitions.restart(state)
        state.changed = True
        if not state.settled.take(record.offset):
            self.duplicates_skipped += 1
            return
        if state.redelivers and self._is_left(record, state):
            return
        if self._several and isinstance(mapped, Send):
            self._take_shares(record, shares_of(mapped, record.redelivery), state, now)
            return
        half = self._receipts is not None and self._receipts.half(record, state)
        if (self._orphans or self._receipts is not None) and self._adopted(record, state) is not None:
            return
        task: Task | None = None
        if isinstance(mapped, Send):
            if not (half or self._held_routes.watched or self._memory_of_left.partly):
                task = plain_task(record, mapped, state, self._policy, self._outbox.number())
            task = task or self._mapped(record, Share(UNNAMED, "", mapped), state, now, half=half)
        elif isinstance(mapped, Reject):
            task = self._refused(record, mapped, state, now, half=half)
        if task is None:
            self._skip(record, state)
            return
        self._buffer.keep(task)
        self._order.enter(task)

    def _is_left(self, record: Record, state: PartitionState) -> bool:
        """Whether its destination is there no longer. A mark settles those that are in the dead-letter topic now."""
        past = record.redelivery
        if past is not None and past.destination is not None and past.destination not in self._policy.rates:
            state.removed.leave(past.destination, record.offset)
            return True
        if past is None and state.removed:
            for offset in state.removed.moved(record):
                state.settled.settle(offset)
        return False

    def _take_shares(self, record: Record, shares: list[Share], state: PartitionState, now: float) -> None:
        """The same where there are destinations by name, to several of which it may go."""
        if len(shares) > 1 and self._receipts is not None and self._receipts.adopt(record, state):
            return
        half = len(shares) == 1 and self._receipts is not None and self._receipts.half(record, state)
        legs: Legs[Task, Lane[Task]] = Legs()
        going: dict[str, Task] = {}
        came_back = bool(self._memory_of_left.partly)
        for share in shares:
            if (orphan := self._adopted(record, state, share.leg)) is not None:
                task, came_back = orphan, True
                if orphan.legs is not None:
                    legs.part_over(share.leg, None, orphan.legs.numbers_of(share.leg))
            elif (made := self._mapped(record, share, state, now, half=half)) is not None:
                task = made
                self._buffer.keep(task)
                self._order.enter(task)
            else:
                continue
            legs.all.append(task)
            going[share.leg] = task
            if share.leg:
                task.legs = legs
        if legs.all:
            if came_back:
                self._keep_places(record, shares, state, legs, going)
            return
        if self._receipts is None:
            self._skip(record, state)
        else:
            self._receipts.after_those_of(record, state, partial(self._skip, record))

    def _keep_places(
        self,
        record: Record,
        shares: list[Share],
        state: PartitionState,
        legs: Legs[Task, Lane[Task]],
        going: Mapping[str, Task],
    ) -> None:
        """What had ended of a record before its partition left keeps its places, as it would have without that."""
        for share in shares:
            ended = share.leg and (self._delivered_before(record, share.leg) or legs.numbers_of(share.leg))
            if ended and (whole := task_of(record, share, state, self._policy, 0)) is not None:
                self._order.keep_places(legs, whole, going.get(share.leg))

    def _skip(self, record: Record, state: PartitionState) -> None:
        if not state.active:
            return  # its partition has left again, and it is read again
        state.settled.settle(record.offset)
        state.changed = True
        self._outbox.settled(Settlement(record, Outcome.SKIPPED, ("",)))

    def _adopted(self, record: Record, state: PartitionState, leg: str = "") -> Task | None:
        """This very record, or its share, if it is on its way still, from before its partition left."""
        if not leg and self._receipts is not None and (ended := self._receipts.adopt(record, state)):
            return ended
        orphan = self._orphans.adopted(record, leg)
        if orphan is not None and orphan.state.incarnation != state.incarnation:
            self._orphans.wait_for(orphan, self._order.keep_place(orphan, state.lanes))
            return None
        return orphan if orphan is not None and self._adopt(orphan, state) else None

    def _delivered_before(self, record: Record, part: OrderClass | str | None) -> OffsetRanges:
        """Which requests of this part or share, by their numbers, were delivered before its partition left."""
        return self._memory_of_left.delivered_of(record.partition, record.offset, part)

    def _refused(self, record: Record, mapped: Reject, state: PartitionState, now: float, *, half: bool) -> Task:
        task = refused_task(record, mapped, state, self._outbox.number(), half=half)
        for each in task.refused:
            self._held_routes.unmappable(record.origin.topic, each, now)
        task.fail(unmappable(task, mapped, now))
        return task

    def _mapped(self, record: Record, share: Share, state: PartitionState, now: float, *, half: bool) -> Task | None:
        """The task of what is left to send of a record, or of its share; None: nothing is."""
        leg, mapped = share.leg, share.mapped
        if mapped.refused or self._held_routes.watched:
            self._tell_routes(record.origin.topic, mapped, now)
        done: Delivered = ()
        if leg and (gone := self._delivered_before(record, leg)):
            mapped, done = without(mapped, gone)
            if not (mapped.requests or mapped.refused):
                return None
            share = share._replace(mapped=mapped)
        task = task_of(record, share, state, self._policy, self._outbox.number(), half=half)
        if task is None:
            return None
        if done:
            task.done = (*task.done, *done)
        if not leg and self._memory_of_left.partly and (gone := self._delivered_before(record, task.part)):
            task.leave_out(gone)
        if task.requests:
            if record.redelivery is not None:
                self._endpoints[task.endpoint].attempts.resume(task, now)
            if state.redelivers:
                self._order.taken(task)
        else:
            # All that can be was sent of it before, or is by other shares: what is left is refused.
            task.done = task.done or mapped.others if leg == UNKNOWN else task.done
            task.rejected_event = task.refused[0].event
            task.fail(unmappable(task, joined(task.refused), now))
        return task

    def _tell_routes(self, topic: str, mapped: Send, now: float) -> None:
        for each in mapped.refused:
            self._held_routes.unmappable(topic, each, now)
        if self._held_routes.watched:
            self._held_routes.mapped(topic, mapped.requests, now)

    def _adopt(self, task: Task, state: PartitionState) -> bool:
        """A record that is read again before the result of its send is there: that result counts."""
        before = task.state
        self._buffer.move(task, state)
        if not self._order.enter(task, busy=True):
            self._buffer.move(task, before)
            return False
        state.in_flight_count += 1
        return True
