"""A flood of dead letters holds its route where it stands; the others go on, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from consumer.age import AgeLimit
from consumer.delivery.failures import joined
from consumer.delivery.flood import FloodPolicy
from consumer.delivery.held_routes import Route
from consumer.delivery.task import Task
from consumer.delivery.throttle import ThrottlePolicy
from consumer.records import Answer, Outcome, Partition, Reason, Redelivery, Reject, Stage
from tests.delivery.driver import ACCEPTED, POLICY, Driver
from tests.delivery.samples import BROKEN, ORDERS, RETRY, answer, send

FLOODS = replace(POLICY, flood=FloodPolicy(ratio=0.5, minimum=10, window_seconds=60))
SEARCHES = Partition("shop.searches", 0)
MISTYPED = Reject(Reason.MISSING_FIELD, Stage.MAP, "emial: no such field", "email", "purchase")
TOO_OLD = Reject(Reason.TOO_OLD, Stage.MAP, "2 days old", None, "purchase")


def held(driver: Driver) -> list[Route]:
    return driver.engine.partitions.held_routes.holding


def no_purchases(task: Task) -> Answer:
    return answer(400) if task.request.event == "purchase" else ACCEPTED


def accept(_: Task) -> Answer:
    return ACCEPTED


@pytest.mark.parametrize("refused", [BROKEN, MISTYPED])
def test_no_more_become_dead_letters_than_make_a_flood(refused: Reject) -> None:
    """A route that was changed wrongly: its first nine records are set aside, the others wait where they are."""
    driver = Driver(FLOODS).assign()
    for number in range(1000):
        driver.take(f"key {number}", refused)

    driver.run(accept, 3600)

    assert Counter(driver.outcomes.values()) == {Outcome.DEAD_LETTER: 9}
    assert held(driver) == [Route("shop.orders", refused.event, sent=False)]
    assert driver.commit()[ORDERS].offset == 9


def test_each_route_that_refuses_a_record_is_judged() -> None:
    """The first refuses a record now and then, the second all of them: that is a flood of the second's."""
    second = replace(MISTYPED, message="adress: no such field", event="optin", number=1)
    driver = Driver(FLOODS).assign()
    for number in range(1000):
        partly = send("purchase")._replace(refused=(second,), numbers=(0,))
        driver.take(f"key {number}", joined((MISTYPED, second)) if number % 4 == 0 else partly)

    driver.run(accept, 3600)

    assert held(driver) == [Route("shop.orders", "optin", sent=False)]
    assert Counter(driver.outcomes.values()) == {Outcome.DEAD_LETTER: 753}
    assert driver.commit()[ORDERS].offset == 12


def test_what_can_be_decoded_counts_against_what_cannot_though_no_route_can_map_it() -> None:
    driver = Driver(FLOODS).assign()
    for number in range(300):
        driver.take(f"key {number}", MISTYPED if number % 3 else BROKEN)

    driver.run(accept, 3600)

    assert held(driver) == [Route("shop.orders", "purchase", sent=False)]


def test_records_that_are_too_old_make_no_flood_of_the_few_that_are_wrong() -> None:
    driver = Driver(FLOODS).assign()
    for number in range(100):
        driver.take(f"key {number}", MISTYPED if number >= 95 else TOO_OLD)

    driver.run(accept, 3600)

    assert held(driver) == []
    assert Counter(driver.outcomes.values()) == {Outcome.DEAD_LETTER: 100}


def test_of_refused_records_too() -> None:
    """A wrong namespace that is answered 400: what was out is held as well, and one probe goes now and then."""
    driver = Driver(FLOODS).assign()
    for number in range(1000):
        driver.take(f"key {number}")

    driver.run(no_purchases, 3600)

    assert Counter(driver.outcomes.values()) == {Outcome.DEAD_LETTER: 9}
    assert len(driver.log) < 16 + 2 * 60 + 10
    assert held(driver) == [Route("shop.orders", "purchase", sent=True)]


@pytest.mark.parametrize("refused", [BROKEN, MISTYPED, None])
def test_the_other_routes_go_on(refused: Reject | None) -> None:
    """Those of other topics, and those of the same topic and another event."""
    driver = Driver(FLOODS).assign(ORDERS, SEARCHES)
    for number in range(200):
        driver.take(f"key {number}", refused or send("purchase"))
        driver.take(f"key {number}", send("search"), partition=SEARCHES)
        driver.take(f"other {number}", send("wishlist"))

    driver.run(no_purchases, 600)

    assert Counter(each.outcome for each in driver.settled) == {Outcome.DELIVERED: 400, Outcome.DEAD_LETTER: 9}


def test_good_records_of_a_route_with_a_bad_mapping_are_sent_and_end_nothing() -> None:
    """Every second record lacks a field: the good ones go, and the letters of the bad ones are held all the same."""
    driver = Driver(FLOODS).assign()
    for number in range(200):
        driver.take(f"key {number}", MISTYPED if number % 2 else send("purchase"))

    driver.run(accept, 3600)

    assert Counter(driver.outcomes.values()) == {Outcome.DELIVERED: 100, Outcome.DEAD_LETTER: 9}


def test_a_refused_record_that_is_held_holds_no_later_record_of_its_key_of_another_event() -> None:
    driver = Driver(FLOODS).assign()
    for number in range(16):
        driver.take(f"key {number}")
        driver.take(f"key {number}", send("wishlist"))

    driver.run(no_purchases, 600)

    assert Counter(driver.outcomes.values()) == {Outcome.DEAD_LETTER: 9, Outcome.DELIVERED: 16}


def test_good_records_in_a_row_end_it_and_what_was_held_is_set_aside() -> None:
    driver = Driver(FLOODS).assign()
    for number in range(15):
        driver.take(f"key {number}", BROKEN)
    for number in range(9):
        driver.take(f"good {number}")
    driver.run(accept)
    assert held(driver)

    driver.take("the tenth")
    driver.run(accept)

    assert not held(driver)
    assert Counter(driver.outcomes.values()) == {Outcome.DEAD_LETTER: 15, Outcome.DELIVERED: 10}
    assert driver.at_rest()


def test_probes_that_pass_end_a_flood_of_refusals() -> None:
    driver = Driver(FLOODS).assign()
    for number in range(100):
        driver.take(f"key {number}")
    driver.run(no_purchases, 600)
    assert held(driver)

    driver.run(accept)

    assert not held(driver)
    assert set(driver.outcomes.values()) == {Outcome.DELIVERED, Outcome.DEAD_LETTER}
    assert len(driver.outcomes) == 100
    assert driver.at_rest()


def test_a_probe_that_fails_otherwise_is_followed_by_another() -> None:
    driver = Driver(FLOODS).assign()
    for number in range(100):
        driver.take(f"key {number}")
    driver.run(no_purchases, 60)
    before = len(driver.log)

    driver.run(lambda _: answer(503), 600)
    driver.run(accept)

    assert len(driver.log) > before
    assert not held(driver)
    assert driver.at_rest()


def test_a_probe_that_is_pushed_back_beside_another_request_goes_again() -> None:
    """It says nothing of its route: were it still the probe, no other would ever follow."""
    driver = Driver(FLOODS).assign(ORDERS, SEARCHES)
    for number in range(100):
        driver.take(f"key {number}")
    driver.run(no_purchases, 60)
    driver.take("joe", send("search"), partition=SEARCHES)
    while len(driver.in_flight) < 2:
        driver.wait(driver.wake_at - driver.now)
    other, probe = driver.in_flight

    driver.reply(probe, 429)
    driver.reply(other)
    driver.run(accept)

    assert not held(driver)
    assert len(driver.outcomes) == 100
    assert driver.at_rest()


def test_a_probe_that_a_limit_of_ours_holds_back_goes_when_that_lets_it() -> None:
    """What may go and has not gone is no probe: the route would wait for its answer for ever."""
    driver = Driver(replace(FLOODS, throttle=ThrottlePolicy(rate=0.5))).assign()
    for number in range(40):
        driver.take(f"key {number}")
    driver.run(no_purchases, 120)
    assert held(driver)

    driver.run(accept)

    assert not held(driver)
    assert len(driver.outcomes) == 40
    assert driver.at_rest()


def test_a_backlog_that_is_too_old_is_no_flood() -> None:
    """It is no sign of a bad mapping, which is what a flood is the sign of."""
    driver = Driver(FLOODS).assign()
    for number in range(100):
        driver.take(f"key {number}", TOO_OLD)

    driver.run(accept)

    assert Counter(driver.outcomes.values()) == {Outcome.DEAD_LETTER: 100}


def test_a_letter_that_could_not_be_written_is_written_again_during_a_flood() -> None:
    """It was counted the first time: it says nothing more."""
    driver = Driver(FLOODS).assign()
    for number in range(10):
        driver.take(f"key {number}", BROKEN)
    assert len(driver.writes) == 9
    driver.acknowledge("no leader")

    driver.run(accept, 60)

    assert len(driver.settled) == 9


def test_redeliveries_are_judged_by_the_topic_that_they_come_from() -> None:
    driver = Driver(FLOODS).assign(RETRY)
    for number in range(20):
        driver.take(f"key {number}", MISTYPED, partition=RETRY, past=Redelivery(ORDERS, number))

    driver.run(accept, 60)

    assert held(driver) == [Route("shop.orders", "purchase", sent=False)]
    assert len(driver.settled) == 9


def test_a_flood_during_an_outage_is_held_too() -> None:
    driver = Driver(FLOODS).assign()
    driver.take("jane")
    driver.reply_all(401)
    for number in range(1000):
        driver.take(f"key {number}", BROKEN)

    driver.run(lambda _: answer(401), 600)

    assert len(driver.settled) == 9


@pytest.mark.parametrize("refused", [BROKEN, MISTYPED, None])
def test_it_is_remembered_over_a_restart(refused: Reject | None) -> None:
    """A pod that restarts again and again would else set 200 more aside each time."""
    driver = Driver(FLOODS).assign()
    for number in range(100):
        driver.take(f"key {number}", refused or send("purchase"))
    driver.run(no_purchases, 60)
    commit = driver.commit()[ORDERS]

    after = Driver(FLOODS, now=driver.now)
    after.engine.partitions.assign(ORDERS, commit.offset, commit.metadata)
    for number in range(commit.offset, 100):
        after.take(f"key {number}", refused or send("purchase"), offset=number)
    after.run(no_purchases, 600)

    assert after.settled == []
    assert held(after)


def test_a_few_dead_letters_are_nothing_to_remember() -> None:
    driver = Driver(FLOODS).assign()
    for number in range(3):
        driver.take(f"key {number}", BROKEN)
    driver.run(accept, 1)

    commit = driver.commit()[ORDERS]

    assert (commit.offset, commit.metadata) == (3, "")


def test_its_end_is_remembered_for_each_partition_of_its_topic() -> None:
    """Or whoever reads a partition next would hold its good records back."""
    idle = Partition("shop.orders", 1)
    driver = Driver(FLOODS).assign(ORDERS, idle)
    driver.take("key", send("search"), partition=idle)
    for number in range(15):
        driver.take(f"key {number}", BROKEN)
    driver.run(accept, 60)
    assert driver.commit()[idle].metadata

    for number in range(10):
        driver.take(f"good {number}")
    driver.run(accept, 60)

    assert not held(driver)
    assert driver.commit()[idle].metadata == ""


def test_it_is_not_forgotten_for_others_however_many_topics_a_redelivery_may_name() -> None:
    driver = Driver(FLOODS).assign(ORDERS, RETRY)
    for number in range(30):
        driver.take(f"key {number}", BROKEN)
    for number in range(400):
        past = Redelivery(Partition(f"topic {number}", 0), number)
        driver.take(f"other {number}", MISTYPED, partition=RETRY, past=past)

    assert held(driver) == [Route("shop.orders", "", sent=False)]


def test_after_a_restart_with_a_right_mapping_all_of_it_is_sent() -> None:
    driver = Driver(FLOODS).assign()
    for number in range(100):
        driver.take(f"key {number}", MISTYPED)
    driver.run(accept, 60)
    commit = driver.commit()[ORDERS]

    after = Driver(FLOODS, now=driver.now)
    after.engine.partitions.assign(ORDERS, commit.offset, commit.metadata)
    for number in range(commit.offset, 100):
        after.take(f"key {number}", offset=number)
    after.run(accept, 60)

    assert Counter(after.outcomes.values()) == {Outcome.DELIVERED: 91}
    assert not after.engine.partitions.held_routes.note("shop.orders")
    assert after.commit()[ORDERS].metadata == ""


def test_with_another_threshold_it_is_judged_anew() -> None:
    """Whoever finds that the records are really bad raises `delivery.flood.minimum`, and they are set aside."""
    driver = Driver(FLOODS).assign()
    for number in range(100):
        driver.take(f"key {number}", BROKEN)
    commit = driver.commit()[ORDERS]

    after = Driver(replace(FLOODS, flood=FloodPolicy(minimum=1000)), now=driver.now)
    after.engine.partitions.assign(ORDERS, commit.offset, commit.metadata)
    for number in range(commit.offset, 100):
        after.take(f"key {number}", BROKEN, offset=number)
    after.run(accept, 60)

    assert len(after.settled) == 100 - commit.offset


def test_what_is_held_fills_its_own_share_of_the_memory() -> None:
    driver = Driver(replace(FLOODS, buffered_records=100)).assign(ORDERS, SEARCHES)
    for number in range(60):
        driver.take(f"key {number}", BROKEN)

    assert driver.paused == {ORDERS}


def test_what_is_held_of_refused_records_does_too() -> None:
    driver = Driver(replace(FLOODS, buffered_records=100)).assign(ORDERS, SEARCHES)
    for number in range(40):
        driver.take(f"key {number}")

    driver.run(no_purchases, 60)

    assert driver.paused == {ORDERS}


def test_a_partition_that_leaves_takes_what_is_held_along() -> None:
    driver = Driver(FLOODS).assign()
    for number in range(50):
        driver.take(f"key {number}", BROKEN)
    driver.run(accept, 60)

    driver.engine.partitions.drain([ORDERS])
    driver.engine.partitions.forget([ORDERS])

    assert held(driver) == []
    assert driver.at_rest()
    driver.run(accept, 60)
    assert len(driver.settled) == 9


def test_what_is_held_of_a_deleted_topic_is_set_aside() -> None:
    """Nobody can read it again."""
    driver = Driver(FLOODS).assign()
    for number in range(50):
        driver.take(f"key {number}", BROKEN)
    driver.run(accept, 60)

    driver.engine.partitions.detach([ORDERS])
    driver.run(accept, 60)

    assert len(driver.settled) == 50
    assert driver.at_rest()


@pytest.mark.parametrize("later", [answer(500), answer(401), answer(429)])
def test_a_probe_that_ends_in_another_way_is_followed_by_the_next(later: Answer) -> None:
    """Its attempts are used up while other routes pass, or it has grown too old."""
    driver = Driver(replace(FLOODS, max_age=AgeLimit(1800))).assign(ORDERS, SEARCHES)
    for number in range(16):
        driver.take(f"key {number}")
    driver.reply_all(400)
    driver.take("the only one left")
    assert held(driver)

    for number in range(60):
        driver.take(f"other {number}", send("search"), partition=SEARCHES)
        driver.run(lambda task: later if task.request.event == "purchase" else ACCEPTED, 60)
    assert 16 in driver.outcomes, "it was set aside"
    for number in range(30):
        driver.take(f"later {number}")
    driver.run(accept, 600)

    assert not held(driver)
    assert driver.at_rest()


def test_a_flood_of_refusals_ends_where_fewer_are_refused_than_make_one() -> None:
    """A third would never have begun it: twenty in a row are hardly ever good."""
    driver = Driver(FLOODS).assign()
    for number in range(600):
        driver.take(f"key {number}")
    driver.run(no_purchases, 60)
    assert held(driver)

    driver.run(lambda task: answer(400) if task.record.offset % 3 == 0 else ACCEPTED, 900)

    assert not held(driver)
    assert driver.at_rest()


def test_lanes_of_partitions_that_have_left_hold_up_no_probe() -> None:
    other = Partition("shop.orders", 1)
    driver = Driver(FLOODS).assign(ORDERS, other)
    for number in range(100):
        driver.take(f"key {number}")
    driver.take("key", partition=other)
    driver.run(no_purchases, 5)
    driver.engine.partitions.drain([ORDERS])
    driver.engine.partitions.forget([ORDERS])
    before = len(driver.log)

    driver.run(accept, 90)

    assert len(driver.log) == before + 1
