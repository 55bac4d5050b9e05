"""What becomes of a record that is not to be sent again now."""

from __future__ import annotations

import pytest

from consumer.delivery.failures import after_failures, parked, refused, unmappable
from consumer.delivery.task import Task
from consumer.records import Answer, NoAnswer, Outcome, Reason, Record, Redelivery, Stage
from tests.delivery.samples import BROKEN, NOW, ORDERS, RETRY, answer, send, silence, task

DELAYS = (60, 600, 3600)


def failing(*, redeliveries: int | None = None) -> Task:
    """A task whose four attempts are used up: a first delivery, or one after so many redeliveries."""
    redelivers = redeliveries is not None
    record = Record(RETRY if redelivers else ORDERS, 7, b"key", b"", redelivery=Redelivery(ORDERS, 7, 4))
    failing = task(record, send("purchase"), redelivers=redelivers)
    failing.attempts, failing.first_failed_at = 4, NOW - 10
    if redelivers:
        failing.redeliveries, failing.attempts_before = redeliveries or 0, 4
    return failing


def test_a_record_that_cannot_be_mapped_is_a_dead_letter_with_its_own_reason() -> None:
    failure = unmappable(task(Record(ORDERS, 7, b"key", b""), BROKEN), BROKEN, NOW)

    assert (failure.outcome, failure.reason, failure.stage, failure.message) == (
        Outcome.DEAD_LETTER,
        Reason.UNDECODABLE,
        Stage.DECODE,
        "no magic byte",
    )
    assert (failure.status, failure.attempts, failure.first_failed_at, failure.not_before) == (None, 0, NOW, 0)


def test_a_refused_record_is_a_dead_letter_with_the_status_and_all_its_attempts() -> None:
    failure = refused(failing(redeliveries=1), Answer(422, text="no such product"), NOW)

    assert (failure.outcome, failure.reason, failure.status) == (Outcome.DEAD_LETTER, Reason.REJECTED, 422)
    assert (failure.attempts, failure.first_failed_at) == (8, NOW - 10)
    assert failure.message == "no such product"


def test_a_parked_record_goes_to_the_retry_topic_and_waits_for_nothing_of_its_own() -> None:
    twofold = task(Record(ORDERS, 7, b"key", b""), send("optin", "optin"))
    twofold.index = 1

    failure = parked(twofold, NOW)

    assert (failure.outcome, failure.not_before, failure.attempts) == (Outcome.RETRY, NOW, 0)
    assert failure.delivered == 1


def test_after_the_first_attempts_comes_the_retry_topic_and_the_first_delay() -> None:
    record = failing()

    after_failures(record, answer(500), DELAYS, NOW)

    assert record.failure is not None
    assert (record.failure.outcome, record.failure.reason) == (Outcome.RETRY, Reason.RETRIES_EXHAUSTED)
    assert (record.failure.not_before, record.failure.attempts, record.failure.status) == (NOW + 60, 4, 500)


@pytest.mark.parametrize(("redeliveries", "delay"), [(0, 600), (1, 3600)])
def test_a_redelivery_that_fails_waits_for_the_next_delay(redeliveries: int, delay: float) -> None:
    """In memory: the record lies in the retry topic already."""
    record = failing(redeliveries=redeliveries)

    after_failures(record, answer(500), DELAYS, NOW)

    assert record.failure is None
    assert (record.due, record.redeliveries) == (NOW + delay, redeliveries + 1)
    assert (record.attempts, record.attempts_before) == (0, 8)


def test_after_the_last_delay_comes_the_dead_letter_topic() -> None:
    record = failing(redeliveries=2)

    after_failures(record, answer(500), DELAYS, NOW)

    assert record.failure is not None
    assert record.failure.outcome is Outcome.DEAD_LETTER
    assert record.failure.reason is Reason.REDELIVERIES_EXHAUSTED


def test_without_delays_there_is_no_redelivery() -> None:
    record = failing()

    after_failures(record, answer(500), (), NOW)

    assert record.failure is not None
    assert (record.failure.outcome, record.failure.reason) == (Outcome.DEAD_LETTER, Reason.RETRIES_EXHAUSTED)


@pytest.mark.parametrize(
    ("last", "message"),
    [
        (Answer(500, text="oops"), "oops"),
        (answer(500), "HTTP 500"),
        (silence(NoAnswer.TIMEOUT), "no answer: timeout"),
    ],
)
def test_the_message_says_what_came_back(last: Answer, message: str) -> None:
    assert refused(failing(), last, NOW).message == message
