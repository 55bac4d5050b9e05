"""How old events are when they are read and when they are delivered, and which of them are from the future."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import structlog

from consumer.age import AHEAD_SECONDS, is_ahead
from consumer.records import Record
from consumer.telemetry.incidents import Incidents
from consumer.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

_MS: Final = 1000
_HINT: Final = "see the clock of who wrote them, or the unit of the route's event_time"


class Ages:
    """Of records; times are seconds since the epoch.

    With `by_own_time`, some say their time themselves: they have it once they are mapped, and are looked at then.
    """

    def __init__(self, metrics: Metrics, *, by_own_time: bool = False) -> None:
        self._metrics = metrics
        self.by_own_time = by_own_time
        self._incidents = Incidents()

    def consumed(self, records: Sequence[Record], now: float) -> None:
        """They were read."""
        if not self.by_own_time:
            self._look(records, now)

    def mapped(self, record: Record, now: float) -> None:
        """It was mapped."""
        if self.by_own_time:
            self._look((record,), now)

    def _look(self, records: Sequence[Record], now: float) -> None:
        found = _ages(records, now)
        youngest = min(found, default=0.0)
        self._metrics.event_age["consumed"].observe_many(found if youngest >= 0 else _not_negative(found))
        if youngest < -AHEAD_SECONDS:
            for record in records:
                self._tell_ahead(record, now)

    def _tell_ahead(self, record: Record, now: float) -> None:
        """A redelivery was told of before."""
        time = record.event_time_ms
        if time is None or record.redelivery is not None or not is_ahead(time, now * _MS):
            return
        topic = record.origin.topic
        self._metrics.events_ahead[topic].inc()
        if (suppressed := self._incidents.happened(topic, now)) is not None:
            log.warning(
                "an event is from the future, and never grows too old",
                topic=topic,
                partition=record.origin.number,
                offset=record.origin_offset,
                ahead_seconds=round(time / _MS - now),
                hint=_HINT,
                suppressed=suppressed,
            )


def ages(records: Sequence[Record], now: float) -> list[float]:
    """In seconds; none is negative, where a producer's clock is ahead."""
    found = _ages(records, now)
    return found if min(found, default=0.0) >= 0 else _not_negative(found)


def _not_negative(ages: Sequence[float]) -> list[float]:
    return [max(0.0, age) for age in ages]


def _ages(records: Sequence[Record], now: float) -> list[float]:
    times = [record.event_time_ms for record in records]
    return [now - time / _MS for time in times if time is not None]
