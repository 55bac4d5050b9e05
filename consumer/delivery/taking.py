"""What becomes of a record that was read: a task, with what is left to send of it."""

from __future__ import annotations

from consumer.delivery.parts import CONSENT_STEP, Part, left_of, parts_of
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.shares import Share
from consumer.delivery.task import PartitionState, Task
from consumer.records import CONSENTS, Delivered, OrderClass, Record, Reject, Send

_REQUEST_BYTES = 200
"""Of a request beside its body: a record may make tens of thousands of short ones."""
_HEADER_BYTES = 100
"""Of a header beside its name and value, which may be empty."""
_LONG = 1000
"""From here on an id is worth counting beside the bodies that have it."""


def refused_task(record: Record, mapped: Reject, state: PartitionState, number: int, *, half: bool = False) -> Task:
    """The task of a record that cannot be mapped: nothing of it is sent."""
    past = record.redelivery
    destination = mapped.destination or ("" if past is None else past.destination or "")
    task = Task(record, state, (), 0, _size(record), number, destination=destination)
    if past is not None:
        task.part, task.done = past.part, past.which
    elif half or record.offset in state.settled.half:
        task.part = OrderClass.OTHER
    task.refused = tuple(each for each in mapped.each if _is_left(each, task)) or mapped.each[:1]
    task.rejected_event = task.refused[0].event
    return task


def _is_left(refused: Reject, task: Task) -> bool:
    """Whether what a route refuses is of the present part, and was not delivered when the routes were others."""
    consents = task.part is OrderClass.CONSENT
    of_part = task.part is None or (refused.kind is OrderClass.CONSENT) is consents
    return of_part and (refused.number, refused.event) not in task.done


def plain_task(
    record: Record, mapped: Send, state: PartitionState, policy: DeliveryPolicy, number: int
) -> Task | None:
    """The task of nearly every record, of one request and without a past, as `task_of` makes it; None: ask that."""
    requests, priority, _, refused, numbers, _, _ = mapped
    if len(requests) != 1 or refused or numbers or record.redelivery is not None or state.settled.half:
        return None
    if state.redelivers:  # written to the retry topic by somebody else: its key is parked all the same
        return None
    ((event, body, customer, link, _, _, _, _),) = requests
    size = _size(record) + len(body)
    if len(customer) > _LONG:
        size += len(customer)
    ordered, by_customer = event in policy.ordered_events, policy.ordering == "customer"
    if event in CONSENTS and not link:
        kind, first = OrderClass.CONSENT, priority + CONSENT_STEP
        return Task(record, state, requests, first, size, number, ordered, kind, by_customer=by_customer)
    return Task(record, state, requests, priority, size, number, ordered, by_customer=by_customer)


def task_of(  # noqa: PLR0913 - a record, and what is known of it
    record: Record, share: Share, state: PartitionState, policy: DeliveryPolicy, number: int, *, half: bool = False
) -> Task | None:
    """The task of a record's share; None: what was left of it, by its headers, mapping makes no longer.

    `half`: its first part has ended, though the tracker does not know that yet.
    """
    destination, leg, mapped = share
    requests, priority, _, refused, numbers, _, _ = mapped
    size = _size(record) + (len(requests) - 1) * _REQUEST_BYTES
    ordered, ordered_events = False, policy.ordered_events
    consents = own = 0
    for event, body, customer, link, _, _, _, _ in requests:
        size += len(body)
        if len(customer) > _LONG:
            size += len(customer)
        ordered = ordered or event in ordered_events
        if not link:
            own += 1
            consents += event in CONSENTS
    past, halves = record.redelivery, state.settled.half
    half = half or (bool(halves) and record.offset in halves)
    whole = not half and not refused and not numbers and (past is None or (past.part is None and not past.which))
    left: tuple[Part, ...] = ()
    kind = OrderClass.OTHER
    if consents:
        kind, priority = OrderClass.CONSENT, priority + CONSENT_STEP
    if not whole or (consents and consents != own):
        left = left_of(mapped, past, policy.ordered_events, half=half)
        if not left:
            return None
        kind, requests, priority, ordered = left[0][:4]
    by_customer = policy.ordering == "customer"
    task = Task(
        record, state, requests, priority, size, number, ordered, kind, destination, leg, by_customer=by_customer
    )
    if left:
        task.numbers, task.done, task.refused = left[0].numbers, left[0].done, left[0].refused
        task.rest = left[1] if len(left) > 1 else None
        task.elsewhere = _of_the_other(mapped, kind)
        if (past is None or not past.which or past.part) and (task.elsewhere or half or (past and past.part)):
            task.part = kind
    elif past is not None and past.delivered:
        task.leave_out(range(past.delivered))
    return task


def _of_the_other(mapped: Send, kind: OrderClass) -> Delivered:
    """The requests of the other class."""
    return tuple(each for part in parts_of(mapped, frozenset()) if part.kind is not kind for each in part.own)


def _size(record: Record) -> int:
    """Bytes that it holds in memory, about."""
    return record.size + len(record.headers) * _HEADER_BYTES if record.headers else record.size
