"""How far behind the partitions that are ours are: the brokers' ends against what was read and settled here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from consumer.delivery.engine import Engine
from consumer.delivery.task import PartitionState
from consumer.pipeline.backdated import Backdated
from consumer.records import Partition, Record
from consumer.telemetry.cluster import ClusterView, Ends
from consumer.telemetry.health import Health
from consumer.telemetry.losses import LossLedger
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.missing_topics import MissingTopics
from consumer.telemetry.open_transactions import OpenTransactions, Standing
from consumer.telemetry.reading import Reading

_INTERVAL = 5.0


class HasView(Protocol):
    """Who asks the brokers."""

    view: ClusterView

    def follow(self, partitions: frozenset[Partition]) -> None: ...


class HasPositions(Protocol):
    """Who reads."""

    def positions(self, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        """Up to where each was read, the markers of transactions included; without those of which nothing was."""


class Reached(NamedTuple):
    """How far a partition is.

    Attributes:
        read: the first offset that was not read; None: that is not known before the first record.
        in_hand: how many offsets below it are not settled.
        begun: whether any was read since the partition is ours.
        paused: it is not being read for now.
    """

    read: int | None
    in_hand: int
    begun: bool
    paused: bool


class Lag:
    """Shows what follows from a view of the cluster: lag, loss, open transactions, missing topics.

    The loop calls it; what the watch answers arrives as a frozen view.
    """

    def __init__(  # noqa: PLR0913 - what it reads and what it shows, handed in
        self,
        *,
        metrics: Metrics,
        health: Health,
        engine: Engine,
        watch: HasView,
        losses: LossLedger,
        named: Iterable[str],
        retry_topic: str = "",
        unreadable: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Begin without a view.

        Args:
            metrics: where it is shown.
            health: where missing topics are shown.
            engine: what is read and settled.
            watch: what the brokers say.
            losses: takes what was gone before it was read.
            named: the topics that are read by their name.
            retry_topic: the one that has a consumer of its own.
            unreadable: whether Kafka refuses a topic.
        """
        self._metrics = metrics
        self._engine = engine
        self._watch = watch
        self._losses = losses
        self._missing = MissingTopics(metrics, health, named)
        self._transactions = OpenTransactions(metrics)
        self._reading = Reading(metrics, retry_topic, unreadable)
        self._backdated = Backdated(metrics)
        self._reader: HasPositions | None = None
        self._seen = watch.view
        self._assigned: frozenset[Partition] = frozenset()
        self._ends: dict[Partition, Ends] = {}
        """The last answer for each: while no broker answers, what is read still counts against it."""
        self._next = 0.0

    @property
    def fault(self) -> str:
        """Why nothing comes of it that partitions are ours; empty: something does."""
        return self._reading.fault

    def read_by(self, reader: HasPositions) -> None:
        """Who is asked for positions from now on."""
        self._reader = reader

    def read(self, records: Sequence[Record], now: float) -> None:
        """These were read now, in seconds since the epoch."""
        self._backdated.read(records, now)

    def show(self, now: float, *, changed: bool = False) -> None:
        """Nothing within some seconds of the last time, unless there is a new view.

        Args:
            now: seconds since the epoch.
            changed: the partitions have changed.
        """
        view = self._watch.view
        fresh = view is not self._seen
        if not (fresh or changed or now >= self._next):
            return
        self._next = now + _INTERVAL
        self._seen = view
        self._follow()
        self._ends |= {partition: ends for partition, ends in view.ends.items() if partition in self._assigned}
        reached = self._reached()
        for partition, each in reached.items():
            if (ends := self._ends.get(partition)) is not None:
                self._show(partition, each, ends)
        if fresh:
            self._judge(view, reached, now)

    def _follow(self) -> None:
        assigned = frozenset(self._engine.partitions.assigned)
        if assigned == self._assigned:
            return
        for topic in {partition.topic for partition in assigned}:
            self._metrics.records_lost.prepare((topic,))
            self._metrics.open_transaction.prepare((topic,))
            self._metrics.records_backdated.prepare((topic,))
        self._backdated.retain(assigned)
        self._assigned = assigned
        self._ends = {partition: ends for partition, ends in self._ends.items() if partition in assigned}
        self._transactions.retain(assigned)
        self._watch.follow(assigned)

    def _reached(self) -> dict[Partition, Reached]:
        states = self._engine.partitions.states
        if not states or self._reader is None:
            return {}
        positions = self._reader.positions([each.partition for each in states])
        return {each.partition: _reached(each, positions.get(each.partition)) for each in states}

    def _show(self, partition: Partition, reached: Reached, ends: Ends) -> None:
        unread = max(0, ends.high - _start(reached, ends))
        key = (partition.topic, str(partition.number))
        self._metrics.unread_records[key].set(unread)
        self._metrics.consumer_lag[key].set(unread + reached.in_hand)

    def _judge(self, view: ClusterView, reached: Mapping[Partition, Reached], now: float) -> None:
        """What is told of once: each view is looked at once."""
        self._missing.observe(view.missing, now)
        for topic, count in view.partitions.items():
            self._metrics.topic_partitions[topic].set(count)
        standing = {}
        for partition, each in reached.items():
            if (ends := view.ends.get(partition)) is None:
                continue
            if each.read is not None and each.read >= ends.high:
                self._backdated.at_end(partition, now)
            standing[partition] = Standing(_start(each, ends), ends.stable, ends.high, each.paused, ends.low)
            # Elsewhere Kafka's client may have fetched ahead what is gone since: it is read all the same.
            if each.read is not None and ends.low > each.read and (each.paused or not each.begun):
                self._losses.lost(partition, each.read, ends.low)
        self._transactions.observe(standing, now)
        self._reading.observe(standing, now)


def _reached(state: PartitionState, position: int | None) -> Reached:
    tracker = state.settled
    if state.stopped:  # the client may have fetched some of it before it was told not to
        return Reached(state.acknowledged, 0, begun=False, paused=True)
    read = max(tracker.next, position or 0)
    begun, watermark = read > 0, tracker.watermark
    if not begun:
        return Reached(state.acknowledged, 0, begun=False, paused=bool(state.paused))
    if state.held:  # records that were read wait for their schema, and the tracker has not seen them
        settled = state.acknowledged if watermark is None else watermark
        in_hand = 0 if settled is None else read - settled
    else:
        in_hand = 0 if watermark is None else tracker.next - watermark
    return Reached(read, max(0, in_hand), begun=True, paused=bool(state.paused))


def _start(reached: Reached, ends: Ends) -> int:
    """Where reading goes on."""
    return ends.low if reached.read is None else max(reached.read, ends.low)
