"""The short way to a task and the long one come to the same."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.delivery.concurrency import ConcurrencyPolicy
from consumer.delivery.memory_budget import MemoryBudget
from consumer.delivery.offset_tracker import OffsetTracker
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.shares import Share
from consumer.delivery.taking import plain_task, task_of
from consumer.delivery.task import PartitionState, Task
from consumer.records import EventRequest, Record, Redelivery, Send
from tests.delivery.samples import BROKEN, ORDERS, send

STATE = PartitionState(ORDERS, 0, redelivers=False, settled=OffsetTracker(), usage=MemoryBudget(10, 10))
EVENTS = st.sampled_from(["optin", "unsubscribe", "customer_patch", "search"])
REQUESTS = st.builds(
    EventRequest, EVENTS, st.binary(max_size=9), st.sampled_from(["jane", "J" * 2_000]), link=st.booleans()
)
RECORDS = st.builds(
    Record,
    st.just(ORDERS),
    st.just(7),
    st.one_of(st.none(), st.binary(max_size=5)),
    st.binary(max_size=5),
    headers=st.sampled_from([(), (("traceparent", b"x"), ("a", None))]),
    redelivery=st.none(),
)
POLICIES = st.builds(
    DeliveryPolicy,
    st.just(ConcurrencyPolicy(maximum=8)),
    ordering=st.sampled_from(["key", "customer", "partition", "none"]),
    ordered_events=st.frozensets(EVENTS),
)


def told(task: Task | None) -> dict[str, object]:
    assert task is not None
    return {each.name: getattr(task, each.name) for each in fields(task)}


@given(record=RECORDS, request=REQUESTS, priority=st.integers(-5, 5), policy=POLICIES)
def test_of_one_request_they_make_the_same(
    record: Record, request: EventRequest, priority: int, policy: DeliveryPolicy
) -> None:
    mapped = Send((request,), priority)
    short, long = (
        plain_task(record, mapped, STATE, policy, 3),
        task_of(record, Share("", "", mapped), STATE, policy, 3),
    )
    assert told(short) == told(long)


@pytest.mark.parametrize(
    ("mapped", "past"),
    [
        (send("search", "optin"), None),
        (send("search")._replace(refused=(BROKEN,)), None),
        (send("search")._replace(numbers=(1,)), None),
        (send("search"), Redelivery(ORDERS, 1)),
        (Send(()), None),
    ],
)
def test_all_else_goes_the_long_way(mapped: Send, past: Redelivery | None) -> None:
    policy = DeliveryPolicy(ConcurrencyPolicy(maximum=8))
    assert plain_task(Record(ORDERS, 7, b"k", b"v", redelivery=past), mapped, STATE, policy, 3) is None


def test_so_does_what_is_half_settled() -> None:
    state = PartitionState(ORDERS, 0, redelivers=False, settled=OffsetTracker(), usage=MemoryBudget(10, 10))
    state.settled.half.add(7)
    policy = DeliveryPolicy(ConcurrencyPolicy(maximum=8))
    assert plain_task(Record(ORDERS, 7, b"k", b"v"), send("search"), state, policy, 3) is None


def test_so_does_what_somebody_else_has_written_to_the_retry_topic() -> None:
    """Its key is parked with the task, as that of every record there."""
    state = PartitionState(ORDERS, 0, redelivers=True, settled=OffsetTracker(), usage=MemoryBudget(10, 10))
    policy = DeliveryPolicy(ConcurrencyPolicy(maximum=8))
    assert plain_task(Record(ORDERS, 7, b"k", b"v"), send("optin"), state, policy, 3) is None
