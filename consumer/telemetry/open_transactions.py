"""Partitions that cannot be read further, since a producer's transaction in them stays open."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import structlog

from consumer.records import Partition
from consumer.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

TOLD_AFTER_SECONDS = 60.0
"""Kafka's own `transaction.timeout.ms`: what takes longer, its producer has asked for, or nobody ends it."""


class Standing(NamedTuple):
    """How far a partition was read, and how far it can be.

    Attributes:
        read: the first offset that was not read.
        stable: the first one of an open transaction; `high` where there is none.
        high: behind the last record.
        paused: it is not being read for a reason of our own.
        low: the first offset that is there still.
    """

    read: int
    stable: int
    high: int
    paused: bool
    low: int = 0


@dataclass(slots=True)
class _Hold:
    """A partition that stands: since when, where, and whether that was told."""

    at: tuple[int, int]
    since: float
    told: bool = False


class OpenTransactions:
    """A partition is held while a transaction is open in it, and neither its end nor the reading moves."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._holds: dict[Partition, _Hold] = {}

    def observe(self, standing: Mapping[Partition, Standing], now: float) -> None:
        """The brokers have answered for these partitions."""
        for partition, each in standing.items():
            self._judge(partition, each, now)
        longest = dict.fromkeys(self._metrics.open_transaction, 0.0)
        for partition, hold in self._holds.items():
            longest[partition.topic] = max(longest.get(partition.topic, 0.0), now - hold.since)
        for topic, seconds in longest.items():
            self._metrics.open_transaction[topic].set(seconds)

    def retain(self, partitions: Collection[Partition]) -> None:
        """Only these are ours now: who has the others tells of them."""
        self._holds = {partition: hold for partition, hold in self._holds.items() if partition in partitions}

    def _judge(self, partition: Partition, standing: Standing, now: float) -> None:
        hold = self._holds.get(partition)
        at = (standing.stable, standing.read)
        if standing.stable >= standing.high or (hold is not None and hold.at != at):
            self._over(partition)
            hold = None
        if standing.stable >= standing.high or (hold is None and standing.paused):
            return
        if hold is None:
            hold = self._holds[partition] = _Hold(at, now)
        if not hold.told and now - hold.since >= TOLD_AFTER_SECONDS:
            hold.told = True
            log.warning(
                "a transaction is open, and nothing behind it can be read: its producer must commit or abort it; "
                "if that is gone, `kafka-transactions.sh find-hanging` names it, and `abort` ends it",
                topic=partition.topic,
                partition=partition.number,
                offset=standing.stable,
                waiting=standing.high - standing.stable,
            )

    def _over(self, partition: Partition) -> None:
        hold = self._holds.pop(partition, None)
        if hold is not None and hold.told:
            log.info(
                "the open transaction has ended: the partition is read on",
                topic=partition.topic,
                partition=partition.number,
                offset=hold.at[0],
            )
