"""Promise 3: an event's fault is the event's; the endpoint's fault is everyone's."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from consumer.age import AgeLimit
from consumer.records import Answer, NoAnswer, Outcome, Reason
from tests.delivery.driver import ACCEPTED, POLICY, Driver
from tests.delivery.samples import NOW, ORDERS, answer, send, silence

OUTAGES = [
    *(answer(status) for status in (301, 401, 403, 404, 405, 500, 502, 503, 504)),
    *(silence(why) for why in NoAnswer),
]


def label(outage: object) -> str:
    assert isinstance(outage, Answer)
    return str(outage.status or outage.no_answer)


@pytest.fixture
def driver() -> Driver:
    return Driver().assign()


@pytest.mark.parametrize("outage", OUTAGES, ids=label)
def test_an_outage_of_hours_costs_no_event(outage: Answer) -> None:
    """It is waited out, few requests are made meanwhile, and delivery goes on by itself."""
    driver = Driver().assign()
    up_at = NOW + 6 * 3600
    for number in range(200):
        driver.take(f"key {number}")

    driver.run(lambda _: outage if driver.now < up_at else ACCEPTED, 8 * 3600)

    assert Counter(driver.outcomes.values()) == {Outcome.DELIVERED: 200}
    assert driver.settled[-1].record.offset >= 0
    assert len(driver.log) < 200 + 16 + 2 * 6 * 60 + 20
    assert driver.now < up_at + 180
    assert driver.at_rest()


@pytest.mark.parametrize("status", [401, 429, 503])
def test_nothing_is_charged_while_the_breaker_is_open(driver: Driver, status: int) -> None:
    """However often a record was the probe, it has all its attempts when the outage is over."""
    driver.take("poison")
    driver.reply_all(401)
    driver.run(lambda _: answer(status), 3600)
    assert driver.log.count("shop.orders:0:0") > 50
    driver.take("healthy")

    (written,) = driver.run(lambda task: answer(500) if task.record.key == b"poison" else ACCEPTED)

    since = driver.log[driver.log.index("shop.orders:0:1") + 1 :]
    assert since == ["shop.orders:0:0"] * 4
    assert written.failure is not None
    assert written.failure.attempts == 4


def test_a_5xx_that_follows_one_record_is_that_records_fault(driver: Driver) -> None:
    """After its attempts it goes to the retry topic; the breaker stays closed, and the others pass."""
    driver.take("poison")
    for number in range(20):
        driver.take(f"key {number}")

    (written,) = driver.run(lambda task: answer(500) if task.record.key == b"poison" else ACCEPTED)

    assert written.failure is not None
    assert (written.failure.outcome, written.failure.attempts, written.failure.status) == (Outcome.RETRY, 4, 500)
    assert written.failure.not_before == pytest.approx(driver.now + 60, abs=1)
    assert Counter(driver.outcomes.values()) == {Outcome.DELIVERED: 20, Outcome.RETRY: 1}
    assert driver.log.count("shop.orders:0:0") == 4
    assert not driver.engine.gates.breaker.open


def test_keys_that_failed_while_others_passed_are_no_outage_when_they_fail_again(driver: Driver) -> None:
    """Five in a row would be one, were nothing known of them."""
    for number in range(5):
        driver.take(f"poison {number}")
        driver.take(f"healthy {number}")
        driver.reply(f"shop.orders:0:{2 * number}", 500)
        driver.reply(f"shop.orders:0:{2 * number + 1}")

    driver.wait(1)
    assert len(driver.in_flight) == 5
    driver.reply_all(500)

    assert not driver.engine.gates.breaker.open


def test_keys_of_which_nothing_is_known_are_an_outage_when_they_fail_in_a_row(driver: Driver) -> None:
    for number in range(5):
        driver.take(f"key {number}")
    driver.reply_all(500)

    assert driver.engine.gates.breaker.open


def test_a_lone_record_that_fails_says_as_much_of_the_endpoint(driver: Driver) -> None:
    """Nothing else passes: it is probed on, and is judged once something else does."""
    driver.take("poison")
    driver.run(lambda _: answer(500), 600)
    assert driver.engine.gates.breaker.open
    assert driver.settled == []

    driver.take("healthy")
    (written,) = driver.run(lambda task: answer(500) if task.record.key == b"poison" else ACCEPTED, 600)

    assert driver.outcomes == {0: Outcome.RETRY, 1: Outcome.DELIVERED}
    assert written.failure is not None
    assert written.failure.attempts == 4
    assert not driver.engine.gates.breaker.open


def test_one_probe_at_a_time_while_it_is_open(driver: Driver) -> None:
    for number in range(50):
        driver.take(f"key {number}")
    driver.reply_all(401)
    assert driver.in_flight == []

    driver.wait(driver.wake_at - driver.now)
    assert len(driver.in_flight) == 1
    driver.wait(3600)
    assert len(driver.in_flight) == 1

    driver.reply_all(202)
    assert len(driver.in_flight) > 1


@pytest.mark.parametrize("status", [202, 400, 409, 422])
def test_any_answer_about_the_record_itself_ends_an_outage(driver: Driver, status: int) -> None:
    """A 400 shows as well as a 202 that the endpoint works."""
    driver.take("jane")
    driver.reply_all(silence(NoAnswer.REFUSED))
    assert driver.engine.gates.breaker.open
    driver.wait(2)

    driver.reply_all(status)

    assert not driver.engine.gates.breaker.open


def test_a_probe_whose_partition_was_lost_still_closes_the_breaker() -> None:
    driver = Driver().assign()
    driver.take("jane")
    driver.reply_all(401)
    driver.wait(2)
    assert len(driver.in_flight) == 1

    driver.engine.partitions.forget([ORDERS])
    driver.reply_all(202)

    assert not driver.engine.gates.breaker.open
    assert driver.settled == []
    assert driver.at_rest()


@pytest.mark.parametrize("lost", [400, 401, 429, 503])
def test_a_probe_whose_partition_was_lost_makes_way_for_the_next(lost: int) -> None:
    """Whatever is answered to it, the breaker closes once the endpoint works."""
    driver = Driver().assign()
    driver.take("jane")
    driver.reply_all(401)
    driver.wait(2)
    driver.engine.partitions.forget([ORDERS])
    driver.reply_all(lost)

    driver.assign()
    driver.take("joe")
    driver.run(lambda _: ACCEPTED)

    assert not driver.engine.gates.breaker.open
    assert driver.at_rest()


def test_an_outage_without_records_wakes_nobody(driver: Driver) -> None:
    """A probe that is due and has nothing to send waits for a record, not for the time."""
    driver.take("jane")
    driver.reply_all(401)
    driver.engine.partitions.forget([ORDERS])

    driver.wait(60)

    assert driver.engine.gates.breaker.open
    assert driver.wake_at == float("inf")


def test_a_probe_held_back_by_retry_after_goes_when_the_hold_ends(driver: Driver) -> None:
    driver.take("jane")
    driver.reply_all(answer(401, retry_after="100"))

    driver.wait(60)
    assert driver.in_flight == []
    assert driver.wake_at == NOW + 100

    driver.wait(40)
    assert len(driver.in_flight) == 1


def test_a_429_holds_everyone_back_and_charges_nobody(driver: Driver) -> None:
    for number in range(30):
        driver.take(f"key {number}")
    driver.reply("shop.orders:0:0", answer(429, retry_after="20"))
    for _ in range(5):
        driver.reply_all(429)

    driver.wait(19)
    assert driver.in_flight == []
    driver.run(lambda _: ACCEPTED)

    assert Counter(driver.outcomes.values()) == {Outcome.DELIVERED: 30}
    assert all(settlement.failure is None for settlement in driver.settled)
    assert driver.log[16] == "shop.orders:0:15", "the last one pushed back goes first"


TURNS_AWAY = [
    *(answer(status) for status in (301, 401, 403, 404, 405, 429)),
    *(silence(why) for why in (NoAnswer.REFUSED, NoAnswer.DNS, NoAnswer.TLS)),
]


@pytest.mark.parametrize("priority", [0, 5])
@pytest.mark.parametrize("refusal", TURNS_AWAY, ids=label)
def test_a_record_that_alone_is_turned_away_while_others_pass_is_at_fault_itself(
    driver: Driver, refusal: Answer, priority: int
) -> None:
    """A firewall dislikes a search term: the record goes to the retry topic as if it were answered 5xx."""
    driver.take("poison", send("search", priority=priority))
    for number in range(2000):
        driver.take(f"key {number}")

    (written,) = driver.run(lambda task: refusal if task.record.key == b"poison" else ACCEPTED, 600)

    assert Counter(driver.outcomes.values()) == {Outcome.DELIVERED: 2000, Outcome.RETRY: 1}
    assert written.failure is not None
    assert (written.failure.reason, written.failure.attempts) == (Reason.RETRIES_EXHAUSTED, 4)
    assert len(driver.log) <= 2000 + 3 + 3, "all but the first two are charged"
    assert not driver.engine.gates.breaker.open


@pytest.mark.parametrize("refusal", [*TURNS_AWAY, answer(429, retry_after="30")], ids=label)
def test_a_record_that_is_turned_away_stops_nobody(refusal: Answer) -> None:
    """Others pass at their time, but for the two waits that are asked for before it is known whose fault it is."""
    driver = Driver().assign()
    driver.take("poison")
    waits = []
    for number in range(1000):
        written = driver.now
        driver.take(f"key {number}")
        driver.run(lambda task: refusal if task.record.key == b"poison" else ACCEPTED, 1)
        waits += [driver.now - written for each in driver.settled if each.record.key == f"key {number}".encode()]
        driver.settled = [each for each in driver.settled if each.outcome is not Outcome.DELIVERED]
        driver.now = max(driver.now, written + 1)

    asked = float(refusal.headers.get("retry-after", 0))
    assert len(waits) >= 990 - 2 * asked
    assert [each.outcome for each in driver.settled] == [Outcome.RETRY]


@pytest.mark.parametrize("refusal", TURNS_AWAY, ids=label)
def test_a_record_that_only_waits_grows_too_old_on_every_path(refusal: Answer) -> None:
    """Its age ends it even where nobody passes, so that nobody can say whose fault it is."""
    driver = Driver(replace(POLICY, max_age=AgeLimit(3600))).assign()
    driver.take("jane")

    (written,) = driver.run(lambda _: refusal, 2 * 3600)

    assert written.failure is not None
    assert (written.failure.outcome, written.failure.reason) == (Outcome.DEAD_LETTER, Reason.TOO_OLD)


@pytest.mark.parametrize("refusal", TURNS_AWAY, ids=label)
def test_an_outage_after_a_refusal_is_an_outage_all_the_same(refusal: Answer) -> None:
    """A suspect is charged only while others pass, or have passed within a minute."""
    driver = Driver().assign()
    driver.take("jane")
    driver.take("joe")
    driver.reply("shop.orders:0:0", refusal)
    driver.reply("shop.orders:0:1")
    driver.wait(61)

    driver.run(lambda _: refusal, 3600)
    assert driver.engine.gates.breaker.open or refusal.status == 429
    assert driver.outcomes == {1: Outcome.DELIVERED}

    driver.run(lambda _: ACCEPTED)
    assert driver.outcomes == {0: Outcome.DELIVERED, 1: Outcome.DELIVERED}


@pytest.mark.parametrize("refusal", [answer(401), answer(403), silence(NoAnswer.REFUSED)], ids=label)
def test_a_suspect_says_nothing_more_in_an_outage(refusal: Answer) -> None:
    """It is no other probe than any: its failure ends no outage, and is not charged."""
    driver = Driver().assign()
    driver.take("suspect")
    driver.take("joe")
    driver.reply("shop.orders:0:0", 500)
    driver.reply("shop.orders:0:1")
    driver.take("jane")
    driver.reply("shop.orders:0:2", refusal)

    for _ in range(20):
        driver.wait(30)
        driver.reply_all(refusal)
        assert driver.engine.gates.breaker.open

    driver.run(lambda _: ACCEPTED)
    assert set(driver.outcomes.values()) == {Outcome.DELIVERED}


def test_after_a_refusal_while_others_pass_the_next_key_is_tried_at_once(driver: Driver) -> None:
    """One event that a firewall dislikes holds nobody up; in an outage this costs one request more."""
    driver.take("healthy")
    driver.reply_all()
    driver.take("poison")
    driver.reply_all(403)
    assert driver.engine.gates.breaker.open

    driver.take("other")
    assert driver.in_flight == ["shop.orders:0:2"]
    driver.reply_all(403)
    driver.take("another")
    assert driver.in_flight == [], "it is an outage: the probes wait"
