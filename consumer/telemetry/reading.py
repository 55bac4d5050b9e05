"""An instance that owns partitions, and reads nothing while they grow: it looks well, and does nothing.

Asked are the brokers, since the fetches of a consumer that gets nothing say that there is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import structlog

from consumer.records import Partition
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.open_transactions import Standing

log = structlog.get_logger(__name__)

TOLD_AFTER_SECONDS: Final = 120.0
"""Longer than any fetch, and than a rebalance takes."""


class Reading:
    """The retry topic has a consumer of its own, which may read while that of the routed topics does not."""

    def __init__(self, metrics: Metrics, retry_topic: str, unreadable: Callable[[str], bool]) -> None:
        """Begin with nothing seen.

        Args:
            metrics: where it is shown for how long nothing has been read.
            retry_topic: the topic that has a consumer of its own.
            unreadable: whether Kafka refuses a topic, which is told by itself, and which no restart heals.
        """
        self._metrics = metrics
        self._retry_topic = retry_topic
        self._unreadable = unreadable
        self._readers = (_Reader(), _Reader())
        self.fault = ""
        """What is to be said of it; empty while something is read, or there is nothing to read."""

    def observe(self, standing: Mapping[Partition, Standing], now: float) -> None:
        """The brokers have answered for these partitions, which are all that are ours, at `now` (seconds)."""
        routed, retries = dict[Partition, Standing](), dict[Partition, Standing]()
        for each, at in standing.items():
            if not self._unreadable(each.topic):
                (retries if each.topic == self._retry_topic else routed)[each] = at
        for reader, its_own in zip(self._readers, (routed, retries), strict=True):
            reader.observe(its_own, now)
        seconds = max(reader.seconds for reader in self._readers)
        self._metrics.reading_stands.set(seconds)
        self._tell(seconds)

    def _tell(self, seconds: float) -> None:
        if seconds < TOLD_AFTER_SECONDS:
            if self.fault:
                log.info("what is ours is read again, or is ours no longer")
            self.fault = ""
            return
        waiting = sum(reader.waiting for reader in self._readers)
        told = bool(self.fault)
        self.fault = f"nothing was read for {seconds:.0f} s, and {waiting} records have come to what is ours"
        if not told:
            log.error("partitions that are ours grow, and none of them is read", seconds=seconds, waiting=waiting)


class _Reader:
    """One consumer: since when it reads nothing, and how many records have come since."""

    def __init__(self) -> None:
        self._seen: dict[Partition, Standing] = {}
        """By partition, what was so when it was read last."""
        self._since: float | None = None
        self.seconds = 0.0
        self.waiting = 0

    def observe(self, standing: Mapping[Partition, Standing], now: float) -> None:
        # Who comes anew counts from now on; so does what was not read for a reason of our own.
        fresh = {each: at for each, at in standing.items() if each not in self._seen or at.paused}
        known = [(at, self._seen[each]) for each, at in standing.items() if each not in fresh]
        # Where nothing is read, Kafka's retention alone moves the place at which reading would go on.
        moved = any(at.read != before.read and at.read > at.low for at, before in known)
        if moved:
            fresh = dict(standing)
        self._seen = {each: fresh.get(each, self._seen.get(each, at)) for each, at in standing.items()}
        self.waiting = sum(
            max(0, at.stable - self._seen[each].stable) for each, at in standing.items() if at.stable > at.read
        )
        if not self.waiting:
            self._since = None
        elif self._since is None:
            self._since = now
        self.seconds = 0.0 if self._since is None else now - self._since
