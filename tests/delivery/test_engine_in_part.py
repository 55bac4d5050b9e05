"""Requests of one record stand alone: what a route or Bluecore refuses of it withholds nothing beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.delivery.concurrency import ConcurrencyPolicy
from consumer.delivery.task import Task
from consumer.records import (
    Answer,
    Delivered,
    EventRequest,
    OrderClass,
    Outcome,
    Reason,
    Redelivery,
    Reject,
    Send,
    Stage,
)
from tests.delivery.driver import ACCEPTED, POLICY, Driver
from tests.delivery.samples import BROKEN, NOW, ORDERS, RETRY, answer, send

ORDERED = replace(POLICY, ordered_events=frozenset(("customer_patch", "optin", "unsubscribe")))


@pytest.fixture
def driver() -> Driver:
    return Driver(ORDERED).assign(ORDERS, RETRY)


def no(event: str, *, known: bool = True) -> Reject:
    """A route that makes nothing of the record; `known`: of which class it would be."""
    kind = OrderClass.CONSENT if event in {"optin", "unsubscribe"} else OrderClass.OTHER
    message = f"{event}: missing"
    return Reject(Reason.MISSING_FIELD, Stage.MAP, message, "email", event if known else "", kind if known else None)


def partly(*events: str | Reject) -> Send:
    """A record whose routes make these events, or refuse."""
    requests = [EventRequest(each, b"{}", "c") for each in events if isinstance(each, str)]
    numbers = tuple(number for number, each in enumerate(events) if isinstance(each, str))
    return Send(tuple(requests), 0, (), tuple(each for each in events if isinstance(each, Reject)), numbers)


def letter(task: Task) -> tuple[Outcome, Reason, Delivered, OrderClass | None]:
    assert task.failure is not None
    return task.failure.outcome, task.failure.reason, task.failure.which, task.part_left


def accepts(_task: Task) -> Answer:
    return ACCEPTED


def janes_purchase_fails(task: Task) -> Answer:
    return answer(500) if (task.record.key, task.request.event) == (b"jane", "purchase") else ACCEPTED


def test_the_others_are_sent_and_the_dead_letter_says_which_were(driver: Driver) -> None:
    driver.take("jane", partly(no("customer_patch"), "unsubscribe"))

    (written,) = driver.run(accepts)

    assert driver.log == ["shop.orders:0:0:1"], "under the key that it has when nothing is refused"
    assert letter(written) == (Outcome.DEAD_LETTER, Reason.MISSING_FIELD, ((1, "unsubscribe"),), None)
    (settlement,) = driver.settled
    assert (settlement.events, settlement.delivered) == (("unsubscribe", "customer_patch"), 1)
    assert driver.at_rest()


def test_what_stands_beside_a_refusal_of_bluecores_goes_on_before_other_records() -> None:
    driver = Driver(replace(ORDERED, concurrency=ConcurrencyPolicy(maximum=1))).assign()
    driver.take("jane", send("purchase", "search"))
    driver.take("joe", send("search"))

    driver.reply("shop.orders:0:0", answer(400))

    assert driver.in_flight == ["shop.orders:0:0:1"]


def test_nothing_is_settled_before_the_dead_letter_is_acknowledged(driver: Driver) -> None:
    driver.take("jane", partly("search", no("purchase")))
    driver.reply("shop.orders:0:0")
    assert (driver.settled, driver.commit()[ORDERS].offset) == ([], 0)

    (written,) = driver.acknowledge()

    assert letter(written)[2] == ((0, "search"),)
    assert driver.commit()[ORDERS].offset == 1


def test_later_records_of_the_key_wait_for_the_letter_as_a_crash_repeats_what_was_sent(driver: Driver) -> None:
    driver.take("jane", partly("customer_patch", no("search")))
    driver.take("jane", send("customer_patch"))
    driver.reply("shop.orders:0:0")
    assert driver.in_flight == []

    driver.acknowledge()

    assert driver.in_flight == ["shop.orders:0:1"]


@pytest.mark.parametrize(
    ("refused", "which", "part"),
    [
        (no("wishlist"), ((1, "search"),), OrderClass.OTHER),
        (no("", known=False), ((1, "search"), (2, "unsubscribe")), None),
    ],
    ids=["of a class", "of a class that is not known"],
)
def test_of_a_record_of_both_classes(
    driver: Driver, refused: Reject, which: Delivered, part: OrderClass | None
) -> None:
    """A letter of one class leaves the other alone; one that may be of either says what is not to be sent again."""
    driver.take("jane", partly(refused, "search", "unsubscribe"))

    (written,) = driver.run(accepts)

    assert driver.log == ["shop.orders:0:0:2", "shop.orders:0:0:1"]
    assert letter(written)[2:] == (which, part)
    assert driver.at_rest()


def test_a_refused_consent_is_told_before_the_rest_goes(driver: Driver) -> None:
    driver.take("jane", partly(no("optin"), "unsubscribe", "search"))
    driver.reply("shop.orders:0:0:1")
    (written,) = driver.acknowledge()
    assert letter(written)[2:] == (((1, "unsubscribe"),), OrderClass.CONSENT)
    assert driver.in_flight == ["shop.orders:0:0:2"]

    driver.run(accepts)

    assert [settlement.outcome for settlement in driver.settled] == [Outcome.DEAD_LETTER, Outcome.DELIVERED]
    assert driver.at_rest()


def test_several_refusals_are_one_letter(driver: Driver) -> None:
    driver.take("jane", partly(no("wishlist"), "search", no("purchase")))

    (written,) = driver.run(accepts)

    assert written.failure is not None
    assert written.failure.message == "wishlist: missing; purchase: missing"
    (settlement,) = driver.settled
    assert settlement.events == ("search", "wishlist", "purchase")


def test_what_bluecore_refuses_withholds_nothing_either(driver: Driver) -> None:
    driver.take("jane", send("search", "wishlist", "purchase"))

    (written,) = driver.run(lambda task: answer(422) if task.request.event == "wishlist" else ACCEPTED)

    assert driver.log == ["shop.orders:0:0", "shop.orders:0:0:1", "shop.orders:0:0:2"]
    assert letter(written) == (Outcome.DEAD_LETTER, Reason.REJECTED, ((0, "search"), (2, "purchase")), None)
    assert written.failure is not None
    assert written.failure.status == 422
    (settlement,) = driver.settled
    assert (settlement.events, settlement.delivered) == (("search", "purchase", "wishlist"), 2)
    assert driver.at_rest()


def test_a_link_that_bluecore_refuses_goes_with_its_record(driver: Driver) -> None:
    """It is sent again with the record, which would have nothing to send else."""
    requests = [EventRequest(event, b"{}", "c", event == "identify") for event in ("identify", "search")]
    driver.take("jane", Send(tuple(requests)))

    (written,) = driver.run(lambda task: answer(422) if task.request.link else ACCEPTED)

    assert driver.log == ["shop.orders:0:0:link0"]
    assert written.failure is not None
    assert (written.failure.delivered, written.failure.which) == (0, ())


class TestThroughTheRetryTopic:
    def test_a_request_that_fails_takes_what_is_refused_along(self, driver: Driver) -> None:
        record = partly(no("wishlist"), "search", "purchase")
        driver.take("healthy")
        driver.take("jane", record)
        (parked,) = driver.run(janes_purchase_fails)
        assert letter(parked) == (Outcome.RETRY, Reason.RETRIES_EXHAUSTED, ((1, "search"),), None)
        before = len(driver.log)

        driver.retake(parked, record)
        (dead,) = driver.run(accepts)

        assert driver.log[before:] == ["shop.orders:0:1:2"]
        assert letter(dead) == (
            Outcome.DEAD_LETTER,
            Reason.MISSING_FIELD,
            ((1, "search"), (2, "purchase")),
            None,
        )
        assert driver.at_rest()

    def test_what_was_corrected_meanwhile_is_sent_too(self, driver: Driver) -> None:
        driver.take("healthy")
        driver.take("jane", partly(no("wishlist"), "search", "purchase"))
        (parked,) = driver.run(janes_purchase_fails)
        before = len(driver.log)

        driver.retake(parked, send("wishlist", "search", "purchase"))

        assert driver.run(accepts) == []
        assert driver.log[before:] == ["shop.orders:0:1", "shop.orders:0:1:2"]

    @pytest.mark.parametrize("kind", OrderClass)
    def test_a_part_brings_back_its_own_refusals_alone(self, driver: Driver, kind: OrderClass) -> None:
        """Else both parts of a record would tell of them."""
        record = partly("unsubscribe", "search", no("optin"), no("wishlist"))
        past = Redelivery(ORDERS, 7, timestamp_ms=int(NOW * 1000), part=kind, parks=frozenset((kind,)))
        driver.take("jane", record, partition=RETRY, past=past)

        (dead,) = driver.run(accepts)

        key, event = {OrderClass.CONSENT: (":7", "optin"), OrderClass.OTHER: (":7:1", "wishlist")}[kind]
        assert driver.log == [f"shop.orders:0{key}"]
        assert dead.failure is not None
        assert (dead.failure.message, dead.part_left) == (f"{event}: missing", kind)


class TestReplayed:
    """A letter comes back through the retry topic, with what its headers say of it."""

    def replay(self, driver: Driver, mapped: Send | Reject, *which: tuple[int, str]) -> list[Task]:
        past = Redelivery(ORDERS, 7, which=which, timestamp_ms=int(NOW * 1000))
        driver.take("jane", mapped, partition=RETRY, past=past)
        return driver.run(accepts)

    def test_only_the_missing_one_is_sent(self, driver: Driver) -> None:
        assert self.replay(driver, send("customer_patch", "unsubscribe"), (1, "unsubscribe")) == []
        assert driver.log == ["shop.orders:0:7"]
        assert driver.at_rest()

    def test_one_in_the_middle_keeps_its_key(self, driver: Driver) -> None:
        self.replay(driver, send("search", "wishlist", "purchase"), (0, "search"), (2, "purchase"))
        assert driver.log == ["shop.orders:0:7:1"]

    def test_where_nothing_is_missing_any_more_the_record_is_skipped(self, driver: Driver) -> None:
        assert self.replay(driver, send("unsubscribe"), (1, "unsubscribe")) == []
        assert (driver.log, driver.outcomes) == ([], {0: Outcome.SKIPPED})

    def test_where_it_is_refused_still_the_letter_says_the_same_again(self, driver: Driver) -> None:
        (dead,) = self.replay(driver, partly(no("customer_patch"), "unsubscribe"), (1, "unsubscribe"))
        assert driver.log == []
        assert letter(dead) == (Outcome.DEAD_LETTER, Reason.MISSING_FIELD, ((1, "unsubscribe"),), None)

    def test_nor_does_a_refusal_of_the_whole_record_forget_it(self, driver: Driver) -> None:
        (dead,) = self.replay(driver, BROKEN, (1, "unsubscribe"))
        assert letter(dead)[2] == ((1, "unsubscribe"),)

    def test_a_route_that_makes_more_by_now_repeats_and_withholds_nothing(self, driver: Driver) -> None:
        """It was refused as one, and splits its products since: what was delivered has another number."""
        self.replay(driver, send("wishlist", "wishlist", "wishlist", "search"), (1, "search"))
        assert len(driver.log) == 3
        assert "shop.orders:0:7:3" not in driver.log


class TestOverRestarts:
    def come_back_without_the_letter(self, driver: Driver) -> None:
        """A search was delivered, the letter of what stands beside it not written; the record is read again."""
        driver.take("jane", partly("search", no("wishlist")))
        driver.reply("shop.orders:0:0")
        driver.engine.partitions.forget([ORDERS])
        driver.acknowledge("the brokers do not answer")
        driver.assign(ORDERS)
        driver.take("jane", partly("search", no("wishlist")), offset=0)

    def test_a_partition_that_comes_back_does_not_send_again_what_was_sent(self, driver: Driver) -> None:
        driver.take("jane", partly(no("wishlist"), "search", "purchase"))
        driver.reply("shop.orders:0:0:1")
        driver.engine.partitions.drain([ORDERS])
        driver.reply("shop.orders:0:0:2", 500)
        driver.engine.partitions.forget([ORDERS])
        driver.assign(ORDERS)
        before = len(driver.log)

        driver.take("jane", partly(no("wishlist"), "search", "purchase"), offset=0)
        (dead,) = driver.run(accepts)

        assert driver.log[before:] == ["shop.orders:0:0:2"]
        assert letter(dead)[2] == ((1, "search"), (2, "purchase"))
        assert driver.at_rest()

    def test_nor_where_only_the_letter_was_missing(self, driver: Driver) -> None:
        self.come_back_without_the_letter(driver)
        (dead,) = driver.run(accepts)

        assert driver.log == ["shop.orders:0:0"]
        assert letter(dead)[2] == ((0, "search"),)
        assert driver.settled[-1].events == ("wishlist",)

    def test_where_only_the_letter_is_missing_the_next_of_the_customer_waits(self, driver: Driver) -> None:
        """A crash before the letter is written sends the whole record again, which must not be behind a newer one."""
        self.come_back_without_the_letter(driver)
        driver.take("jane", send("search"), offset=1)
        assert driver.log == ["shop.orders:0:0"]

        driver.run(accepts)
        assert driver.log == ["shop.orders:0:0", "shop.orders:0:1"]
        assert driver.at_rest()

    def test_after_a_crash_between_its_parts_only_the_rest_goes(self) -> None:
        first = Driver(ORDERED).assign(ORDERS)
        record = partly("unsubscribe", "search", no("wishlist"))
        first.take("jane", record)
        first.reply("shop.orders:0:0")
        commit = first.commit()[ORDERS]

        second = Driver(ORDERED)
        second.engine.partitions.assign(ORDERS, commit.offset, commit.metadata)
        second.take("jane", record, offset=0)
        (dead,) = second.run(accepts)

        assert second.log == ["shop.orders:0:0:1"]
        assert letter(dead)[2:] == (((1, "search"),), OrderClass.OTHER)


def test_a_flood_holds_no_letter_of_which_others_were_sent() -> None:
    """It could be held only with its record unsettled: a restart would send the rest again, behind later records."""
    driver = Driver(POLICY).assign(ORDERS)
    for number in range(400):
        driver.take(f"c{number}", partly("search", no("wishlist")))

    written = driver.run(accepts)

    assert len(written) == 400
    assert driver.at_rest()
