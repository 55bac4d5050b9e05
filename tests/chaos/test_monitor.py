"""In a pipe a run speaks in JSON lines, so that a machine can follow it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest

from tests.chaos.monitor import Figures, monitor, report
from tests.chaos.verdict import Verdict

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
    duplicates=Counter({"in flight at a crash": 1}),
    at_risk=4,
    unexplained=[],
)


def test_faults_and_figures_are_lines(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """A fault is told at once; figures only every few seconds, however often they are given."""
    with monitor(events=3, faults=1) as live:
        live.tell("broker: kill -9")
        live.show(Figures(written=1, delivered=0, faults=1))
        live.show(Figures(written=2, delivered=0, faults=1))

    lines = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert [set(line) for line in lines] == [{"seconds", "fault"}, {"seconds", "written", "delivered", "faults"}]
    assert lines[1]["written"] == 1


def test_the_verdict_is_the_last_line(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """With the duplicates' share, and the places of what was lost."""
    report(replace(KEPT, lost=["topic:0:7"]), 1.25, {"killed": 2})

    [line] = capfdbinary.readouterr().out.splitlines()
    verdict = json.loads(line)["verdict"]
    assert (verdict["lost"], verdict["lost_first"], verdict["kept"]) == (1, ["topic:0:7"], False)
    assert (verdict["duplicates"], verdict["duplicate_share"], verdict["killed"]) == (1, 0.5, 2)
