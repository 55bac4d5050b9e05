"""What the doctor found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`error`: the service cannot work so; `warning`: it works for now, or that could not be told."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        what: what was looked at, such as `brokers` or `routes[0]`.
        message: what is so.
        advice: what to do; empty where nothing is to be done.
    """

    severity: Severity
    what: str
    message: str
    advice: str = ""


def ok(what: str, message: str) -> Finding:
    return Finding(Severity.OK, what, message)


def warning(what: str, message: str, advice: str) -> Finding:
    return Finding(Severity.WARNING, what, message, advice)


def error(what: str, message: str, advice: str = "") -> Finding:
    return Finding(Severity.ERROR, what, message, advice)


def exit_code(findings: Iterable[Finding], fail_on: Severity = Severity.WARNING) -> int:
    """0: all is well; 3: there are warnings; 1: there are errors. 2 is a refused configuration, as everywhere.

    Where it fails on errors only, warnings are 0 too.
    """
    severities = {finding.severity for finding in findings}
    if Severity.ERROR in severities:
        return 1
    return 3 if Severity.WARNING in severities and fail_on is Severity.WARNING else 0
