"""Records that were old already when their producer wrote them: a backfill, or a clock that is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import structlog

from consumer.records import Partition, Record
from consumer.telemetry.incidents import Incidents
from consumer.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

_HOUR = 3600.0


class Backdated:
    """Whoever has once read a partition to its end knows of all that follows that it was written later."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._at_end: dict[Partition, float] = {}
        """By partition, until when everything that had been written was read, in seconds since the epoch."""
        self._incidents = Incidents()

    def at_end(self, partition: Partition, asked_at: float) -> None:
        """All is read that the partition held at this time or later, in seconds since the epoch."""
        self._at_end[partition] = asked_at

    def retain(self, partitions: Iterable[Partition]) -> None:
        """Nothing is known any more of partitions but these."""
        kept = set(partitions)
        self._at_end = {partition: at for partition, at in self._at_end.items() if partition in kept}

    def read(self, records: Sequence[Record], now: float) -> None:
        """Counts those that are over an hour older than the moment before which they were not there.

        Args:
            records: as they were read.
            now: seconds since the epoch.
        """
        for record in records:
            time = record.event_time_ms
            if time is None or time / 1000 > now - _HOUR:
                continue  # nearly all of them: the more is asked of the others
            since = self._at_end.get(record.partition)
            if since is None or time / 1000 > since - _HOUR or record.redelivery is not None:
                continue
            topic = record.partition.topic
            self._metrics.records_backdated[topic].inc()
            if (suppressed := self._incidents.happened(topic, now)) is not None:
                log.warning(
                    "a record was old when it was written: its producer sends old events, or has a wrong clock",
                    topic=topic,
                    partition=record.partition.number,
                    offset=record.offset,
                    age_hours=round((now - time / 1000) / _HOUR, 1),
                    suppressed=suppressed,
                )
