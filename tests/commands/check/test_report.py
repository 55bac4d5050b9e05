"""What `check` prints, and how it ends."""

from __future__ import annotations

import json

import pytest

from consumer.commands.check.report import print_checks
from consumer.commands.check.routes import RouteCheck
from consumer.commands.typecheck.findings import Finding, Severity

WRONG = Finding(
    Severity.ERROR,
    "there is no field totl",
    "total",
    key="routes[0].fields.total",
    path="totl",
    schema="Purchase",
)
DOUBTED = Finding(Severity.WARNING, "may be null", key="routes[0].fields.email", path="email", schema="Purchase")
SOUND, UNCHECKED = RouteCheck(checked=True, findings=()), RouteCheck(checked=False, findings=())
DUBIOUS, REFUSED = RouteCheck(checked=True, findings=(DOUBTED,)), RouteCheck(checked=True, findings=(WRONG,))


def test_findings_are_json_lines_with_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_checks([RouteCheck(checked=True, findings=(WRONG, DOUBTED))]) == 2
    first, _, summary = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {
        "severity": "error",
        "key": "routes[0].fields.total",
        "path": "totl",
        "schema": "Purchase",
        "message": "there is no field totl",
        "nearest": "total",
    }
    assert summary == {
        "summary": "the mapping is refused",
        "checked": 1,
        "routes": 1,
        "error": 1,
        "warning": 1,
        "info": 0,
    }


@pytest.mark.parametrize(
    ("checks", "code", "verdict"),
    [
        ([SOUND, DUBIOUS], 0, "the configuration and its mapping are right"),
        ([SOUND, UNCHECKED], 0, "the configuration is right, and only 1 of 2 routes is checked"),
        ([UNCHECKED], 0, "the configuration is right, and only 0 of 1 routes are checked"),
        ([REFUSED], 2, "the mapping is refused"),
        ([REFUSED, UNCHECKED], 2, "the mapping is refused, and only 1 of 2 routes is checked"),
    ],
)
def test_the_verdict_says_how_many_routes_it_is_about(
    capsys: pytest.CaptureFixture[str], checks: list[RouteCheck], code: int, verdict: str
) -> None:
    """Warnings and what could not be checked refuse nothing; nor is what was not checked called right."""
    assert print_checks(checks) == code
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["summary"] == verdict


def test_a_terminal_gets_sentences(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    print_checks(
        [
            RouteCheck(
                checked=True, findings=(WRONG, Finding(Severity.INFO, "checked", key="routes[0]", schema="a.avsc"))
            )
        ]
    )
    assert capsys.readouterr().out.splitlines() == [
        "error: routes[0].fields.total (path totl, schema Purchase): there is no field totl; did you mean total?",
        "info: routes[0]: checked",
        "the mapping is refused: 1 error, 0 warnings, 1 info",
    ]
