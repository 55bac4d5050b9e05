"""The retry topic: a failed record comes back later, on a schedule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.delivery.task import Task
from consumer.records import Answer, Outcome, Reason, Redelivery
from tests.delivery.driver import ACCEPTED, POLICY, Driver, Endpoint
from tests.delivery.samples import BROKEN, NOW, ORDERS, RETRY, answer, send

HEALTHY = "healthy"


def poisoned(task: Task) -> Answer:
    """Jane's records fail, all others pass."""
    return answer(500) if task.record.key == b"jane" else ACCEPTED


def past(*, not_before: float = 0.0, offset: int = 7, delivered: int = 0) -> Redelivery:
    """Four attempts failed ten seconds ago."""
    return Redelivery(
        ORDERS,
        offset,
        attempts=4,
        first_failed_at_ms=int(NOW - 10) * 1000,
        not_before_ms=int(not_before * 1000),
        delivered=delivered,
        timestamp_ms=int(NOW - 20) * 1000,
    )


@pytest.fixture
def driver() -> Driver:
    return Driver().assign(ORDERS, RETRY)


def janes_fault(driver: Driver) -> Endpoint:
    """Jane's records fail, and whenever one does another customer's passes."""

    def endpoint(task: Task) -> Answer:
        if task.record.key != b"jane":
            return ACCEPTED
        driver.take(HEALTHY)
        return answer(500)

    return endpoint


def put_off(driver: Driver) -> Task:
    """Jane's record fails while another passes; returns what was written to the retry topic."""
    driver.take(HEALTHY)
    driver.take("jane")
    (written,) = driver.run(poisoned)
    return written


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
    started, fails, times = driver.now, janes_fault(driver), list[float]()

    def endpoint(task: Task) -> Answer:
        if task.record.key == b"jane":
            times.append(driver.now - started)
        return fails(task)

    (written,) = driver.run(endpoint)

    assert len(times) == 12
    assert [times[0], times[4], times[8]] == pytest.approx([60, 660, 4260], abs=15)
    assert written.failure is not None
    assert (written.failure.outcome, written.failure.reason) == (Outcome.DEAD_LETTER, Reason.REDELIVERIES_EXHAUSTED)
    assert written.failure.attempts == 16
    assert written.failure.first_failed_at == pytest.approx(NOW, abs=1)


@pytest.mark.parametrize("asleep", [0, 599, 4201, 80_000])
def test_after_a_restart_every_redelivery_is_still_to_come(asleep: float) -> None:
    """How many there were is written nowhere: a good record must not be given up because nobody ran for an hour."""
    driver = Driver(now=NOW + asleep).assign(ORDERS, RETRY)
    driver.take("jane", partition=RETRY, past=past(not_before=NOW))

    (written,) = driver.run(janes_fault(driver))

    assert written.failure is not None
    assert written.failure.reason is Reason.REDELIVERIES_EXHAUSTED
    assert written.failure.attempts == 4 + 4 * 3


def test_a_redelivery_needs_no_traffic_beside_it_to_be_given_up() -> None:
    """Another customer's record passed half a minute ago: the endpoint works."""
    driver = Driver(replace(POLICY, delays=(1, 2, 3))).assign(ORDERS, RETRY)
    driver.retake(put_off(driver))

    (written,) = driver.run(poisoned)

    assert written.failure is not None
    assert written.failure.reason is Reason.REDELIVERIES_EXHAUSTED
    assert driver.now < NOW + 60


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

    assert not driver.engine.gates.breaker.open


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


def test_a_redelivery_goes_on_where_the_record_stopped(driver: Driver) -> None:
    """What Bluecore accepted of it the first time is not sent again."""
    driver.take("jane", send("identify", "optin", "purchase"), partition=RETRY, past=past(delivered=1))
    driver.reply("shop.orders:0:7:1")
    driver.reply("shop.orders:0:7:2")

    assert driver.settled[-1].outcome is Outcome.DELIVERED


@pytest.mark.parametrize("delivered", [1, 2])
def test_so_does_one_whose_requests_are_all_of_one_class(driver: Driver, delivered: int) -> None:
    driver.take("jane", send("viewed_product", "search", "purchase"), partition=RETRY, past=past(delivered=delivered))
    driver.run(lambda _: ACCEPTED)

    assert driver.log == [f"shop.orders:0:7:{number}" for number in range(delivered, 3)]
    assert (driver.settled[-1].outcome, driver.settled[-1].events) == (
        Outcome.DELIVERED,
        ("viewed_product", "search", "purchase")[delivered:],
    )


def test_its_first_request_is_due_again_if_the_route_makes_but_one_now(driver: Driver) -> None:
    driver.take("jane", send("purchase"), partition=RETRY, past=past(delivered=1))

    assert driver.in_flight == ["shop.orders:0:7"]


def test_a_header_that_tells_of_more_requests_than_there_are_skips_none_too_many(driver: Driver) -> None:
    """The route was changed meanwhile."""
    driver.take("jane", send("identify", "optin"), partition=RETRY, past=past(delivered=9))

    assert driver.in_flight == ["shop.orders:0:7:1"]


def test_an_event_that_no_outage_lets_through_in_time_is_too_old(driver: Driver) -> None:
    """Bluecore takes nothing over a day old: a redelivery is not repeated for ever."""
    driver.take("jane", partition=RETRY, past=past())

    (written,) = driver.run(lambda _: answer(503))

    assert written.failure is not None
    assert written.failure.reason is Reason.TOO_OLD
    assert driver.now > NOW + 86_000
