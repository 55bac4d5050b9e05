"""Records that were gone from Kafka before they were read: counted, and told, once each."""

from __future__ import annotations

from enum import StrEnum

import structlog

from consumer.records import Partition
from consumer.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)


class Loss(StrEnum):
    """Why records are gone."""

    RETENTION = "retention"
    MADE_ANEW = "topic made anew"
    TRUNCATED = "truncated"


class LossLedger:
    """Whoever sees a loss reports it here; the same records are counted once, whoever else has seen it."""

    def __init__(self, metrics: Metrics) -> None:
        self._counted_to: dict[Partition, int] = {}
        self._metrics = metrics

    def lost(self, partition: Partition, start: int, end: int, why: Loss) -> int:
        """The records of these offsets are gone, and were not read.

        Markers of transactions and what compaction had removed are among the offsets, and are counted with them.

        Args:
            partition: whose.
            start: the first offset that was not read.
            end: the first one that can be read again; left out.
            why: what took them. After `MADE_ANEW` and `TRUNCATED`, offsets mean other records than before.

        Returns:
            How many were counted: less than the range where some of it was counted before.
        """
        if why is Loss.RETENTION:
            start = max(start, self._counted_to.get(partition, 0))
        if (count := end - start) <= 0:
            return 0
        self._counted_to[partition] = end
        self._metrics.records_lost[partition.topic].inc(count)
        log.error(
            "records were gone from Kafka before they were read: they do not reach Bluecore",
            topic=partition.topic,
            partition=partition.number,
            start=start,
            end=end,
            lost=count,
            why=why,
        )
        return count
