"""What the demo shows: to a pipe and to a terminal."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from consumer.commands.demo.ledger import Row
from consumer.commands.demo.run import Summary
from consumer.commands.demo.screen import bars, show

WHOLE = Summary(
    {"search": Row(produced=2, delivered=1, retried=1, dead_lettered=Counter(rejected=1)), "optin": Row(produced=1)},
    1.23,
)
LOSSY = Summary({"search": Row(produced=3, delivered=1, missing=["demo.search[0] offset 1"])}, 1.0)


def test_a_pipe_gets_a_json_line_for_each_type_and_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    assert show(WHOLE) == 0
    *rows, summary = map(json.loads, capsys.readouterr().out.splitlines())
    assert [row["event"] for row in rows] == ["optin", "search"]
    assert rows[1] == {
        "event": "search",
        "produced": 2,
        "delivered": 1,
        "retried": 1,
        "skipped": 0,
        "dead_lettered": {"rejected": 1},
        "missing": [],
    }
    assert summary == {"summary": "all 3 events accounted for", "seconds": 1.2}


def test_what_is_missing_is_named_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert show(LOSSY) == 1
    assert "1 of 3 events are missing: demo.search[0] offset 1" in capsys.readouterr().out


def test_a_terminal_gets_a_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    assert show(WHOLE) == 0
    told = capsys.readouterr().out
    assert "1 rejected" in told
    assert "all 3 events accounted for (1.2 s)" in told


def test_in_a_pipe_the_bars_say_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with bars(10) as progress:
        progress("produced", 5)
        progress("settled", 10)
    assert capsys.readouterr() == ("", "")
