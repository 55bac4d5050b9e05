"""In a pipe a run speaks in JSON lines, so that a machine can follow it."""

from __future__ import annotations

import json

import pytest

from tests.chaos.monitor import Figures, monitor


def test_faults_and_figures_are_lines(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """A fault is told at once; figures only every few seconds, however often they are given."""
    with monitor("default", steps=2) as live:
        live.tell("broker killed")
        live.show(Figures(written=1, delivered=0, steps=0))
        live.show(Figures(written=2, delivered=0, steps=0))

    lines = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert [set(line) - {"run", "seconds"} for line in lines] == [{"told"}, {"written", "delivered", "steps"}]
    assert {line["run"] for line in lines} == {"default"}
    assert lines[1]["written"] == 1
