"""What becomes of a record that was read: a task, with what is left to send of it."""

from __future__ import annotations

from consumer.delivery.parts import CONSENT_STEP, Part, parts_of
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.task import PartitionState, Task
from consumer.records import CONSENTS, OrderClass, Record, Reject, Send

_REQUEST_BYTES = 200
"""Of a request beside its body: a record may make tens of thousands of short ones."""
_HEADER_BYTES = 100
"""Of a header beside its name and value, which may be empty."""
_LONG = 1000
"""From here on an id is worth counting beside the bodies that have it."""


def refused_task(record: Record, mapped: Reject, state: PartitionState, number: int) -> Task:
    """The task of a record that cannot be mapped: nothing of it is sent."""
    task = Task(record, state, (), 0, _size(record), number)
    task.rejected_event = mapped.event
    task.part = None if record.redelivery is None else record.redelivery.part
    return task


def task_of(  # noqa: PLR0913 - a record, and what is known of it
    record: Record, mapped: Send, state: PartitionState, policy: DeliveryPolicy, number: int, *, half: bool = False
) -> Task | None:
    """The task of a mapped record; None: what was left of it, by its headers, mapping makes no longer.

    `half`: its first part has ended, though the tracker does not know that yet.
    """
    size = _size(record) + (len(mapped.requests) - 1) * _REQUEST_BYTES
    ordered = False
    consents = own = 0
    for event, body, customer, link, _ in mapped.requests:
        size += len(body)
        if len(customer) > _LONG:
            size += len(customer)
        ordered = ordered or event in policy.ordered_events
        if not link:
            own += 1
            consents += event in CONSENTS
    past, halves = record.redelivery, state.settled.half
    half = half or (bool(halves) and record.offset in halves)
    if not half and (past is None or past.part is None):
        if not consents:
            return Task(record, state, mapped.requests, mapped.priority, size, number, ordered)
        if consents == own:
            priority = mapped.priority + CONSENT_STEP
            return Task(record, state, mapped.requests, priority, size, number, ordered, OrderClass.CONSENT)
    left = _left(parts_of(mapped, policy.ordered_events), record, half=half)
    if not left:
        return None
    first, rest = left[0], left[1] if len(left) > 1 else None
    task = Task(record, state, first.requests, first.priority, size, number, first.ordered, first.kind)
    task.part, task.numbers, task.delivered_before, task.rest = first.kind, first.numbers, first.delivered, rest
    return task


def _size(record: Record) -> int:
    """Bytes that it holds in memory, about."""
    return record.size + len(record.headers) * _HEADER_BYTES


def _left(parts: tuple[Part, ...], record: Record, *, half: bool) -> tuple[Part, ...]:
    """The parts that are still to be sent."""
    past = record.redelivery
    if past is not None and past.part is None and past.delivered:
        # Written before a record went in parts: the count is in the order of the routes.
        delivered = min(past.delivered, sum(len(part.numbers) for part in parts) - 1)
        parts = tuple(part.without(delivered) for part in parts)
    wanted = OrderClass.OTHER if half else None if past is None else past.part
    return tuple(part for part in parts if part.requests and wanted in {None, part.kind})
