"""The exit code says how bad it is."""

from __future__ import annotations

import pytest

from consumer.commands.doctor.finding import Finding, Severity, error, exit_code, ok, warning

FINE, DOUBT, FAULT = ok("a", "b"), warning("a", "b", "c"), error("a", "b", "c")


@pytest.mark.parametrize(
    ("findings", "code"),
    [([], 0), ([FINE], 0), ([FINE, DOUBT], 3), ([DOUBT, FAULT, FINE], 1)],
)
def test_the_worst_finding_decides(findings: list[Finding], code: int) -> None:
    assert exit_code(findings) == code


@pytest.mark.parametrize(("findings", "code"), [([FINE], 0), ([FINE, DOUBT], 0), ([DOUBT, FAULT, FINE], 1)])
def test_warnings_pass_where_only_errors_are_to_fail(findings: list[Finding], code: int) -> None:
    assert exit_code(findings, Severity.ERROR) == code
