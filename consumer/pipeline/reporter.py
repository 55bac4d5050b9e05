"""What the pipeline tells the outside: metrics, health, and one log line an incident."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import structlog

from consumer.delivery.decisions import Commit, Settlement
from consumer.delivery.engine import Engine
from consumer.pipeline.ages import Ages, ages
from consumer.pipeline.caches import NO_CACHES, Caches
from consumer.pipeline.failed_records import FailedRecords
from consumer.pipeline.gauges import EngineGauges, HasOldest, HasOutage
from consumer.pipeline.lag import Lag
from consumer.pipeline.omissions import OmittedFields
from consumer.pipeline.outages import Outages
from consumer.pipeline.token_state import HasToken, TokenState
from consumer.records import Mapped, Outcome, Partition, Record, Send
from consumer.telemetry.health import Health
from consumer.telemetry.incidents import Incidents
from consumer.telemetry.metrics import LoopState, Metrics
from consumer.telemetry.read_errors import ReadErrors
from consumer.telemetry.stopwatch import Stopwatch

log = structlog.get_logger(__name__)

# One alone costs nearly as much to count as many do.
_COUNTED_TOGETHER = 64
_COUNT_SECONDS = 0.05
_TELL_SECONDS = 1.0
_REGROUPED = ("ILLEGAL_GENERATION", "REBALANCE_IN_PROGRESS", "STALE_MEMBER_EPOCH")


class Reporter:
    """Counts what happens as it happens, and has the state of the engine shown.

    `name_of` makes of a customer's id the name that may stand in a log; `addresses` are those of the destinations;
    `by_own_time`: there are events that say themselves when they were.
    """

    def __init__(  # noqa: PLR0913 - what it reports to and what it reports of, handed in
        self,
        metrics: Metrics,
        health: Health,
        stopwatch: Stopwatch,
        engine: Engine,
        registry: HasOutage | None = None,
        *,
        intake: HasOldest | None = None,
        lag: Lag | None = None,
        caches: Caches = NO_CACHES,
        name_of: Callable[[str], str] = lambda _: "",
        addresses: Mapping[str, str] = MappingProxyType({}),
        read_errors: ReadErrors | None = None,
        by_own_time: bool = False,
        tokens: HasToken | None = None,
    ) -> None:
        self._metrics = metrics
        self._health = health
        self._engine = engine
        self._lag = lag
        self._gauges = EngineGauges(metrics, health, engine, registry, intake, lag, caches, name_of, read_errors)
        self._token = TokenState(metrics, health, tokens)
        self.stopwatch = stopwatch
        self.records: Counter[Outcome] = Counter()
        """How many records were settled, by what became of them."""
        self._uncounted: list[Settlement] = []
        """Delivered, and not in the metrics yet."""
        self._ages: dict[str, list[float]] = {}
        """Of those, in seconds, by destination."""
        self._event_ages = Ages(metrics, by_own_time=by_own_time)
        self._count_at = 0.0
        self._incidents = Incidents()
        self._failures = FailedRecords(name_of)
        self._tell_at = 0.0
        self._omissions = OmittedFields(metrics)
        self._outages = Outages(metrics, health, engine, addresses)
        self._leaving = False
        self._write_failed = self._receipt_failed = False

    @property
    def resting(self) -> LoopState:
        """What the loop does while no request is out: what is in memory then waits for its time."""
        if self._engine.partitions.buffer.memory.records:
            return "backing_off"
        return "paused" if self._engine.partitions.paused else "polling"

    def consumed(self, records: Sequence[Record], now: float) -> None:
        if not records:
            return
        for topic, count in Counter([record.partition.topic for record in records]).items():
            self._metrics.events_consumed[topic].inc(count)
        self._event_ages.consumed(records, now)
        if self._lag is not None:
            self._lag.read(records, now)

    def mapped(self, record: Record, mapped: Mapped, now: float) -> None:
        """What mapping made of a record: nothing to tell of nearly all."""
        if self._event_ages.by_own_time:
            self._event_ages.mapped(record, now)
        if type(mapped) is Send and (mapped.omitted or self._omissions.watching):
            self._omissions.look(record, mapped, now)

    def settled(self, settlements: Sequence[Settlement], now: float) -> None:
        """Counts them: the delivered, nearly all of them, together with the next ones where these are few."""
        if settlements:
            delivered = [each for each in settlements if each.outcome is Outcome.DELIVERED]
            self._uncounted += delivered
            records: dict[str, list[Record]] = {}
            for each in delivered:
                records.setdefault(each.destination, []).append(each.record)
            for destination, those in records.items():
                self._ages.setdefault(destination, []).extend(ages(those, now))
            if len(delivered) < len(settlements):
                self._others([each for each in settlements if each.outcome is not Outcome.DELIVERED], now)
        if now >= self._count_at or len(self._uncounted) >= _COUNTED_TOGETHER:
            self._count_at = now + _COUNT_SECONDS
            self._count()

    def _count(self) -> None:
        """Without a look at each: an outcome is slow to hash, and each count has a lock."""
        if not self._uncounted:
            return
        self.records[Outcome.DELIVERED] += len(self._uncounted)
        kinds = Counter([(each.destination, each.record.origin.topic, each.events) for each in self._uncounted])
        for (destination, topic, events), count in kinds.items():
            # A record that was split has thousands of one kind.
            for event, times in Counter(events).items() if len(events) > 1 else ((events[0], 1),):
                self._metrics.events[destination, topic, event, Outcome.DELIVERED].inc(count * times)
        for destination, found in self._ages.items():
            self._metrics.age_delivered[destination].observe_many(found)
        self._uncounted, self._ages = [], {}

    def _others(self, settlements: Sequence[Settlement], now: float) -> None:
        events: Counter[tuple[str, str, str, Outcome]] = Counter()
        for settlement in settlements:
            self._undelivered(settlement, events, now)
        for key, count in events.items():
            self._metrics.events[key].inc(count)

    def _undelivered(
        self, settlement: Settlement, counts: Counter[tuple[str, str, str, Outcome]], now: float
    ) -> None:
        outcome, failure = settlement.outcome, settlement.failure
        self.records[outcome] += 1
        for number, event in enumerate(settlement.events):
            became = Outcome.DELIVERED if number < settlement.delivered else outcome
            counts[settlement.destination, settlement.record.origin.topic, event, became] += 1
        if failure is None:
            return
        if outcome is Outcome.DEAD_LETTER:
            self._metrics.dead_letters[failure.reason].inc()
        self._failures.happened(settlement, failure, now)

    def committed(self) -> None:
        self._metrics.commits["ok"].inc()

    def committing(self, commits: Sequence[Commit]) -> None:
        for commit in commits:
            key = (commit.partition.topic, str(commit.partition.number))
            self._metrics.settled_map_bytes[key].set(len(commit.metadata))

    def commit_failed(self, partitions: Sequence[Partition], error: str, now: float) -> None:
        self._metrics.commits["failed"].inc()
        if (suppressed := self._incidents.happened("commit", now)) is not None:
            # In every rollout one is under way while the group changes; who loses partitions by it is told so.
            tell = log.info if any(name in error for name in _REGROUPED) else log.warning
            tell(
                "a commit failed; it is repeated",
                partitions=list(map(str, partitions)),
                error=error,
                suppressed=suppressed,
            )

    def write_failed(self, error: str, now: float, *, receipt: bool = False) -> None:
        if receipt:
            self._metrics.receipt_produce_failures.inc()
            self._receipt_failed = True
            kind = "receipt"
            what = "a receipt could not be written; what it is of is not committed, and it is written again"
        else:
            self._write_failed = True
            kind = "write"
            what = "a failed record could not be written; it stays unsettled and is written again"
        if (suppressed := self._incidents.happened(kind, now)) is not None:
            log.error(what, error=error, suppressed=suppressed)

    def rebalanced(self, kind: str, partitions: Sequence[Partition], assigned: Sequence[Partition]) -> None:
        self._metrics.rebalances[kind].inc()
        self._metrics.retain_partitions(assigned)
        for state in self._engine.partitions.states:
            self._metrics.topic_paused[state.partition.topic].set(state.stopped)
        self._gauges.show_ages_next()
        changed = list(map(str, sorted(partitions)))
        log.info("partitions changed", change=kind, partitions=changed, assigned=len(assigned))

    def leaving(self) -> None:
        self._leaving = True
        self._health.ready(False, "draining")
        unsent = max(0, self._engine.partitions.buffer.memory.records - self._engine.requests_in_flight)
        log.info("stopping: finishing what is in flight; the rest is read again by who comes next", unsent=unsent)

    def left(self) -> None:
        log.info("stopped")

    def flush(self) -> None:
        """Counts what is not counted yet, and tells what is not told yet, before the process ends."""
        self._count()
        self._failures.tell_untold()
        self.stopwatch.flush()

    def state(self, now: float, *, joined: bool) -> None:
        """The loop ticks, and the engine's state is shown, at most once a second.

        Ready is who has joined the group: with more members than partitions, some own none. Who has no token that is
        good is not: the brokers hear nothing of it. Nor is who reads nothing while its partitions grow.
        """
        self._health.tick(now)
        expired = self._token.show()
        if joined and not self._leaving:
            fault = expired or ("" if self._lag is None else self._lag.fault)
            self._health.ready(not fault, fault)
        self._outages.show()
        if now >= self._tell_at:
            self._tell_at = now + _TELL_SECONDS
            self._failures.tell_untold(now)
        if self._write_failed and not self._engine.write_error:
            self._write_failed = False
            log.info("failed records can be written again")
        if self._receipt_failed and self._engine.receipts is not None and not self._engine.receipts.error:
            self._receipt_failed = False
            log.info("receipts can be written again")
        self._gauges.show(now)
