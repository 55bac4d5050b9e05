"""The retry topic: a failed record comes back later, its customer's later ones follow it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.delivery.parking import CaughtUp, Parked, ParkedKeys, Unparked
from consumer.delivery.task import Task
from consumer.records import Answer, Outcome, Partition, Reason, Redelivery
from tests.delivery.driver import ACCEPTED, POLICY, Driver
from tests.delivery.samples import BROKEN, NOW, ORDERS, RETRY, answer, send

ORDERED = replace(POLICY, ordered_events=frozenset({"optin", "unsubscribe"}))
HEALTHY = "healthy"


def poisoned(task: Task) -> Answer:
    """Jane's records fail, all others pass."""
    return answer(500) if task.record.key == b"jane" else ACCEPTED


def past(*, not_before: float = 0.0, attempts: int = 4, offset: int = 7) -> Redelivery:
    return Redelivery(ORDERS, offset, attempts, int(NOW - 10) * 1000, int(not_before * 1000), int(NOW - 20) * 1000)


@pytest.fixture
def driver() -> Driver:
    return Driver(ORDERED).assign(ORDERS, RETRY)


def put_off(driver: Driver, event: str = "purchase") -> Task:
    """Jane's record fails while another passes; returns what was written to the retry topic."""
    driver.take(HEALTHY)
    driver.take("jane", send(event))
    (written,) = driver.run(poisoned)
    return written


# When a record in the retry topic goes again


def test_a_redelivery_goes_at_its_time(driver: Driver) -> None:
    driver.take("jane", partition=RETRY, past=past(not_before=NOW + 60))

    driver.wait(59.9)
    assert driver.in_flight == []
    assert driver.wake_at == NOW + 60

    driver.wait(0.1)
    assert len(driver.in_flight) == 1


def test_one_that_waits_stops_no_other(driver: Driver) -> None:
    driver.take("jane", partition=RETRY, past=past(not_before=NOW + 60))
    driver.take("joe", partition=RETRY, past=past(offset=8))
    driver.take("jim")

    assert driver.in_flight == ["shop.orders:0:8", "shop.orders:0:0"]


def test_it_has_the_idempotency_key_of_its_first_delivery(driver: Driver) -> None:
    written = put_off(driver)
    driver.wait(60)

    driver.retake(written)

    assert driver.in_flight == ["shop.orders:0:1"] == [driver.log[1]]


def test_it_is_delivered_and_settled_in_its_own_partition(driver: Driver) -> None:
    driver.retake(put_off(driver))

    driver.run(lambda _: ACCEPTED)

    assert driver.settled[-1].outcome is Outcome.DELIVERED
    assert driver.commit()[RETRY].offset == 1
    assert driver.at_rest()


def test_the_redelivery_schedule(driver: Driver) -> None:
    """After 60, 600 and 3,600 seconds; then the dead-letter topic, with all its attempts and its first failure."""
    driver.retake(put_off(driver))
    started, first = driver.now, len(driver.log)
    times = []

    def fails(task: Task) -> Answer:
        times.append(driver.now - started)
        return answer(500)

    (written,) = driver.run(fails)

    assert len(driver.log) - first == 12
    assert [times[0], times[4], times[8]] == pytest.approx([60, 660, 4260], abs=90)
    assert written.failure is not None
    assert (written.failure.outcome, written.failure.reason) == (
        Outcome.DEAD_LETTER,
        Reason.REDELIVERIES_EXHAUSTED,
    )
    assert written.failure.attempts == 16
    assert written.failure.first_failed_at == pytest.approx(NOW, abs=1)


@pytest.mark.parametrize(("asleep", "left"), [(0, 3), (599, 3), (601, 2), (4199, 2), (4201, 1), (86_400, 1)])
def test_the_schedule_goes_on_after_a_restart(asleep: float, left: int) -> None:
    """Which redelivery it is follows from the time since the first: no state is kept anywhere else."""
    driver = Driver(ORDERED, now=NOW + asleep).assign(ORDERS, RETRY)
    driver.take(HEALTHY)
    driver.take("jane", partition=RETRY, past=past(not_before=NOW))

    driver.run(poisoned)

    assert driver.log.count("shop.orders:0:7") == 4 * left
    assert driver.settled[-1].outcome is Outcome.DEAD_LETTER


def test_a_time_far_ahead_is_not_waited_for(driver: Driver) -> None:
    """Headers may be anything: no wait is longer than the longest that we would have written."""
    driver.take("jane", partition=RETRY, past=past(not_before=NOW + 10**9))

    driver.wait(3600)

    assert len(driver.in_flight) == 1


def test_a_record_whose_headers_were_cut_off_is_sent_at_once(driver: Driver) -> None:
    driver.take("jane", partition=RETRY)

    assert driver.in_flight == [f"{RETRY.topic}:0:0"]


def test_a_redelivery_that_cannot_be_mapped_any_more_is_a_dead_letter(driver: Driver) -> None:
    driver.take("jane", BROKEN, partition=RETRY, past=past())

    (written,) = driver.acknowledge()

    assert written.failure is not None
    assert written.failure.outcome is Outcome.DEAD_LETTER


def test_redeliveries_that_fail_open_no_breaker(driver: Driver) -> None:
    """They are known to fail."""
    for number in range(10):
        driver.take(f"key {number}", partition=RETRY, past=past(offset=number))

    driver.reply_all(500)

    assert not driver.engine.breaker.open


def test_a_redelivery_is_not_given_up_for_an_outage(driver: Driver) -> None:
    """Nothing has passed since it was put off: it waits, and neither hammers nor dies."""
    driver.take("jane", partition=RETRY, past=past())

    driver.run(lambda _: answer(503), 12 * 3600)

    assert driver.settled == []
    assert len(driver.log) <= 3 + 12 * 3600 / 60 + 1


def test_without_delays_left_in_the_configuration_it_does_not_hammer_either() -> None:
    """The delays were removed while records lay in the retry topic."""
    driver = Driver(replace(POLICY, delays=())).assign(ORDERS, RETRY)
    driver.take("jane", partition=RETRY, past=past())

    driver.run(lambda _: answer(503), 3600)

    assert driver.settled == []
    assert len(driver.log) <= 3 + 3600 / 30 + 1


def test_without_delays_a_record_that_fails_is_a_dead_letter() -> None:
    driver = Driver(replace(POLICY, delays=())).assign()

    written = put_off(driver)

    assert written.failure is not None
    assert (written.failure.outcome, written.failure.reason) == (Outcome.DEAD_LETTER, Reason.RETRIES_EXHAUSTED)


# Parked keys


def test_later_records_of_a_parked_key_follow_it_and_are_not_sent(driver: Driver) -> None:
    put_off(driver, "unsubscribe")

    driver.take("jane", send("optin"))

    (follower,) = driver.acknowledge()
    assert follower.failure is not None
    assert (follower.failure.outcome, follower.failure.attempts) == (Outcome.RETRY, 0)
    assert driver.outcomes[2] is Outcome.RETRY
    assert "shop.orders:0:2" not in driver.log


def test_the_order_is_kept_through_the_retry_topic(driver: Driver) -> None:
    """An opt-in is never overtaken by the unsubscribe that came after it."""
    parked = [put_off(driver, "optin")]
    driver.take("jane", send("unsubscribe"))
    parked += driver.acknowledge()
    for written in parked:
        driver.retake(written)
    before = len(driver.log)

    driver.run(lambda _: ACCEPTED)

    assert driver.log[before:] == ["shop.orders:0:1", "shop.orders:0:2"]


def test_a_key_is_free_when_its_parked_records_are_settled(driver: Driver) -> None:
    driver.retake(put_off(driver, "optin"))
    driver.run(lambda _: ACCEPTED)

    driver.take("jane", send("unsubscribe"))

    assert driver.in_flight == ["shop.orders:0:2"]


def test_other_keys_and_events_without_order_are_not_parked(driver: Driver) -> None:
    put_off(driver, "optin")

    driver.take("joe", send("optin"))
    driver.take("jane", send("purchase"))

    assert driver.in_flight == ["shop.orders:0:2", "shop.orders:0:3"]


def test_a_record_without_order_parks_nothing(driver: Driver) -> None:
    put_off(driver, "purchase")

    driver.take("jane", send("optin"))

    assert driver.in_flight == ["shop.orders:0:2"]


def test_a_dead_letter_parks_nothing(driver: Driver) -> None:
    driver.take("jane", send("optin"))
    driver.reply("shop.orders:0:0", 400)
    driver.acknowledge()

    driver.take("jane", send("unsubscribe"))

    assert driver.in_flight == ["shop.orders:0:1"]


def test_a_key_that_another_instance_parked_is_parked_here() -> None:
    keys = ParkedKeys()
    driver = Driver(ORDERED, keys).assign()
    keys.apply(Parked(b"jane", Partition("shop.consent", 3), 5))

    driver.take("jane", send("optin"))
    driver.acknowledge()
    assert driver.outcomes == {0: Outcome.RETRY}

    keys.apply(Unparked(b"jane", Partition("shop.consent", 3), 5))
    keys.apply(Unparked(b"jane", ORDERS, 0))
    driver.take("jane", send("optin"))
    assert driver.in_flight == ["shop.orders:0:1"]


def test_ordered_records_wait_until_the_parked_keys_are_known() -> None:
    """Right after an assignment the retry topic may hold some that were not read yet; others need not wait."""
    keys = ParkedKeys()
    driver = Driver(ORDERED, keys).assign()
    asked = keys.ask()
    driver.take("jane", send("optin"))
    driver.take("joe", send("purchase"))
    assert driver.in_flight == ["shop.orders:0:1"]

    keys.apply(CaughtUp(asked))
    driver.wait(0.05)

    assert driver.in_flight == ["shop.orders:0:1", "shop.orders:0:0"]


def test_a_record_found_in_the_retry_topic_is_settled_and_not_written_twice() -> None:
    """A crash came between its write and its commit."""
    keys = ParkedKeys()
    keys.apply(Parked(b"jane", ORDERS, 0))
    driver = Driver(ORDERED, keys).assign()

    driver.take("jane", send("optin"))

    assert (driver.in_flight, driver.writes) == ([], {})
    assert driver.outcomes == {0: Outcome.RETRY}
    assert driver.at_rest()
