"""Lag, loss and open transactions: what the brokers say, set against what the engine has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from consumer.config.model import Config
from consumer.delivery.engine import Engine
from consumer.delivery.policy import DeliveryPolicy
from consumer.pipeline.lag import Lag
from consumer.pipeline.reporter import Reporter
from consumer.records import Answer, EventRequest, Partition, Record, Send
from consumer.telemetry.cluster import ClusterView, Ends
from consumer.telemetry.health import Health
from consumer.telemetry.losses import LossLedger
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.stopwatch import Stopwatch
from tests.support.configs import SOUND

HOME = Partition("shop.orders", 3)
NOW = 1_800_000_000.0


class Watch:
    """Scripted answers of the brokers."""

    def __init__(self) -> None:
        self.view = ClusterView()
        self.followed: frozenset[Partition] = frozenset()

    def follow(self, partitions: frozenset[Partition]) -> None:
        self.followed = partitions


@dataclass
class Desk:
    """A partition that is ours, and what is shown of it; at most two records are in memory."""

    committed: int | None = None
    start: int | None = None
    now: float = NOW
    read: int = 0
    marker: int = 0
    watch: Watch = field(default_factory=Watch)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        policy = DeliveryPolicy.from_config(Config.model_validate(SOUND))
        self.engine = Engine(replace(policy, buffered_records=2))
        self.metrics = metrics = Metrics(self.registry)
        self.health = Health(lambda: NOW)
        self.lag = Lag(
            metrics=metrics,
            health=self.health,
            engine=self.engine,
            watch=self.watch,
            losses=LossLedger(metrics),
            named=[HOME.topic],
        )
        self.lag.read_by(self)
        self.engine.partitions.assign(HOME, self.committed, "", start=self.start)
        self.read = self.committed or 0

    def positions(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """As of Kafka's client: what was read, with the markers behind it."""
        position = max(self.engine.partitions.states[0].settled.next, self.marker)
        return dict.fromkeys(partitions, position) if position else {}

    def answer(self, low: int, high: int, stable: int | None = None, after: float = 10) -> None:
        """A round of the watch, and the loop's look at it."""
        self.now += after
        self.watch.view = ClusterView({HOME: Ends(low, high, high if stable is None else stable)})
        self.lag.show(self.now)

    def take(self, count: int, *, deliver: bool = False) -> None:
        for _ in range(count):
            record = Record(HOME, self.read, str(self.read).encode(), b"{}")
            self.engine.take(record, Send((EventRequest("search", b"{}", "jane"),)), self.now)
            self.read += 1
        for ticket, _ in self.engine.decide(self.now).sends:
            if deliver:
                self.engine.answered(ticket, Answer(202), self.now)
        self.engine.decide(self.now)

    def value(self, name: str) -> float | None:
        labels = {"topic": HOME.topic}
        if name in {"consumer_lag", "unread_records"}:
            labels["partition"] = str(HOME.number)
        return self.registry.get_sample_value(f"bluecore_consumer_{name}", labels)

    @property
    def shown(self) -> tuple[float | None, float | None]:
        """The lag, and what of it was not read."""
        return self.value("consumer_lag"), self.value("unread_records")


def test_who_reads_nothing_while_its_partitions_grow_is_not_ready() -> None:
    """The brokers say that records come, and Kafka's client gives none."""
    desk = Desk(committed=40)
    watch = Stopwatch(lambda: NOW, desk.metrics.loop_seconds)
    reporter = Reporter(desk.metrics, desk.health, watch, desk.engine, lag=desk.lag)
    for end in range(40, 60):
        reporter.state(desk.now, joined=True)
        assert desk.health.readiness().ok == (end < 54)
        desk.answer(0, end)
    assert "nothing was read" in str(desk.health.readiness().body["reason"])
    assert desk.health.liveness().ok
    desk.take(1)
    desk.answer(0, 60)
    reporter.state(desk.now, joined=True)
    assert desk.health.readiness().ok


def test_before_anything_is_read_the_lag_is_what_is_behind_the_commit() -> None:
    desk = Desk(committed=40)
    desk.answer(0, 100)
    assert desk.shown == (60, 60)
    assert desk.watch.followed == {HOME}


def test_without_a_commit_it_is_all_that_is_there() -> None:
    desk = Desk()
    desk.answer(10, 100)
    assert desk.shown == (90, 90)


def test_where_reading_begins_elsewhere_what_is_before_is_no_lag() -> None:
    """A new group with `auto.offset.reset: latest`, or a commit that is out of range."""
    desk = Desk(start=95)
    desk.answer(10, 100)
    assert desk.shown == (5, 5)
    assert desk.value("records_lost_total") == 0


def test_a_transaction_may_be_the_first_that_there_is() -> None:
    desk = Desk()
    desk.answer(0, 51, stable=0)
    desk.answer(0, 51, stable=0, after=30)
    assert desk.shown == (51, 51)
    assert desk.value("open_transaction_seconds") == 30


def test_it_is_there_with_the_partitions_where_the_brokers_were_asked_before() -> None:
    desk = Desk(committed=40)
    desk.watch.view = ClusterView({HOME: Ends(0, 100, 100)})
    desk.lag.show(desk.now, changed=True)
    assert desk.shown == (60, 60)


def test_what_was_read_counts_until_it_is_settled() -> None:
    desk = Desk()
    desk.take(2)
    desk.answer(0, 100)
    assert desk.shown == (100, 98)

    settled = Desk()
    settled.take(2, deliver=True)
    settled.answer(0, 100)
    assert settled.shown == (98, 98)


def test_it_moves_while_the_partition_is_paused() -> None:
    """In an outage of Bluecore with the memory full, and without another record read."""
    desk = Desk()
    desk.take(2)
    assert desk.engine.partitions.paused
    desk.answer(0, 10_314)
    desk.answer(0, 230_000)
    assert desk.shown == (230_000, 229_998)


def test_it_counts_what_is_behind_an_open_transaction() -> None:
    desk = Desk()
    desk.take(1, deliver=True)
    desk.answer(0, 52, stable=1)
    assert desk.shown == (51, 51)
    desk.answer(0, 52, stable=1, after=70)
    assert desk.value("open_transaction_seconds") == 70


def test_behind_the_marker_of_a_transaction_nothing_is_left() -> None:
    """No commit covers it, and no record will."""
    desk = Desk()
    desk.take(2, deliver=True)
    desk.marker = 3
    desk.answer(0, 3)
    assert desk.shown == (0, 0)


def test_records_that_wait_for_their_schema_are_not_settled() -> None:
    """The client has read them, and the engine has not seen them."""
    desk = Desk(committed=0)
    desk.engine.partitions.hold(HOME, held=True)
    desk.marker = 5
    desk.answer(0, 20)
    assert desk.shown == (20, 15)


def test_what_is_read_counts_against_the_last_answer_while_no_other_comes() -> None:
    desk = Desk()
    desk.answer(0, 100)
    desk.take(2, deliver=True)
    desk.watch.view = ClusterView()
    desk.now += 10
    desk.lag.show(desk.now)
    assert desk.shown == (98, 98)


def test_what_went_behind_a_pause_is_counted_once_and_waits_no_more() -> None:
    desk = Desk()
    desk.take(2)
    desk.answer(0, 100)
    with capture_logs() as logs:
        desk.answer(50, 100)
        desk.answer(50, 100)
        desk.answer(60, 120)
    assert [(line["start"], line["end"]) for line in logs] == [(2, 50), (50, 60)]
    assert desk.value("records_lost_total") == 58
    assert desk.shown == (62, 60), "two in memory, and what is still there"


def test_what_went_while_nobody_read_is_counted_at_the_start() -> None:
    desk = Desk(committed=40)
    desk.answer(100, 100)
    assert desk.value("records_lost_total") == 60
    assert desk.shown == (0, 0)


def test_what_was_fetched_ahead_is_not_lost() -> None:
    """Of a partition that is being read, records may be on their way here though the brokers have them no more."""
    desk = Desk()
    desk.take(1)
    assert not desk.engine.partitions.paused
    desk.answer(50, 100)
    assert desk.value("records_lost_total") == 0


def test_a_partition_that_left_is_shown_no_more() -> None:
    desk = Desk(committed=40)
    desk.answer(0, 100)
    desk.engine.partitions.forget([HOME])
    desk.now += 10
    desk.lag.show(desk.now, changed=True)
    assert desk.watch.followed == frozenset()
    desk.answer(100, 100)
    assert desk.value("records_lost_total") == 0
