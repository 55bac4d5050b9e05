"""Consent comes first: an unsubscribe passes what waits, and keeps its place among the consents of its customer."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from consumer.delivery.commits import CommitFailure
from consumer.delivery.offset_map import decode_halves
from consumer.delivery.task import Task
from consumer.records import Answer, EventRequest, OrderClass, Outcome, Partition, Redelivery, Send
from tests.delivery.driver import ACCEPTED, POLICY, Driver
from tests.delivery.samples import ORDERS, RETRY, answer, send

ORDERED = replace(POLICY, ordered_events=frozenset({"customer_patch", "optin", "unsubscribe"}))
ONE_AT_A_TIME = replace(ORDERED, concurrency=replace(POLICY.concurrency, maximum=1))
CONSENTS = Partition("shop.consents", 0)
PROFILE = send("customer_patch")
BOTH = send("customer_patch", "unsubscribe")


@pytest.fixture
def driver() -> Driver:
    return Driver(ORDERED).assign(ORDERS, RETRY)


def profiles_fail(task: Task) -> Answer:
    """Jane's profile fails, and all else passes."""
    failing = task.record.key == b"jane" and task.request.event == "customer_patch"
    return answer(500) if failing else ACCEPTED


# Ahead of what waits


def test_an_unsubscribe_passes_ten_thousand_records_in_memory() -> None:
    driver = Driver(replace(ONE_AT_A_TIME, buffered_records=20_000)).assign()
    for number in range(10_000):
        driver.take(f"key {number}", send("add_to_cart"))
    driver.take("jane", send("unsubscribe"))

    driver.reply(driver.in_flight[0])

    assert driver.in_flight == ["shop.orders:0:10000"]


def test_the_priority_that_a_route_is_given_rules() -> None:
    """Consents go ahead of their equals, not of what was put above them."""
    driver = Driver(ONE_AT_A_TIME).assign()
    driver.take("a", send("search"))
    driver.take("b", send("search", priority=1))
    driver.take("c", send("optin"))
    driver.take("d", send("search"))

    driver.run(lambda _: ACCEPTED)

    assert driver.log == [f"shop.orders:0:{offset}" for offset in (0, 1, 2, 3)]


def test_the_rest_of_a_record_of_both_classes_waits_with_the_others() -> None:
    driver = Driver(ONE_AT_A_TIME).assign()
    driver.take("a", send("search"))
    driver.take("b", BOTH)
    driver.take("c", BOTH)

    driver.run(lambda _: ACCEPTED)

    first, *_ = driver.log
    assert first == "shop.orders:0:0"
    assert driver.log[1:] == ["shop.orders:0:1:1", "shop.orders:0:2:1", "shop.orders:0:1", "shop.orders:0:2"]


def test_a_topic_of_consents_is_read_while_others_have_filled_their_share() -> None:
    small = replace(ORDERED, buffered_records=10)
    driver = Driver(small).assign(ORDERS, priority=0).assign(CONSENTS, priority=0.5)
    for number in range(5):
        driver.take(f"key {number}", send("add_to_cart"))

    assert driver.paused == {ORDERS}
    assert driver.engine.fetch_demand > 0


def test_each_priority_has_memory_that_lower_ones_cannot_fill() -> None:
    """Carts stop at half of it, consents at three quarters, what is above them fills it."""
    purchases = Partition("shop.purchases", 0)
    driver = Driver(replace(ORDERED, buffered_records=8))
    driver.assign(ORDERS).assign(CONSENTS, priority=0.5).assign(purchases, priority=1)
    paused = []
    for number, partition in enumerate([ORDERS] * 4 + [CONSENTS] * 2 + [purchases] * 2):
        driver.take(f"key {number}", send("purchase"), partition=partition)
        paused.append(len(driver.paused))

    assert paused == [0, 0, 0, 1, 1, 2, 2, 3]


def test_what_a_higher_priority_fills_stops_nobody_below_until_all_is_full() -> None:
    driver = Driver(replace(ORDERED, buffered_records=8)).assign(ORDERS).assign(CONSENTS, priority=1)
    for number in range(7):
        driver.take(f"key {number}", send("purchase"), partition=CONSENTS)
    assert driver.paused == set()

    driver.take("key 7", send("purchase"), partition=CONSENTS)
    assert driver.paused == {ORDERS, CONSENTS}


# Past what fails


def test_an_unsubscribe_does_not_wait_for_a_profile_that_fails(driver: Driver) -> None:
    driver.take("jane", PROFILE)
    driver.reply("shop.orders:0:0", 500)

    driver.take("jane", send("unsubscribe"))

    assert driver.in_flight == ["shop.orders:0:1"]


def test_an_unsubscribe_passes_a_parked_profile_and_the_profiles_follow_it(driver: Driver) -> None:
    driver.take("healthy")
    driver.take("jane", PROFILE)
    (written,) = driver.run(profiles_fail)
    assert written.kind is OrderClass.OTHER

    driver.take("jane", send("unsubscribe"))
    driver.take("jane", PROFILE)

    assert driver.in_flight == ["shop.orders:0:2"]
    assert [task.record.offset for task in driver.acknowledge()] == [3]


def test_a_parked_consent_holds_consents_and_no_profile(driver: Driver) -> None:
    driver.take("healthy")
    driver.take("jane", send("optin"))
    driver.run(lambda task: answer(500) if task.record.key == b"jane" else ACCEPTED)

    driver.take("jane", send("unsubscribe"))
    driver.take("jane", PROFILE)

    assert driver.in_flight == ["shop.orders:0:3"]
    assert [task.record.offset for task in driver.acknowledge()] == [2]


def test_consents_keep_their_order_among_themselves(driver: Driver) -> None:
    driver.take("jane", send("optin"))
    driver.take("jane", BOTH)
    driver.take("jane", send("optin"))

    driver.run(lambda _: ACCEPTED)

    consents = [key for key in driver.log if key != "shop.orders:0:1"]
    assert consents == ["shop.orders:0:0", "shop.orders:0:1:1", "shop.orders:0:2"]


def test_consents_without_a_key_are_ordered_by_their_customer(driver: Driver) -> None:
    for customer in ("jane", "jane", "joe"):
        driver.take(None, send("optin", customer=customer))

    assert driver.in_flight == ["shop.orders:0:0", "shop.orders:0:2"]


@pytest.mark.parametrize(("ordering", "in_flight"), [("key", 2), ("partition", 1), ("none", 2)])
def test_orderings(ordering: Literal["key", "partition", "none"], in_flight: int) -> None:
    """Who asks for the order of the partition gets it, consents or not."""
    driver = Driver(replace(ORDERED, ordering=ordering)).assign()

    driver.take("jane", PROFILE)
    driver.take("jane", send("unsubscribe"))

    assert len(driver.in_flight) == in_flight


@pytest.mark.parametrize("ordering", ["partition", "none"])
def test_within_one_record_consents_go_first_whatever_the_ordering(ordering: Literal["partition", "none"]) -> None:
    driver = Driver(replace(ORDERED, ordering=ordering)).assign()
    driver.take("jane", BOTH)

    driver.run(lambda _: ACCEPTED)

    assert driver.log == ["shop.orders:0:0:1", "shop.orders:0:0"]
    assert len(driver.settled) == 1
    assert driver.at_rest()


# Records of both classes


def test_the_consent_goes_first_under_the_key_that_it_always_had(driver: Driver) -> None:
    """The n counts in the order of the routes, so that an upgrade or a redelivery changes no request's key."""
    driver.take("jane", BOTH)
    assert driver.in_flight == ["shop.orders:0:0:1"]
    driver.reply("shop.orders:0:0:1")
    assert (driver.in_flight, driver.settled) == (["shop.orders:0:0"], [])

    driver.reply("shop.orders:0:0")

    (settlement,) = driver.settled
    assert (settlement.events, settlement.delivered) == (("unsubscribe", "customer_patch"), 2)
    assert driver.at_rest()


def test_a_link_stays_ahead_of_the_records_first_request(driver: Driver) -> None:
    requests = [EventRequest(event, b"{}", "c", event == "identify") for event in ("identify", "purchase", "optin")]
    driver.take("jane", Send(tuple(requests)))

    driver.run(lambda _: ACCEPTED)

    assert driver.log == ["shop.orders:0:0:link0", "shop.orders:0:0:1", "shop.orders:0:0"]


def test_the_rest_keeps_its_place_among_the_customers_other_records(driver: Driver) -> None:
    driver.take("jane", PROFILE)
    driver.take("jane", BOTH)
    driver.take("jane", PROFILE)
    assert driver.in_flight == ["shop.orders:0:0", "shop.orders:0:1:1"]
    driver.reply("shop.orders:0:1:1")
    assert driver.in_flight == ["shop.orders:0:0"]

    driver.run(lambda _: ACCEPTED)

    assert driver.log[2:] == ["shop.orders:0:1", "shop.orders:0:2"]
    assert driver.at_rest()


def test_later_profiles_wait_for_the_rest_though_its_consent_is_still_out(driver: Driver) -> None:
    driver.take("jane", BOTH)
    driver.take("jane", PROFILE)

    assert driver.in_flight == ["shop.orders:0:0:1"]


def test_a_profile_that_fails_goes_to_the_retry_topic_alone(driver: Driver) -> None:
    driver.take("healthy")
    driver.take("jane", BOTH)
    (written,) = driver.run(profiles_fail)
    assert (written.part, written.kind, written.ordered) == (OrderClass.OTHER, OrderClass.OTHER, True)
    (settlement,) = [each for each in driver.settled if each.outcome is Outcome.RETRY]
    assert (settlement.events, settlement.delivered) == (("unsubscribe", "customer_patch"), 1)

    driver.take("jane", send("optin"))
    assert driver.in_flight == ["shop.orders:0:2"]

    driver.reply_all()
    before = len(driver.log)
    driver.retake(written, BOTH)
    driver.run(lambda _: ACCEPTED)
    assert driver.log[before:] == ["shop.orders:0:1"]


def test_a_consent_that_fails_takes_no_profile_along(driver: Driver) -> None:
    driver.take("healthy")
    driver.take("jane", BOTH)
    (written,) = driver.run(lambda task: answer(500) if task.request.event == "unsubscribe" else ACCEPTED)
    assert (written.part, written.requests) == (OrderClass.CONSENT, BOTH.requests[1:])
    assert driver.log[-1] == "shop.orders:0:1"
    told = {each.events: each.outcome for each in driver.settled if each.record.key == b"jane"}
    assert told == {("unsubscribe",): Outcome.RETRY, ("customer_patch",): Outcome.DELIVERED}

    before = len(driver.log)
    driver.retake(written, BOTH)
    driver.run(lambda _: ACCEPTED)

    assert driver.log[before:] == ["shop.orders:0:1:1"]
    assert driver.at_rest()


def test_a_part_that_mapping_makes_no_longer_is_skipped(driver: Driver) -> None:
    """The rest of the record was delivered: sending it again would be an old profile over a newer one."""
    past = Redelivery(ORDERS, 3, part=OrderClass.CONSENT)

    driver.take("jane", PROFILE, partition=RETRY, past=past)

    assert (driver.log, driver.outcomes) == ([], {0: Outcome.SKIPPED})


# After a restart


def restarted(driver: Driver) -> Driver:
    """Another process, with what was committed."""
    commit = driver.commit()[ORDERS]
    following = Driver(ORDERED)
    following.engine.partitions.assign(ORDERS, commit.offset, commit.metadata)
    return following


def test_a_consent_is_not_sent_again_after_newer_ones_have_passed_it(driver: Driver) -> None:
    """Its record is not settled, but it would undo them."""
    driver.take("jane", PROFILE)
    driver.take("jane", BOTH)
    driver.take("jane", send("optin"))
    driver.reply("shop.orders:0:1:1")
    driver.reply("shop.orders:0:2")
    commit = driver.commit()[ORDERS]
    assert list(decode_halves(commit.offset, commit.metadata)) == [(1, 2)]

    driver.engine.partitions.commits.failed([ORDERS], CommitFailure.LOST)
    following = restarted(driver)
    for offset, mapped in enumerate([PROFILE, BOTH, send("optin")]):
        following.take("jane", mapped, offset=offset)
    following.run(lambda _: ACCEPTED)

    assert following.log == ["shop.orders:0:0", "shop.orders:0:1"]
    assert following.commit()[ORDERS].offset == 3


def test_the_same_process_knows_it_too(driver: Driver) -> None:
    driver.take("jane", PROFILE)
    driver.take("jane", BOTH)
    driver.reply("shop.orders:0:1:1")
    driver.engine.partitions.forget([ORDERS])
    driver.engine.partitions.assign(ORDERS, None, "")
    driver.decide()

    for offset, mapped in enumerate([PROFILE, BOTH]):
        driver.take("jane", mapped, offset=offset)
    driver.run(lambda _: ACCEPTED)

    assert driver.log == ["shop.orders:0:0", "shop.orders:0:1:1", "shop.orders:0:1"]


def test_a_consent_that_is_answered_while_its_partition_is_away_counts(driver: Driver) -> None:
    driver.take("jane", BOTH)
    driver.engine.partitions.forget([ORDERS])
    driver.reply("shop.orders:0:0:1")
    driver.engine.partitions.assign(ORDERS, None, "")

    driver.take("jane", BOTH, offset=0)
    driver.run(lambda _: ACCEPTED)

    assert driver.log == ["shop.orders:0:0:1", "shop.orders:0:0"]
    assert driver.at_rest()


def test_a_consent_that_is_answered_while_its_partition_drains_is_half_of_the_record(driver: Driver) -> None:
    """The next owner sends the rest, and not the consent."""
    driver.take("jane", BOTH)
    driver.engine.partitions.drain([ORDERS])
    driver.reply("shop.orders:0:0:1")

    assert (driver.in_flight, driver.settled) == ([], [])
    assert driver.at_rest()
    (commit,) = driver.engine.partitions.commits.due(driver.now, leaving=True)
    assert commit.offset == 0
    assert 0 in decode_halves(0, commit.metadata)


def test_a_consent_in_flight_while_its_partition_leaves_and_returns_is_sent_once(driver: Driver) -> None:
    driver.take("jane", BOTH)
    driver.engine.partitions.forget([ORDERS])
    driver.engine.partitions.assign(ORDERS, None, "")
    driver.take("jane", BOTH, offset=0)
    driver.take("jane", PROFILE)

    driver.run(lambda _: ACCEPTED)

    assert driver.log == ["shop.orders:0:0:1", "shop.orders:0:0", "shop.orders:0:1"]
    assert driver.at_rest()


# Written by an earlier version


def test_a_record_of_an_earlier_version_parks_both_classes_until_it_is_settled(driver: Driver) -> None:
    """Its headers do not say which: none passes it."""
    past = Redelivery(ORDERS, 0, not_before_ms=int(driver.now * 1000) + 60_000)
    driver.take("jane", PROFILE, partition=RETRY, past=past)

    driver.take("jane", send("unsubscribe"), offset=1)
    driver.take("jane", PROFILE)

    assert driver.in_flight == []
    assert len(driver.writes) == 2


@pytest.mark.parametrize(
    ("delivered", "sent"),
    [
        (0, ["shop.orders:0:7:1", "shop.orders:0:7", "shop.orders:0:7:2"]),
        (1, ["shop.orders:0:7:1", "shop.orders:0:7:2"]),
        (2, ["shop.orders:0:7:2"]),
        (9, ["shop.orders:0:7:2"]),
    ],
)
def test_what_an_earlier_version_delivered_is_counted_in_the_order_of_the_routes(
    driver: Driver, delivered: int, sent: list[str]
) -> None:
    past = Redelivery(ORDERS, 7, delivered=delivered)
    driver.take("jane", send("customer_patch", "unsubscribe", "purchase"), partition=RETRY, past=past)

    driver.run(lambda _: ACCEPTED)

    assert driver.log == sent
    assert driver.at_rest()


def test_once_its_consents_are_delivered_such_a_record_holds_no_consent(driver: Driver) -> None:
    driver.take("healthy")
    driver.take("jane", BOTH, partition=RETRY, past=Redelivery(ORDERS, 7))
    driver.reply("shop.orders:0:7:1")
    driver.reply("shop.orders:0:7", 500)

    driver.take("jane", send("optin"))
    driver.take("jane", PROFILE)

    assert "shop.orders:0:1" in driver.in_flight
    assert [task.record.offset for task in driver.acknowledge()] == [2]


def test_records_in_memory_of_a_topic_that_is_gone_are_all_set_aside(driver: Driver) -> None:
    for _ in range(3):
        driver.take("jane", BOTH)
    driver.reply_all(401)
    driver.engine.partitions.detach([ORDERS])

    written = []
    while driver.engine.give_up_detached(driver.now):
        driver.run(lambda _: answer(401), 10)
        written += driver.settled
        driver.settled = []

    assert sorted(each.events for each in written) == [("customer_patch",)] * 3 + [("unsubscribe",)] * 3
    assert driver.at_rest()
