"""At its end a run says of each fault what it brought about, and of each promise whether it was kept."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.chaos.faults import FaultRow
from tests.chaos.report import report
from tests.chaos.run import Result
from tests.chaos.verdict import Duplicate, Verdict

KEPT = Verdict(
    written=3,
    delivered=2,
    retried=0,
    dead_lettered=1,
    lost=[],
    reordered=[],
    overtaken=0,
    wrongly_dead=[],
    garbled=[],
    unasked=[],
    duplicates=[Duplicate(5, "in flight at a kill", "")],
    at_risk=4,
)
ENDED = {"killed": 1, "terminated": 3, "wrong_exit_codes": 0, "ended_by_themselves": 0}
RESULT = Result("default", KEPT, [FaultRow("broker killed", 1, 1, 1.5)], 7, 60.2, ENDED)


def said(capture: pytest.CaptureFixture[bytes], *results: Result) -> list[dict[str, dict[str, object]]]:
    report(results)
    return [json.loads(line) for line in capture.readouterr().out.splitlines()]


def test_each_kind_of_fault_is_told_once_and_each_run_has_a_verdict(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    """In a pipe by JSON lines."""
    fault, *verdicts = said(capfdbinary, RESULT, replace(RESULT, name="latest"))

    assert fault["fault"] == {"name": "broker killed", "times": 2, "duplicates": 2, "standstill": 1.5}
    assert [line["verdict"]["run"] for line in verdicts] == ["default", "latest"]
    assert (
        verdicts[0]["verdict"].items()
        >= {"kept": True, "lost": 0, "duplicates": 1, "aborted": 7, "killed": 1}.items()
    )


def test_a_broken_promise_is_told_with_places(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Where to look in the logs."""
    _, line = said(capfdbinary, replace(RESULT, verdict=replace(KEPT, lost=["topic:0:7"])))

    verdict = line["verdict"]
    assert (verdict["lost"], verdict["lost_first"], verdict["kept"]) == (1, ["topic:0:7"], False)


def test_a_process_that_cannot_stop_in_order_breaks_a_promise() -> None:
    """Whatever became of the events."""
    assert RESULT.passed
    assert not replace(RESULT, ended=ENDED | {"wrong_exit_codes": 1}).passed
