"""Events that have a time and a limit of their own grow too old by those, each for itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.age import NEVER, AgeLimit
from consumer.records import EventRequest, Outcome, Reason, Redelivery, Send
from tests.delivery.driver import ACCEPTED, DAYS, POLICY, Driver
from tests.delivery.samples import NOW, ORDERS, RETRY, answer

HOUR = 3600.0
SHORT = replace(POLICY, max_age=AgeLimit(HOUR))


def lasting(*until: float | None, links: int = 0) -> Send:
    """A request for each time until which it may be sent, in seconds from now; None: the general limit."""
    ahead = (EventRequest("identify", b"{}", "c", link=True),) * links
    each = [None if at is None else NEVER if at > DAYS else int((NOW + at) * 1000) for at in until]
    return Send(
        (*ahead, *(EventRequest(f"event_{number}", b"{}", "c", until_ms=at) for number, at in enumerate(each)))
    )


@pytest.mark.parametrize("status", [503, 401])
def test_an_event_ends_when_its_own_time_is_up(status: int) -> None:
    """Whatever the general limit: what is 20 minutes old when it is read has 40 left of its hour."""
    driver = Driver().assign()
    driver.take("jane", lasting(2400))

    (written,) = driver.run(lambda _: answer(status), 2 * HOUR)

    assert written.failure is not None
    assert (written.failure.outcome, written.failure.reason) == (Outcome.DEAD_LETTER, Reason.TOO_OLD)
    assert 2400 < driver.now - NOW < 2 * HOUR


def test_one_that_never_grows_too_old_outlives_any_outage() -> None:
    """A profile is as true after a week: `max_event_age_seconds: 0`."""
    driver = Driver(SHORT).assign()
    driver.take("jane", lasting(3 * DAYS))
    assert driver.run(lambda _: answer(503), 2 * DAYS) == []

    driver.run(lambda _: ACCEPTED)
    assert driver.outcomes == {0: Outcome.DELIVERED}


def test_of_one_record_only_that_ends_which_is_too_old() -> None:
    """The order is worth nothing any more, the profile beside it is."""
    driver = Driver().assign()
    driver.take("jane", lasting(600, 3 * DAYS))
    driver.run(lambda _: answer(503), HOUR)
    driver.log.clear()

    (written,) = driver.run(lambda _: ACCEPTED)

    assert driver.log == ["shop.orders:0:0:1"], "the first is not sent any more"
    assert written.failure is not None
    assert (written.failure.reason, written.failure.which) == (Reason.TOO_OLD, ((1, "event_1"),))


def test_a_link_waits_with_what_it_goes_ahead_of() -> None:
    """It has no time of its own: the general limit does not end it, nor the event behind it."""
    driver = Driver(SHORT).assign()
    driver.take("jane", lasting(3 * DAYS, links=1))
    assert driver.run(lambda _: answer(503), 2 * HOUR) == []

    driver.run(lambda _: ACCEPTED)
    assert driver.outcomes == {0: Outcome.DELIVERED}


def test_a_link_ends_with_what_it_goes_ahead_of() -> None:
    driver = Driver().assign()
    driver.take("jane", lasting(600, links=1))
    (written,) = driver.run(lambda _: answer(503), HOUR)
    assert written.failure is not None
    assert written.failure.reason is Reason.TOO_OLD


def test_a_redelivery_keeps_the_time_of_its_event() -> None:
    """It is mapped anew, to the same time: the time in the retry topic's own record is a later one."""
    driver = Driver().assign(RETRY)
    past = Redelivery(ORDERS, 7, attempts=4, timestamp_ms=int(NOW * 1000))
    driver.take("jane", lasting(2 * HOUR), partition=RETRY, past=past)

    (ended,) = driver.run(lambda _: answer(503), DAYS)

    assert ended.failure is not None
    assert ended.failure.reason is Reason.TOO_OLD
    assert 2 * HOUR < driver.now - NOW < 4 * HOUR
