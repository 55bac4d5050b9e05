"""Records, what mapping makes of them, and answers, in as few words as a test needs."""

from __future__ import annotations

from consumer.delivery.memory_budget import MemoryBudget
from consumer.delivery.offset_tracker import OffsetTracker
from consumer.delivery.task import PartitionState, Task
from consumer.records import Answer, EventRequest, NoAnswer, Partition, Reason, Record, Reject, Send, Stage

NOW = 1_800_000_000.0
ORDERS = Partition("shop.orders", 0)
RETRY = Partition("bluecore-consumer.retry", 0)

BROKEN = Reject(Reason.UNDECODABLE, Stage.DECODE, "no magic byte")


def answer(status: int, **headers: str) -> Answer:
    """After 50 ms. `retry_after="1"` is the header `retry-after: 1`."""
    return Answer(status, None, {name.replace("_", "-"): value for name, value in headers.items()}, seconds=0.05)


def silence(why: NoAnswer) -> Answer:
    return Answer(None, why, seconds=0.05)


def send(*events: str, customer: str = "c", priority: int = 0) -> Send:
    """A record mapped to one request for each of `events`."""
    requests = tuple(EventRequest(event, f'{{"event":"{event}"}}'.encode(), customer) for event in events)
    return Send(requests, priority)


def task(record: Record, mapped: Send | Reject, *, redelivers: bool = False) -> Task:
    """A task outside any engine."""
    state = PartitionState(record.partition, 0, redelivers, OffsetTracker(), MemoryBudget(10_000, 64 << 20))
    requests = mapped.requests if isinstance(mapped, Send) else ()
    return Task(record, state, requests, priority=0, size=record.size, number=1)
