"""Records that were gone from Kafka before they were read: counted, and told, once each."""

from __future__ import annotations

import structlog

from consumer.records import Partition
from consumer.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)


class LossLedger:
    """Whoever sees a loss reports it here; the same records are counted once, whoever else has seen it."""

    def __init__(self, metrics: Metrics) -> None:
        self._counted_to: dict[Partition, int] = {}
        self._metrics = metrics

    def lost(self, partition: Partition, start: int, end: int) -> int:
        """The records of these offsets are gone, and were not read.

        Markers of transactions and what compaction had removed are among the offsets, and are counted with them.

        Args:
            partition: whose.
            start: the first offset that was not read.
            end: the first one that can be read again; left out.

        Returns:
            How many were counted: less than the range where some of it was counted before.
        """
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
        )
        return count

    def forget(self, topic: str) -> None:
        """The topic was deleted or made anew: offsets mean other records than before."""
        self._counted_to = {each: end for each, end in self._counted_to.items() if each.topic != topic}
