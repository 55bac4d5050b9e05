"""What the sandbox remembers: exact counts, the newest requests, bounded memory."""

from __future__ import annotations

import tracemalloc
from typing import Any

import orjson
import pytest

from consumer.sandbox.bounded import short_name
from consumer.sandbox.contract.checks import check_event
from consumer.sandbox.received import Outcome, Received
from consumer.sandbox.settings import SandboxSettings
from consumer.sandbox.store import Filter, Store
from consumer.sandbox.tally import OTHER_NAMES
from tests.sandbox.samples import JANE, event, profile

EVERYTHING = Filter()


def add(  # noqa: PLR0913 - each test names the one or two that matter to it
    store: Store,
    name: str = "search",
    customer: str = JANE,
    *,
    outcome: Outcome = Outcome.ACCEPTED,
    key: str = "",
    size: int = 0,
    lost: bool = False,
) -> Received:
    document = event(name, customer, search_term="mug", customer=profile(), filler="x" * size)
    received = Received(
        number=store.number + 1,
        at_ms=0,
        event=name,
        distinct_id=customer,
        outcome=outcome,
        accepted=outcome is Outcome.ACCEPTED or lost,
        status=202 if outcome is Outcome.ACCEPTED else 400,
        findings=tuple(check_event(document)),
        fault="",
        idempotency_key=key,
        duplicate=store.accepted_before(key),
        method="POST",
        path="/",
        head=b"",
        body=orjson.dumps(document),
    )
    store.add(received, document["properties"])
    return received


def numbers(received: list[Received]) -> list[int]:
    return [each.number for each in received]


def refused_event(store: Store, name: str, **properties: Any) -> Received:
    """The store's next, which is not yet in it."""
    document = event(name, JANE, **properties)
    return Received(
        number=store.number + 1,
        at_ms=0,
        event=name,
        distinct_id=JANE,
        outcome=Outcome.REFUSED,
        accepted=False,
        status=400,
        findings=tuple(check_event(document)),
        fault="",
        idempotency_key="",
        duplicate=False,
        method="POST",
        path="/",
        head=b"",
        body=orjson.dumps(document),
    )


def test_equal_refusals_are_one_group_with_their_newest() -> None:
    """Wherever in its list the product stands; another reason or another event is another group."""
    store = Store(SandboxSettings(keep_events=2))
    for products in ([{"id": ""}], [{"id": "a"}, {"id": ""}], []):
        store.add(refused_event(store, "wishlist", products=products), None)
    store.add(refused_event(store, "viewed_product", products=[]), None)
    groups = store.refusals()
    assert [(group["event"], group["count"], group["newest"]) for group in groups] == [
        ("wishlist", 2, 2),
        ("viewed_product", 1, 4),
        ("wishlist", 1, 3),
    ]
    assert groups[0]["reasons"][0]["field"] == "properties.products[].id"
    store.reset()
    assert store.refusals() == []


def test_the_groups_of_refusals_are_bounded() -> None:
    store = Store(SandboxSettings())
    for number in range(300):
        store.add(refused_event(store, f"event_{number}", customer={}), None)
    assert len(store.refusals()) == 100
    assert store.refusals()[0]["newest"] == 300


def test_counts_stay_exact_while_only_the_newest_requests_are_kept() -> None:
    store = Store(SandboxSettings(keep_events=3))
    for _ in range(10):
        add(store)
    add(store, "optin", outcome=Outcome.REFUSED)
    counts = store.counts()
    assert (counts.total, counts.accepted, counts.refused) == (11, 10, 1)
    assert counts.by_event == {
        "search": {"accepted": 10, "refused": 0, "fault": 0},
        "optin": {"accepted": 0, "refused": 1, "fault": 0},
    }
    assert counts.by_status == {"202": 10, "400": 1}
    assert numbers(store.newest(EVERYTHING, 99)) == [9, 10, 11]


def test_the_bytes_that_are_kept_are_bounded_too() -> None:
    store = Store(SandboxSettings(keep_bytes=7_000))
    for _ in range(4):
        add(store, size=2_000)
    assert numbers(store.newest(EVERYTHING, 99)) == [3, 4]


def test_event_names_that_never_end_share_one_count() -> None:
    store = Store(SandboxSettings())
    for number in range(500):
        add(store, f"name{number}")
    by_event = store.counts().by_event
    assert len(by_event) == 201
    assert by_event[OTHER_NAMES]["accepted"] == 300


def test_requests_are_found_by_event_outcome_and_customer() -> None:
    store = Store(SandboxSettings())
    add(store, "search")
    add(store, "optin")
    add(store, "search", "omar@example.org")
    add(store, "search", outcome=Outcome.REFUSED)
    assert numbers(store.newest(Filter(event="search"), 99)) == [1, 3, 4]
    assert numbers(store.newest(Filter(outcome="refused"), 99)) == [4]
    assert numbers(store.newest(Filter(distinct_id="omar@example.org"), 99)) == [3]
    assert numbers(store.newest(Filter(distinct_id="omar"), 99)) == []
    assert numbers(store.newest(Filter(customer="OMAR"), 99)) == [3]


def test_a_limit_takes_the_newest_and_since_goes_on_from_there() -> None:
    store = Store(SandboxSettings())
    for _ in range(5):
        add(store)
    assert numbers(store.newest(EVERYTHING, 2)) == [4, 5]
    assert numbers(store.newest(EVERYTHING, 99, since=3)) == [4, 5]


def test_a_request_is_found_by_its_number_while_it_is_kept() -> None:
    store = Store(SandboxSettings(keep_events=2))
    received = [add(store) for _ in range(3)]
    assert [store.find(number) for number in (0, 1, 2, 3, 4)] == [None, None, *received[1:], None]


def test_a_duplicate_is_an_accepted_key_that_comes_again() -> None:
    store = Store(SandboxSettings())
    add(store, key="t:0:1", outcome=Outcome.REFUSED)
    assert not add(store, key="t:0:1").duplicate
    assert add(store, key="t:0:1").duplicate
    assert store.counts().duplicates == 1


def test_a_lost_answer_is_a_fault_of_an_accepted_event() -> None:
    store = Store(SandboxSettings())
    add(store, key="t:0:1", outcome=Outcome.FAULT, lost=True)
    add(store, outcome=Outcome.FAULT)
    counts = store.counts()
    assert (counts.total, counts.accepted, counts.fault, counts.lost) == (2, 0, 2, 1)
    assert store.profile(JANE)
    assert add(store, key="t:0:1").duplicate


def test_a_customer_with_an_id_without_end_is_found_by_it() -> None:
    store = Store(SandboxSettings())
    add(store, customer=short_name("x" * 9_000))
    assert numbers(store.newest(Filter(distinct_id="x" * 9_000), 99)) == [1]


def hostile(number: int) -> dict[str, Any]:
    """Everything about it is long, and nothing comes twice."""
    long = f"{number:06}" * 3_000
    attributes = {f"{'a' * 1_000}{number}_{n}": long for n in range(20)}
    line = {"id": long, **{f"{long}{n}": long for n in range(5)}}
    who = event(long, long, customer={"email": f"p{number}@example.com", **attributes}, products=[line])
    return who if number % 2 else {**who, "event": ("identify", "add_to_cart", "purchase")[number % 3]}


@pytest.mark.parametrize("linked", [True, False])
def test_whatever_is_sent_the_memory_stays_within_its_bounds(*, linked: bool) -> None:
    """Names, ids, keys, headers, attributes and products without end: what is held by the interpreter's count."""
    most = 2_000_000
    store = Store(SandboxSettings(keep_bytes=most, keep_customer_bytes=most, keep_keys=1_000))

    def send(numbers: range) -> None:
        for number in numbers:
            document = hostile(number)
            properties = document["properties"] | {"order_id": f"{number}" * 5_000, "total": 1}
            if linked:
                properties["distinct_id"] = f"p{number}@example.com"
            long = f"{number}" * 5_000
            received = Received(
                number=store.number + 1,
                at_ms=0,
                event=short_name(document["event"]),
                distinct_id=short_name(properties["distinct_id"]),
                outcome=Outcome.ACCEPTED,
                accepted=True,
                status=202,
                findings=tuple(check_event(document, strict=True)),
                fault="",
                idempotency_key=short_name(long),
                duplicate=False,
                method="POST",
                path=f"/?{long}",
                head=b"".join(b"a%d: %d\r\n" % (n, number) for n in range(200)),
                body=bytes(bytearray(orjson.dumps(document))),  # a copy of its exact size, as from the network
            )
            store.add(received, properties)

    send(range(50))
    tracemalloc.start()
    try:
        send(range(50, 600))
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    names_and_keys = 600 * 1_000
    assert most < held < 2 * most + names_and_keys
    assert store.profiles.size <= most
    assert store.counts().total == 600


def test_a_reset_forgets_everything_but_numbers_go_on() -> None:
    store = Store(SandboxSettings())
    add(store)
    store.reset()
    assert store.counts().total == 0
    assert store.profile(JANE) is None
    assert add(store).number == 2


def test_only_accepted_events_reach_the_customer() -> None:
    store = Store(SandboxSettings())
    add(store, outcome=Outcome.REFUSED)
    assert store.profile(JANE) is None
    add(store)
    found = store.profile(JANE)
    assert found
    assert found["events"] == 1
