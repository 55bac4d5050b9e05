"""An event that has ended has a receipt, and nothing is committed before the brokers have it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from consumer.delivery.failures import joined
from consumer.delivery.lanes import Lane, LaneGroup, Lanes
from consumer.delivery.outbox import Outbox
from consumer.delivery.partitions import Partitions
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.receipts import Receipts
from consumer.delivery.task import PartitionState, Task
from consumer.records import (
    Answer,
    EventRequest,
    Mapped,
    Outcome,
    Partition,
    Reason,
    Receipt,
    Record,
    Reject,
    Send,
    Stage,
)
from tests.delivery.driver import POLICY, Driver
from tests.delivery.samples import NOW, ORDERS, answer, send, task

WITH_RECEIPTS = replace(POLICY, receipts=True)
BOTH = send("customer_patch", "unsubscribe")


class Receipted(Driver):
    """Notes the receipts; the test says when the brokers have them."""

    def __init__(self, policy: DeliveryPolicy = WITH_RECEIPTS) -> None:
        super().__init__(policy)
        self.out: dict[int, Receipt] = {}

    def decide(self) -> None:
        decided = self.engine.decide(self.now)
        self.sends |= decided.sends
        self.writes |= decided.writes
        self.out |= decided.receipts
        self.settled += decided.settled
        self.log += [task.idempotency_key for _, task in decided.sends]
        self.paused = self.paused - set(decided.resume) | set(decided.pause)
        self.wake_at = decided.wake_at

    def receive(self, error: str | None = None) -> list[Receipt]:
        """Answers all receipts that are out."""
        out, self.out = self.out, {}
        for ticket in out:
            self.engine.written(ticket, error, self.now)
        self.decide()
        return list(out.values())

    def committed(self, partition: Partition = ORDERS) -> int | None:
        """The offset of the commit that is due now; None: there is none."""
        commit = self.commit().get(partition)
        return None if commit is None else commit.offset


@pytest.fixture
def driver() -> Receipted:
    driver = Receipted()
    driver.assign()
    return driver


def test_of_what_was_delivered(driver: Receipted) -> None:
    driver.take("jane", send("optin", customer="jane@example.com"))
    driver.reply_all()
    assert driver.committed() == 0
    assert not driver.at_rest()

    assert driver.receive() == [
        Receipt("shop.orders:0:0", "optin", Outcome.DELIVERED, "jane@example.com", NOW, 202, None)
    ]
    assert driver.committed() == 1
    assert driver.at_rest()


def test_it_names_the_request_as_bluecore_has_named_it(driver: Receipted) -> None:
    """By that Bluecore's support finds it."""
    driver.take("jane")
    driver.reply("shop.orders:0:0", answer(202)._replace(request_id="req-7"))
    assert [each.request_id for each in driver.receive()] == ["req-7"]


def test_of_what_further_routes_refuse_it_names_the_customer_of_the_record(driver: Receipted) -> None:
    refused = Reject(Reason.MISSING_FIELD, Stage.MAP, "email: missing", "email", "search", number=1)
    driver.take("jane", send("purchase", customer="jane@example.com")._replace(refused=(refused,), numbers=(0,)))
    driver.reply_all()
    driver.acknowledge()
    assert [(each.event, each.customer) for each in driver.receive()] == [
        ("purchase", "jane@example.com"),
        ("search", "jane@example.com"),
    ]


def test_of_each_event_where_every_route_refuses_the_record(driver: Receipted) -> None:
    """Each under the key that its request would have had, with its own reason."""
    refused = (
        Reject(Reason.MISSING_FIELD, Stage.MAP, "email: missing", "email", "optin"),
        Reject(Reason.INVALID_FIELD, Stage.MAP, "total: no number", "total", "purchase", number=1),
    )
    driver.take("jane", joined(refused))
    driver.acknowledge()

    assert [(each.idempotency_key, each.event, each.reason) for each in driver.receive()] == [
        ("shop.orders:0:0", "optin", Reason.MISSING_FIELD),
        ("shop.orders:0:0:1", "purchase", Reason.INVALID_FIELD),
    ]
    assert [each.events for each in driver.settled] == [("optin", "purchase")]
    assert driver.committed() == 1


def test_the_next_of_the_key_does_not_wait_for_it(driver: Receipted) -> None:
    driver.take("jane")
    driver.take("jane")
    driver.reply_all()
    assert driver.in_flight == ["shop.orders:0:1"]


def test_each_event_of_a_record_has_one_as_soon_as_it_has_ended(driver: Receipted) -> None:
    """With a key and a status of its own."""
    driver.take("jane", send("search", "wishlist"))
    driver.reply_all(201)
    (first,) = driver.receive()
    assert (first.idempotency_key, first.event, first.status) == ("shop.orders:0:0", "search", 201)
    assert driver.committed() == 0

    driver.reply_all(202)
    (second,) = driver.receive()
    assert (second.idempotency_key, second.event, second.status) == ("shop.orders:0:0:1", "wishlist", 202)
    assert driver.committed() == 1


def test_of_what_waits_in_the_retry_topic_and_of_its_end(driver: Receipted) -> None:
    driver.take("healthy")
    driver.take("jane", send("search", "wishlist"))
    driver.reply("shop.orders:0:0")
    driver.reply("shop.orders:0:1")
    driver.receive()
    written = driver.run(lambda _: answer(500), seconds=200)
    assert [receipt.outcome for receipt in driver.out.values()] == [Outcome.RETRY]
    (put_off,) = driver.receive()
    assert (put_off.idempotency_key, put_off.event) == ("shop.orders:0:1:1", "wishlist")
    assert (put_off.status, put_off.reason) == (500, Reason.RETRIES_EXHAUSTED)

    driver.assign(Partition(POLICY.retry_topic, 0))
    driver.retake(written[0], send("search", "wishlist"))
    driver.wait(60)
    driver.reply_all(202)
    (ended,) = driver.receive()
    assert (ended.idempotency_key, ended.outcome, ended.status) == ("shop.orders:0:1:1", Outcome.DELIVERED, 202)
    assert driver.committed(Partition(POLICY.retry_topic, 0)) == 1


@pytest.mark.parametrize(
    ("mapped", "event", "reason"),
    [
        (Reject(Reason.UNDECODABLE, Stage.DECODE, "no magic byte"), "", Reason.UNDECODABLE),
        (Reject(Reason.MISSING_FIELD, Stage.MAP, "email", event="optin"), "optin", Reason.MISSING_FIELD),
    ],
)
def test_of_what_could_not_be_mapped(driver: Receipted, mapped: Mapped, event: str, reason: Reason) -> None:
    """Whose it was is not known."""
    driver.take("jane", mapped)
    driver.acknowledge()
    assert driver.receive() == [Receipt("shop.orders:0:0", event, Outcome.DEAD_LETTER, "", NOW, None, reason)]


def test_of_one_that_is_refused_and_of_those_beside_it(driver: Receipted) -> None:
    """By Bluecore, and by a route: each has its own, under the key that its request has or would have had."""
    refused = Reject(Reason.MISSING_FIELD, Stage.MAP, "email", event="customer_patch", number=2)
    driver.take("jane", send("search", "wishlist")._replace(refused=(refused,), numbers=(0, 1)))
    driver.reply_all(400)
    driver.reply_all(202)
    driver.acknowledge()
    found = {each.idempotency_key: (each.event, each.outcome, each.status, each.reason) for each in driver.receive()}
    assert found == {
        "shop.orders:0:0": ("search", Outcome.DEAD_LETTER, 400, Reason.REJECTED),
        "shop.orders:0:0:1": ("wishlist", Outcome.DELIVERED, 202, None),
        "shop.orders:0:0:2": ("customer_patch", Outcome.DEAD_LETTER, None, Reason.MISSING_FIELD),
    }
    assert driver.committed() == 1


def test_a_consent_that_went_ahead_is_half_settled_with_its_receipt(driver: Receipted) -> None:
    """A crash before it would send the consent again: its receipt is not lost either."""
    driver.take("jane", BOTH)
    driver.reply("shop.orders:0:0:1")
    state = driver.engine.partitions.states[0]
    assert state.settled.half == set()

    (receipt,) = driver.receive()
    assert (receipt.idempotency_key, receipt.event) == ("shop.orders:0:0:1", "unsubscribe")
    assert state.settled.half == {0}

    driver.reply("shop.orders:0:0")
    assert driver.committed() == 0
    driver.receive()
    assert driver.committed() == 1


def test_one_that_is_not_taken_is_written_again_and_again(driver: Receipted) -> None:
    """What waits for it stays uncommitted; the others go on."""
    driver.take("jane")
    driver.take("ali")
    driver.reply_all()
    first, second = driver.out
    driver.engine.written(first, "topic authorization failed", driver.now)
    driver.engine.written(second, None, driver.now)
    del driver.out[first], driver.out[second]
    receipts = driver.engine.receipts
    assert receipts is not None
    assert driver.committed() == 0

    while not driver.out:
        assert driver.wake_at > driver.now
        driver.now = driver.wake_at
        driver.decide()
    assert list(driver.out) == [first]
    driver.receive()
    assert driver.committed() == 2
    assert receipts.error == ""


def test_many_that_fail_together_are_one_failure_of_the_brokers(driver: Receipted) -> None:
    """The wait grows with the failures: by one for each it would be half a minute at once."""
    for number in range(20):
        driver.take(f"customer {number}")
        driver.reply_all()
    driver.receive("no leader")
    driver.wait(1)

    assert len(driver.out) == 20


def test_after_one_that_was_taken_the_wait_is_short_again(driver: Receipted) -> None:
    driver.take("jane")
    driver.reply_all()
    for _ in range(8):
        driver.receive("no leader")
        driver.wait(60)
    driver.receive()

    driver.take("jane")
    driver.reply_all()
    driver.receive("no leader")

    assert driver.wake_at <= driver.now + 1


def test_one_that_waits_in_two_lanes_behind_the_same_record_ends_once(driver: Receipted) -> None:
    for _ in range(2):
        driver.take("jane", BOTH)
    for _ in range(4):
        driver.reply_all()
    for ticket in sorted(driver.out, key=lambda each: driver.out[each].idempotency_key, reverse=True):
        driver.engine.written(ticket, None, driver.now)

    assert driver.committed() == 2
    assert driver.at_rest()


@pytest.mark.parametrize("kind", ["optin", "purchase"])
def test_records_of_a_key_are_settled_in_their_order(driver: Receipted, kind: str) -> None:
    """Else a crash in between would send the older one again, and not the newer."""
    driver.take("jane", send(kind))
    driver.take("jane", send(kind))
    driver.take("ali", send(kind))
    driver.reply("shop.orders:0:0")
    driver.reply("shop.orders:0:1")
    driver.reply("shop.orders:0:2")
    by_key = {receipt.idempotency_key: ticket for ticket, receipt in driver.out.items()}
    state = driver.engine.partitions.states[0]

    driver.engine.written(by_key["shop.orders:0:1"], None, driver.now)
    driver.engine.written(by_key["shop.orders:0:2"], None, driver.now)
    assert list(state.settled.beyond) == [(2, 3)]

    driver.engine.written(by_key["shop.orders:0:0"], None, driver.now)
    assert driver.committed() == 3
    assert driver.at_rest()


def test_one_that_waits_behind_two_others_ends_once(driver: Receipted) -> None:
    """In both of its lanes, and one of the two waits behind the other."""
    both = send("customer_patch", "unsubscribe")
    for mapped in (both, send("optin"), both):
        driver.take("jane", mapped)
    for _ in range(6):
        driver.reply_all()
    first = [
        ticket for ticket, receipt in driver.out.items() if receipt.idempotency_key.startswith("shop.orders:0:0")
    ]
    for ticket in [ticket for ticket in driver.out if ticket not in first] + first:
        driver.engine.written(ticket, None, driver.now)
    assert driver.committed() == 3


def test_a_consent_is_not_settled_before_the_half_of_an_earlier_record(driver: Receipted) -> None:
    driver.take("jane", BOTH)
    driver.reply("shop.orders:0:0:1")
    driver.take("jane", send("optin"))
    driver.reply("shop.orders:0:1")
    by_key = {receipt.idempotency_key: ticket for ticket, receipt in driver.out.items()}
    state = driver.engine.partitions.states[0]

    driver.engine.written(by_key["shop.orders:0:1"], None, driver.now)
    assert (state.settled.half, list(state.settled.beyond)) == (set(), [])
    driver.engine.written(by_key["shop.orders:0:0:1"], None, driver.now)
    assert (state.settled.half, list(state.settled.beyond)) == ({0}, [(1, 2)])


def test_while_none_are_taken_the_memory_fills_and_reading_stops() -> None:
    small = Receipted(replace(WITH_RECEIPTS, buffered_records=10))
    small.assign()
    for number in range(10):
        small.take(f"key {number}")
        small.reply_all()
        small.receive("the brokers do not answer")
    assert small.engine.receipts is not None
    assert small.engine.receipts.error == "the brokers do not answer"
    assert small.paused == {ORDERS}

    while small.wake_at < float("inf"):
        small.now = small.wake_at
        small.decide()
        small.receive()
    assert small.paused == set()
    assert small.committed() == 10


def test_a_partition_waits_for_them_before_it_leaves(driver: Receipted) -> None:
    driver.take("jane")
    driver.reply_all()
    partitions = driver.engine.partitions
    partitions.drain([ORDERS])
    assert partitions.outstanding([ORDERS]) == 1

    driver.receive()
    assert partitions.outstanding([ORDERS]) == 0
    (commit,) = partitions.commits.due(driver.now, leaving=True)
    assert commit.offset == 1


def lost(driver: Receipted) -> None:
    driver.engine.partitions.forget([ORDERS])
    driver.decide()


@pytest.mark.parametrize("acknowledged", ["while it is away", "after it has come back", "after it was read again"])
def test_what_was_delivered_is_not_sent_again_because_its_receipt_was_late(
    driver: Receipted, acknowledged: str
) -> None:
    """The partition is lost, as in an outage of the brokers, and comes back."""
    driver.take("jane")
    driver.reply_all()
    lost(driver)
    if acknowledged == "while it is away":
        driver.receive()
    driver.assign()
    if acknowledged == "after it has come back":
        driver.receive()
    driver.take("jane", offset=0)
    driver.take("jane", offset=1)
    assert driver.in_flight == ["shop.orders:0:1"]
    if acknowledged == "after it was read again":
        assert driver.committed() == 0
        driver.receive()
    assert driver.committed() == 1
    driver.reply_all()
    driver.receive()
    assert driver.at_rest()


def test_a_partition_that_is_back_waits_for_the_receipts_of_before_too(driver: Receipted) -> None:
    driver.take("jane")
    driver.reply_all()
    lost(driver)
    driver.assign()
    driver.take("jane", offset=0)
    assert driver.engine.partitions.outstanding([ORDERS]) == 1

    driver.receive()
    assert driver.engine.partitions.outstanding([ORDERS]) == 0


@pytest.mark.parametrize("mapped", [send("purchase"), BOTH], ids=["whole", "half"])
def test_another_record_at_the_same_place_is_sent(driver: Receipted, mapped: Mapped) -> None:
    """As after a topic was made anew, before anybody has told."""
    driver.take("jane", mapped)
    first = driver.in_flight
    driver.reply_all()
    lost(driver)
    driver.assign()

    driver.take("jane", mapped, offset=0, value=b"another")

    assert driver.in_flight[-1:] == first


def test_a_consent_whose_receipt_is_late_ends_no_other_consent_of_its_record(driver: Receipted) -> None:
    mapped = send("optin", "unsubscribe", "purchase")
    driver.take("jane", mapped)
    driver.reply("shop.orders:0:0")
    lost(driver)
    driver.reply("shop.orders:0:0:1", 500)
    driver.assign()

    driver.take("jane", mapped, offset=0)

    assert driver.in_flight == ["shop.orders:0:0:1"]


@pytest.mark.parametrize("rest", ["in flight", "waiting for its retry"])
def test_a_consent_is_not_sent_again_because_its_receipt_was_late(driver: Receipted, rest: str) -> None:
    """The rest of its record goes on, and the half is remembered once the receipt is there."""
    driver.take("jane", BOTH)
    driver.reply("shop.orders:0:0:1")
    if rest != "in flight":
        driver.reply("shop.orders:0:0", 500)
    lost(driver)
    driver.assign()
    driver.take("jane", BOTH, offset=0)
    assert driver.in_flight == ["shop.orders:0:0"]
    state = driver.engine.partitions.states[0]
    assert state.settled.half == set()

    driver.receive()
    assert state.settled.half == {0}
    driver.reply("shop.orders:0:0")
    driver.receive()
    assert driver.committed() == 1
    assert driver.at_rest()


def test_one_in_flight_while_its_partition_left_is_settled_with_its_receipt(driver: Receipted) -> None:
    driver.take("jane")
    lost(driver)
    driver.reply_all()
    driver.assign()
    driver.take("jane", offset=0)
    assert driver.in_flight == []
    assert driver.committed() == 0
    driver.receive()
    assert driver.committed() == 1
    assert driver.at_rest()


def test_two_records_of_a_key_never_wait_for_each_others_receipts(driver: Receipted) -> None:
    """Twice the partition leaves and comes back before any receipt is there, first with a letter on its way."""
    driver.take("jane", BOTH)
    driver.reply("shop.orders:0:0:1")
    driver.reply("shop.orders:0:0", 400)
    for error in ("not now", None):
        driver.engine.partitions.forget([ORDERS])
        driver.engine.partitions.assign(ORDERS, None, "")
        for offset in (0, 1):
            driver.take("jane", BOTH, offset=offset)
        for _ in range(4):
            driver.reply_all()
        driver.acknowledge(error)

    for _ in range(4):
        driver.reply_all()
        driver.receive()

    assert driver.committed() == 2
    assert driver.at_rest()


def _note(settled: list[int], offset: int, _: PartitionState) -> None:
    settled.append(offset)


def test_an_earlier_record_waits_for_no_later_one_that_has_passed_it() -> None:
    """That one may wait for it by its other part."""
    outbox = Outbox()
    settled: list[int] = []
    receipts = Receipts(outbox, Partitions(WITH_RECEIPTS, Lanes(), {}))
    lane = Lane[Task](LaneGroup(), "jane")
    for offset in (1, 0):
        each = task(Record(ORDERS, offset, b"jane", b"value"), send("optin"))
        each.lane = lane
        receipts.delivered(each, Answer(202), NOW)
        receipts.after(each, partial(_note, settled, offset), ends=True)
    later, earlier = (ticket for ticket, _ in outbox.take().receipts)

    receipts.result(earlier, None, NOW)
    assert settled == [0]
    receipts.result(later, None, NOW)
    assert settled == [0, 1]


def test_a_topic_made_anew_has_records_of_its_own(driver: Receipted) -> None:
    """A late receipt settles nothing of what stands at its offset now."""
    driver.take("jane")
    driver.reply_all()
    lost(driver)
    driver.engine.partitions.assign(ORDERS, 5, "", start=0)
    driver.receive()
    driver.take("ali", offset=0)
    assert driver.in_flight == ["shop.orders:0:0"]


@pytest.mark.parametrize("offset", [0, 1], ids=["at the same place", "of the same key"])
def test_a_record_of_a_topic_made_anew_waits_for_no_receipt_of_the_old_one(driver: Receipted, offset: int) -> None:
    driver.take("jane")
    driver.reply_all()
    old = list(driver.out)
    lost(driver)
    driver.engine.partitions.assign(ORDERS, 5, "", start=0)
    driver.take("jane", offset=offset)
    driver.reply_all()
    (new,) = driver.out.keys() - old

    driver.engine.written(new, None, driver.now)

    assert driver.committed() == offset + 1


class TestSharesOfSeveralDestinations:
    TWO = Send(tuple(EventRequest("purchase", b"{}", "c", destination=each) for each in ("acme", "zeta")))

    @pytest.fixture
    def driver(self) -> Receipted:
        """One share of the record at 5 is delivered, the other is on its way."""
        driver = Receipted(replace(WITH_RECEIPTS, rates={"": None, "acme": None, "zeta": None}))
        self._assign(driver)
        driver.take("jane", self.TWO, offset=5)
        driver.reply("shop.orders:0:5@acme")
        return driver

    @pytest.mark.parametrize("delivered", ["before it left", "before it was back"])
    def test_where_all_were_delivered_the_record_waits_for_their_receipts(
        self, driver: Receipted, delivered: str
    ) -> None:
        """Nothing is left to send of it, and a crash before they are written would leave them out for good."""
        if delivered == "before it was back":
            driver.engine.partitions.forget([ORDERS])
        driver.reply("shop.orders:0:5:1@zeta")
        driver.engine.partitions.forget([ORDERS])
        self._assign(driver)

        driver.take("jane", self.TWO, offset=5)

        assert len(driver.log) == 2
        assert driver.committed() == 5, "where it stands, and not behind it"
        assert {each.idempotency_key for each in driver.receive()} == {
            "shop.orders:0:5@acme",
            "shop.orders:0:5:1@zeta",
        }
        assert driver.committed() == 6
        assert driver.at_rest()

    def test_where_the_partition_has_left_again_nothing_is_told_of_it(self, driver: Receipted) -> None:
        """Who reads it next tells."""
        driver.engine.partitions.forget([ORDERS])
        driver.reply("shop.orders:0:5:1@zeta")
        self._assign(driver)
        driver.take("jane", self.TWO, offset=5)
        told = list(driver.settled)

        driver.engine.partitions.forget([ORDERS])
        driver.receive()

        assert driver.settled == told

    @staticmethod
    def _assign(driver: Receipted) -> None:
        driver.engine.partitions.assign(ORDERS, None, "", destinations=("acme", "zeta"))


def test_without_a_topic_for_them_there_are_none() -> None:
    driver = Driver().assign()
    driver.take("jane")
    driver.reply_all()
    assert driver.engine.receipts is None
    assert driver.commit()[ORDERS].offset == 1
