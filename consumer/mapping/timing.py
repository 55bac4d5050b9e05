"""When the events of a route are, by what a record says of itself, and until when they may be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from consumer.age import AgeLimit
from consumer.config.route import RouteConfig
from consumer.mapping.errors import InvalidValueError, LeftOut, RefusedError, leave_out
from consumer.mapping.readers import Reader, reader
from consumer.mapping.rest_contract import takes_time
from consumer.mapping.shared import Shared
from consumer.records import Omission, Reason

FIELD: Final = "event_time"
"""How the time is named where it is told that it could not be read."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_LONG_AGO_MS: Final = 631_152_000_000
"""1990: what is older and no birthday was read in a wrong unit, or was never set."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Of one route.

    Attributes:
        limit: how old its events may be.
        own: whether the route has a time or a limit of its own, which its requests take along.
        reader: of the time that a record says of itself; None: the time is that at which it was written.
        omits: a time that cannot be read is told, and the other one stands in; else it refuses the record.
    """

    limit: AgeLimit
    own: bool = False
    reader: Reader | None = None
    omits: bool = True

    def read(self, record: Any, event: str, omitted: list[Omission]) -> int | None:
        """The record's own time, ms since the epoch; None where it has none, or one that cannot be read.

        Args:
            record: the decoded record.
            event: the event type that it becomes.
            omitted: takes what cannot be read.

        Raises:
            RefusedError: it cannot be read, and the route refuses such records, or it is encrypted.
        """
        if self.reader is None:
            return None
        left_out: LeftOut = [] if self.omits else None
        try:
            found: datetime | None = self.reader.get(record)
            moment = None if found is None else self.reader.accept(found)
        except InvalidValueError as rule:
            leave_out(left_out, FIELD, rule, self.reader.hint)
            omitted += [Omission(event, FIELD, str(each), FIELD) for each in left_out or ()]
            return None
        return None if moment is None else milliseconds(moment)

    def check(self, event_time_ms: int | None, now_ms: int | None) -> None:
        """Refuses what is too old.

        Args:
            event_time_ms: the event's time; None: not known.
            now_ms: the present; None: no age is judged.

        Raises:
            RefusedError: it is too old.
        """
        if now_ms is None or not self.limit.exceeded(event_time_ms, now_ms):
            return
        what = too_old(self.limit.seconds)
        if self.reader is not None and event_time_ms is not None and event_time_ms < _LONG_AGO_MS:
            what += f"; its {FIELD} is before 1990, as a number in another `unit` is, or a time that was never set"
        raise RefusedError(Reason.TOO_OLD, None, what)


def too_old(seconds: float) -> str:
    """The sentence for an event that is older than so many seconds, with what to do."""
    limit = f"{seconds:.0f}" if seconds == int(seconds) else f"{seconds:g}"
    return (
        f"the event is older than max_event_age_seconds ({limit} s). If it is true however old, set "
        "max_event_age_seconds: 0 in its route"
    )


def milliseconds(moment: datetime) -> int:
    """Since the epoch; what says no zone is in UTC."""
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // _MILLISECOND


def timing_of(route: RouteConfig, max_age_seconds: float, shared: Shared) -> Timing:
    """Compiles what a route says of time; `max_age_seconds`: the limit of routes without one of their own.

    What is sent with its own time is true however old.
    """
    dated = takes_time(route)
    general = 0 if dated else max_age_seconds
    seconds = general if route.max_event_age_seconds is None else route.max_event_age_seconds
    own = dated or route.own_time is not None or route.max_event_age_seconds is not None
    time = None if route.own_time is None else reader(FIELD, route.own_time, (), _ended, shared)
    return Timing(AgeLimit(seconds), own, time, route.invalid_optional == "omit")


def _ended(moment: datetime) -> datetime:
    """A `datetime` as it is: it is not sent, and so not written as JSON."""
    return moment
