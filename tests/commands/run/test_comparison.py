"""What a start does with the mapping's errors and warnings, and what is made up for where the registry is away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from typing import Any

from structlog.testing import capture_logs
from tenacity import wait_none

from consumer.avro.errors import RegistryUnavailable
from consumer.commands.check.routes import RouteCheck
from consumer.commands.run.comparison import Comparison
from consumer.commands.typecheck.findings import Finding, Severity
from tests.support.waiting import eventually

WRONG = Finding(Severity.ERROR, "no field ordr_id", "order_id", key="routes[0].fields.order_id", path="ordr_id")
SENTENCE = "error: routes[0].fields.order_id (path ordr_id): no field ordr_id; did you mean order_id?"
DOUBTFUL = Finding(Severity.WARNING, "may be null: such a record is refused", key="routes[0].fields.total")
AWAY = RegistryUnavailable("nothing accepts connections at http://registry:8081")


@contextmanager
def comparison(*answers: Sequence[RouteCheck] | Exception | Event, paused: bool = False) -> Iterator[Comparison]:
    """One whose comparisons give these in turn, the last one again and again; an event is waited for."""
    left = list(answers)

    def compare() -> Sequence[RouteCheck]:
        while isinstance(answer := left.pop(0) if len(left) > 1 else left[0], Event):
            answer.wait()
        if isinstance(answer, Exception):
            raise answer
        return answer

    compared = Comparison(compare, [paused], backoff=wait_none())
    try:
        yield compared
    finally:
        compared.close()
        for each in answers:
            if isinstance(each, Event):
                each.set()


def check(*findings: Finding, hopeless: bool = False, checked: bool = True) -> list[RouteCheck]:
    return [RouteCheck(checked, findings, hopeless)]


def said(logs: Sequence[Any], level: str) -> list[str]:
    return [line.get("finding") or line["event"] for line in logs if line["log_level"] == level]


def test_what_no_record_can_pass_refuses_the_start() -> None:
    with capture_logs() as logs, comparison(check(WRONG, DOUBTFUL, hopeless=True)) as compared:
        assert compared.refused(10) == [SENTENCE]
    assert said(logs, "warning") == ["warning: routes[0].fields.total: may be null: such a record is refused"]


def test_what_some_version_passes_is_a_warning() -> None:
    """A version that nobody writes any more, or one that is new, must not stop a service that is started again."""
    with capture_logs() as logs, comparison(check(WRONG)) as compared:
        assert compared.refused(10) == []
    assert said(logs, "warning") == [SENTENCE.replace("error:", "warning:")]


def test_a_paused_route_stops_nothing() -> None:
    with capture_logs() as logs, comparison(check(WRONG, hopeless=True), paused=True) as compared:
        assert compared.refused(10) == []
    assert said(logs, "warning") == [SENTENCE.replace("error:", "warning:")]


def test_a_registry_that_is_away_stops_no_start_and_the_comparison_is_made_up_for() -> None:
    started, wrong = Event(), check(WRONG, DOUBTFUL, hopeless=True)
    with capture_logs() as logs, comparison(AWAY, started, AWAY, wrong) as compared:
        assert compared.refused(10) == []
        started.set()
        eventually(lambda: said(logs, "info"), 10, "the comparison that was made up for")
    told, *warnings = said(logs, "warning")
    assert told == "the mapping cannot be compared with the schemas now: it is tried again later"
    assert warnings == ["warning: routes[0].fields.total: may be null: such a record is refused"]
    (error,) = [line for line in logs if line["log_level"] == "error"]
    assert error["finding"] == SENTENCE
    assert "the service goes on, and would be refused at its next start" in error["event"]


def test_a_slow_registry_holds_no_start_up_beyond_its_time() -> None:
    answer = Event()
    with capture_logs() as logs, comparison(answer, check(WRONG, hopeless=True)) as compared:
        assert compared.refused(0.01) == []
        assert said(logs, "warning") == ["the mapping is still being compared with the schemas: starting meanwhile"]
        answer.set()
        eventually(lambda: said(logs, "error"), 10, "the comparison that came late")
    assert said(logs, "error") == [SENTENCE]


def test_a_route_whose_schemas_are_not_there_yet_is_compared_when_they_are_and_told_of_once() -> None:
    missing = Finding(Severity.WARNING, "not checked: the registry has no subject a-value", key="routes[0]")
    unchecked = check(missing, checked=False)
    with capture_logs() as logs, comparison(unchecked, unchecked, unchecked, check(DOUBTFUL)) as compared:
        assert compared.refused(10) == []
        eventually(lambda: DOUBTFUL.message in " ".join(said(logs, "warning")), 10, "the schemas to be found")
    assert len(said(logs, "warning")) == 2


def test_a_mistake_in_the_type_checker_stops_no_start() -> None:
    with capture_logs() as logs, comparison(ZeroDivisionError("jane@example.com")) as compared:
        assert compared.refused(10) == []
    (line,) = logs
    assert (line["log_level"], line["exception"]) == ("error", "ZeroDivisionError")
    assert "jane" not in str(line)
