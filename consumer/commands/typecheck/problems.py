"""What the type checker has to say of one path: how bad it is, a sentence, and the name that was probably meant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """`error`: no record can be sent so; `warning`: some cannot; `info`: only the records can tell."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to know about a path of a route.

    Attributes:
        key: the configuration's, below the route: `fields.order_id`.
        path: the path in question.
        nearest: the name that exists and was probably meant.
        ignored: what the route says has no effect on these records; they are sent all the same.
    """

    severity: Severity
    message: str
    nearest: str | None = None
    ignored: bool = False
    key: str = ""
    path: str = ""

    def at(self, key: str, path: str) -> Problem:
        return replace(self, key=key, path=path)

    def doubtful(self) -> Problem:
        """The same, where it is not sure that a record gets so far."""
        return replace(self, severity=Severity.WARNING) if self.severity is Severity.ERROR else self


class UntypableError(Exception):
    """A path that has no type, as it gives no record of the schema a value.

    Attributes:
        nearest: the name that exists and was probably meant.
    """

    ignored = False

    def __init__(self, message: str, likely: str | None = None) -> None:
        super().__init__(message)
        self.nearest = likely

    def problem(self, severity: Severity = Severity.ERROR) -> Problem:
        return Problem(severity, str(self), self.nearest, self.ignored)


class NothingFoundError(UntypableError):
    """It names what no record has: its value is null."""

    ignored = True


class NotComputableError(UntypableError):
    """It cannot be computed on any record, which is refused for it."""
