"""What the log says of records that failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from structlog.testing import capture_logs

from consumer.delivery.decisions import Settlement
from consumer.records import Failure, Outcome, Reason, Stage
from tests.pipeline.desk import NOW, Desk, record


def letters(reason: Reason, count: int) -> list[Settlement]:
    failure = Failure(Outcome.DEAD_LETTER, reason, Stage.MAP, "no", None)
    return [Settlement(record(n), Outcome.DEAD_LETTER, ("",), 0, failure) for n in range(count)]


def told(logs: Sequence[Mapping[str, Any]]) -> int:
    """Of how many records the log tells."""
    return sum(line.get("records", 0) + ("suppressed" in line) + line.get("suppressed", 0) for line in logs)


def test_a_request_without_an_answer_is_told_with_why(desk: Desk) -> None:
    """There is no status that would say it."""
    failure = Failure(Outcome.RETRY, Reason.RETRIES_EXHAUSTED, Stage.DELIVER, "no answer: timeout")
    with capture_logs() as logs:
        desk.reporter.settled([Settlement(record(), Outcome.RETRY, ("purchase",), 0, failure)], NOW)
    assert [(line["status"], line["why"]) for line in logs] == [(None, "no answer: timeout")]


def test_failures_of_one_kind_are_one_line_a_minute_with_the_customers_hash(desk: Desk) -> None:
    """The record's place and a name for the customer that says nothing; what failed stands in the topic."""
    failure = Failure(Outcome.DEAD_LETTER, Reason.REJECTED, Stage.DELIVER, "jane is no address", 422)
    settlements = [
        Settlement(record(n), Outcome.DEAD_LETTER, ("purchase",), 0, failure, "jane@example.com") for n in range(3)
    ]
    with capture_logs() as logs:
        desk.reporter.settled(settlements, NOW)
        desk.reporter.settled(settlements[:1], NOW + 61)
    assert [line["suppressed"] for line in logs] == [0, 2]
    assert (logs[0]["topic"], logs[0]["partition"], logs[0]["offset"]) == ("shop.orders", 3, 0)
    assert (logs[0]["customer"], logs[0]["status"]) == ("16 letters", 422)
    assert "jane" not in str(logs)


def test_the_log_tells_of_each_dead_letter_though_no_more_of_its_kind_follow(desk: Desk) -> None:
    """A flood ends when its route is held: there is no next line that could say how many were not told of."""
    reasons = [Reason.MISSING_FIELD, Reason.INVALID_FIELD, Reason.UNDECODABLE]
    with capture_logs() as logs:
        for reason in reasons:
            desk.reporter.settled(letters(reason, 33), NOW)
        desk.reporter.state(NOW + 59, joined=True)
        assert (len(logs), told(logs)) == (3, 3)
        desk.reporter.state(NOW + 60, joined=True)
        desk.reporter.state(NOW + 200, joined=True)
    assert told(logs) == 99
    assert [(line["event"], line["reason"], line["records"]) for line in logs[3:]] == [
        ("more records failed in the same way", reason, 32) for reason in reasons
    ]


def test_what_the_log_has_not_told_of_is_told_at_the_end(desk: Desk) -> None:
    with capture_logs() as logs:
        desk.reporter.settled(letters(Reason.TOO_OLD, 50), NOW)
        desk.reporter.flush()
        desk.reporter.flush()
    assert (len(logs), told(logs)) == (2, 50)
