"""What the type checker has to say: how bad it is, a sentence, where, and the name that was probably meant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """`error`: no record can be sent so; `warning`: some cannot; `info`: only the records can tell."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


REFUSED, OMITTED = "such a record is refused", "it is left out of such a record"
"""What a value costs that cannot be read: of a required field, and of an optional one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a route.

    Attributes:
        key: the configuration's, such as `routes[1].fields.order_id`; while one route is looked at, below it.
        path: the path in question.
        schema: the label of the schema version, empty when it is about none.
        nearest: the name that exists and was probably meant.
        ignored: what the route says has no effect on these records; they are sent all the same.
    """

    severity: Severity
    message: str
    nearest: str | None = None
    ignored: bool = False
    key: str = ""
    path: str = ""
    schema: str = ""

    def with_path(self, key: str, path: str) -> Finding:
        return replace(self, key=key, path=path)

    def left_out(self) -> Finding:
        """The same, where a value that cannot be had is left out."""
        return replace(self, message=self.message.replace(REFUSED, OMITTED))

    def made_way(self) -> Finding:
        """The same of the record's own time, in whose place another is taken."""
        instead = "Kafka's timestamp is taken in its place"
        message = self.message.replace(OMITTED, instead).replace("is left out", f"is told, and {instead}")
        return replace(self, message=message)

    def downgraded(self) -> Finding:
        """The same, where it is not sure that a record gets so far."""
        return replace(self, severity=Severity.WARNING) if self.severity is Severity.ERROR else self


class UntypableError(Exception):
    """A path that has no type, as it gives no record of the schema a value.

    Attributes:
        nearest: the name that exists and was probably meant.
    """

    ignored = False

    def __init__(self, message: str, nearest_name: str | None = None) -> None:
        super().__init__(message)
        self.nearest = nearest_name

    def finding(self, severity: Severity = Severity.ERROR) -> Finding:
        return Finding(severity, str(self), self.nearest, self.ignored)


class NothingFoundError(UntypableError):
    """It names what no record has: its value is null."""

    ignored = True


class NotComputableError(UntypableError):
    """It cannot be computed on any record, which is refused for it."""
