"""A failure written down by the service is read back whole; what others wrote is no letter."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.commands.dead_letters.letter import DeadLetter
from consumer.kafka.headers import failure_headers, redelivery
from consumer.records import Failure, Headers, Outcome, Partition, Reason, Record, Redelivery, Stage

FAILED = Failure(
    Outcome.DEAD_LETTER, Reason.REJECTED, Stage.DELIVER, "no such product", 422, 3, 1_700_000_000.5, 0.0, 1
)
ORIGINAL = Record(Partition("shop.orders", 3), 42, b"jane", b"value", 1_600_000_000_000, (("trace", b"1"),))


def lying(headers: Headers) -> Record:
    """A record of the dead-letter topic."""
    past = redelivery(headers)
    return Record(Partition("dead", 0), 7, b"jane", b"value", 1_700_000_001_000, headers, past)


def written(record: Record = ORIGINAL, failure: Failure = FAILED) -> Headers:
    return tuple(
        (name, value.encode() if isinstance(value, str) else value)
        for name, value in failure_headers(record, failure)
    )


def test_the_failure_and_the_origin_are_read_back() -> None:
    letter = DeadLetter.from_record(lying(written()))
    assert letter is not None
    assert (letter.reason, letter.stage, letter.message, letter.status) == (
        Reason.REJECTED,
        Stage.DELIVER,
        "no such product",
        422,
    )
    assert letter.past == Redelivery(
        ORIGINAL.partition, 42, 3, 1_700_000_000_500, delivered=1, timestamp_ms=1_600_000_000_000
    )


def test_a_failure_without_a_status_has_none() -> None:
    letter = DeadLetter.from_record(lying(written(failure=replace(FAILED, status=None))))
    assert letter is not None
    assert letter.status is None


@pytest.mark.parametrize("missing", ["__connect.errors.topic", "__connect.errors.stage", "bluecore.reason"])
def test_a_record_that_lacks_its_past_is_no_letter(missing: str) -> None:
    headers = tuple(each for each in written() if each[0] != missing)
    assert DeadLetter.from_record(lying(headers)) is None


def test_a_reason_of_another_version_is_none_of_ours() -> None:
    assert DeadLetter.from_record(lying((*written(), ("bluecore.reason", b"bewitched")))) is None


def test_again_it_starts_with_all_its_attempts_and_is_due_now() -> None:
    """What was delivered of it stays delivered; its age and its place are the original's."""
    letter = DeadLetter.from_record(lying(written()))
    assert letter is not None
    again = redelivery(written(letter.record, letter.retry_failure(1_800_000_000.0)))
    assert again == Redelivery(
        ORIGINAL.partition,
        42,
        attempts=0,
        first_failed_at_ms=1_700_000_000_500,
        not_before_ms=1_800_000_000_000,
        delivered=1,
        timestamp_ms=1_600_000_000_000,
    )
