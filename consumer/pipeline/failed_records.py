"""The log's lines on records that failed: one a minute for those alike, with how many they are."""

from __future__ import annotations

import math
from collections.abc import Callable

import structlog

from consumer.delivery.decisions import Settlement
from consumer.pipeline.refusal import why
from consumer.records import Failure
from consumer.telemetry.incidents import Incidents

log = structlog.get_logger(__name__)


class FailedRecords:
    """Alike are those of one topic, outcome, reason and status.

    `name_of` makes of a customer's id the name that may stand in a log.
    """

    def __init__(self, name_of: Callable[[str], str]) -> None:
        self._name_of = name_of
        self._incidents = Incidents()

    def happened(self, settlement: Settlement, failure: Failure, now: float) -> None:
        """A line a minute for those alike; all of it stands in the headers of the record in its topic."""
        record = settlement.record
        kind = (record.origin.topic, failure.outcome, failure.reason, failure.status)
        if (suppressed := self._incidents.happened(kind, now)) is not None:
            log.warning(
                "a record failed",
                outcome=settlement.outcome,
                reason=failure.reason,
                stage=failure.stage,
                status=failure.status,
                why=why(failure),
                topic=record.origin.topic,
                partition=record.origin.number,
                offset=record.origin_offset,
                **({"bluecore_id": failure.request_id} if failure.request_id else {}),
                customer=self._name_of(settlement.customer) if settlement.customer else None,
                suppressed=suppressed,
            )

    def tell_untold(self, now: float = math.inf) -> None:
        """What no line has told of for a minute; by default, at all: so the log tells of each record that failed."""
        for kind, count in self._incidents.untold(now).items():
            topic, outcome, reason, status = kind if isinstance(kind, tuple) else (None, None, None, None)
            log.warning(
                "more records failed in the same way" if topic else "more records failed",
                outcome=outcome,
                reason=reason,
                status=status,
                topic=topic,
                records=count,
            )
