"""Receipts: an event that has ended counts as settled once the brokers have its receipt.

So none is missing of what is committed. A record that is sent again after a crash has a second one, as the event has.
Records of one key are settled in their order, whichever receipt is there first: else a crash would send an older
consent again, and not the newer one.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Final

from consumer.backoff import Backoff
from consumer.delivery.outbox import Outbox
from consumer.delivery.partitions import Partitions
from consumer.delivery.task import PartitionState, Task
from consumer.records import Answer, Outcome, Partition, Receipt, Record

_ROUND_SECONDS: Final = 0.5
_REWRITE = Backoff(0.5, 30)
_LaneKey = tuple[Partition, int, Hashable]
_Place = tuple[Partition, int, int]
"""With the incarnation of the partition: made anew, its offsets mean other records."""


@dataclass(slots=True, eq=False)
class _Sheet:
    """The receipts of one record that are not acknowledged, and what waits for them.

    Attributes:
        state: of the partition that they keep from leaving.
        then: what is to be done once none is left, in this order; each is given the state.
        ended: the task, once nothing is left of it but these.
        half: whether the first part of the record has ended, and waits for these.
        lanes: those in which it is the last that has ended.
        before: how many sheets of earlier records of its key are not done.
        behind: those of later records, which wait for this one.
    """

    record: Record
    state: PartitionState
    left: int = 0
    then: list[Callable[[PartitionState], None]] = field(default_factory=list)
    ended: Task | None = None
    half: bool = False
    lanes: list[_LaneKey] = field(default_factory=list)
    before: int = 0
    behind: list[_Sheet] = field(default_factory=list)


class Receipts:
    """Has a receipt written for each event, again and again until the brokers have it."""

    def __init__(self, outbox: Outbox, partitions: Partitions) -> None:
        self._outbox = outbox
        self._partitions = partitions
        self._sheets: dict[_Place, _Sheet] = {}
        self._last: dict[_LaneKey, _Sheet] = {}
        """Of each lane that has any, the sheet of the latest record that has ended."""
        self._gone: dict[int, tuple[_Sheet, Receipt]] = {}
        """By ticket, what has been handed out and has no result."""
        self._again: list[tuple[float, int]] = []
        """When which ticket is due again."""
        self._failures = 0
        self._counted_until = 0.0
        self.written = 0
        """How many the brokers have."""
        self.error = ""
        """Why the last write failed; empty once one is acknowledged."""

    # What there is a receipt of

    def delivered(self, task: Task, answer: Answer, now: float) -> None:
        """Bluecore took the present request of a record."""
        request, key = task.request, task.idempotency_key
        receipt = Receipt(key, request.event, Outcome.DELIVERED, request.customer, now, answer.status)
        self._write(task, receipt._replace(request_id=answer.request_id) if answer.request_id else receipt)

    def ended(self, task: Task, outcome: Outcome, now: float) -> None:
        """What is left of the present part of a record is in the retry or in the dead-letter topic."""
        left = dict.fromkeys(range(task.index, len(task.requests)), task.failure) | dict(task.given_up)
        for index, failure in sorted(left.items(), key=lambda each: each[0]):
            request = task.requests[index]
            why = (None, None) if failure is None else (failure.status, failure.reason, failure.request_id)
            self._write(task, Receipt(task.key_at(index), request.event, outcome, request.customer, now, *why))
        customer = task.requests[0].customer if task.requests else ""
        for each in task.refused:
            key = task.key_of_number(each.number)
            self._write(task, Receipt(key, each.event, outcome, customer, now, None, each.reason))

    def after(self, task: Task, then: Callable[[PartitionState], None], *, ends: bool | None) -> None:
        """Does this once all receipts of the record so far are acknowledged.

        Args:
            task: the record's.
            then: what is to be done, with the partition's state by then.
            ends: whether nothing but that is left of the record; else its first part has ended, or (None) one
                destination's share.
        """
        place, lane = _place(task.record, task.state), _lane_key(task)
        sheet, before = self._sheets.get(place), self._last.get(lane)
        # One that has passed it, as it may where a letter is held, may wait for its other part: neither would end.
        passed = before is not None and before.record.offset > task.record.offset
        if sheet is None:
            if before is None or passed:
                then(task.state)
                return
            sheet = self._sheets[place] = _Sheet(task.record, task.state)
        if before is not sheet and not passed:
            if before is not None:
                before.behind.append(sheet)
                sheet.before += 1
            self._last[lane] = sheet
            sheet.lanes.append(lane)
        sheet.then.append(then)
        if ends:
            sheet.ended = task
        elif ends is False:
            sheet.half = True

    def adopt(self, record: Record, state: PartitionState) -> Task | None:
        """A record that is read again, as its partition has left and come back, if it only waits for receipts."""
        sheet = self._sheets.get(_place(record, state)) if self._sheets else None
        if sheet is None or sheet.ended is None or sheet.record != record:
            return None
        self._partitions.buffer.move(sheet.ended, state)
        _move(sheet, state)
        return sheet.ended

    def half(self, record: Record, state: PartitionState) -> bool:
        """The same of a record whose first part has ended: it goes on with the rest."""
        sheet = self._sheets.get(_place(record, state)) if self._sheets else None
        if sheet is None or not sheet.half or sheet.record != record:
            return False
        _move(sheet, state)
        return True

    def after_those_of(self, record: Record, state: PartitionState, then: Callable[[PartitionState], None]) -> None:
        """The same of a record of which nothing is left to send: all was delivered before its partition left."""
        sheet = self._sheets.get(_place(record, state))
        if sheet is None:
            then(state)
        else:
            _move(sheet, state)
            sheet.then.append(then)

    # What comes of it

    def owns(self, ticket: int) -> bool:
        """Whether a receipt was written under this ticket."""
        return ticket in self._gone

    def result(self, ticket: int, error: str | None, now: float) -> None:
        """The brokers acknowledged the receipt with this ticket, or (`error`) it failed and is written again."""
        if error is not None:
            self.error = error
            # What fails together is one failure of the brokers, however many receipts it is.
            if now >= self._counted_until:
                self._failures += 1
                self._counted_until = now + _ROUND_SECONDS
            heapq.heappush(self._again, (now + _REWRITE.seconds(self._failures), ticket))
            return
        self.error = ""
        self._failures = 0
        self.written += 1
        sheet, _ = self._gone.pop(ticket)
        sheet.left -= 1
        sheet.state.in_flight_count -= 1
        done = [] if sheet.left or sheet.before else [sheet]
        while done:
            sheet = done.pop()
            self._forget(sheet)
            for then in sheet.then:
                then(sheet.state)
            for later in sheet.behind:
                later.before -= 1
            # One may wait in both of its lanes, and behind another that waits here, too: its turn comes once.
            done += [each for each in reversed(dict.fromkeys(sheet.behind)) if not (each.left or each.before)]

    def _forget(self, sheet: _Sheet) -> None:
        del self._sheets[_place(sheet.record, sheet.state)]
        for lane in sheet.lanes:
            if self._last.get(lane) is sheet:
                del self._last[lane]

    def wake(self, now: float) -> None:
        """Writes again what is due again."""
        while self._again and self._again[0][0] <= now:
            _, ticket = heapq.heappop(self._again)
            self._outbox.receipt(ticket, self._gone[ticket][1])

    @property
    def next_at(self) -> float:
        """When the next one is due again; infinity while none has failed."""
        return self._again[0][0] if self._again else float("inf")

    # The inside

    def _write(self, task: Task, receipt: Receipt) -> None:
        place = _place(task.record, task.state)
        sheet = self._sheets.get(place)
        if sheet is None:
            sheet = self._sheets[place] = _Sheet(task.record, task.state)
        elif sheet.state is not task.state:
            _move(sheet, task.state)
        sheet.left += 1
        task.state.in_flight_count += 1
        ticket = self._outbox.number()
        self._gone[ticket] = sheet, receipt
        self._outbox.receipt(ticket, receipt)


def _place(record: Record, state: PartitionState) -> _Place:
    return record.partition, record.offset, state.incarnation


def _lane_key(task: Task) -> _LaneKey:
    """Whose order its record keeps, whoever owns the partition by then."""
    key = task.record.offset if task.lane is None else task.lane.key
    return task.record.partition, task.state.incarnation, key


def _move(sheet: _Sheet, state: PartitionState) -> None:
    sheet.state.in_flight_count -= sheet.left
    state.in_flight_count += sheet.left
    sheet.state = state
