"""No label grows with the data: 10,000 customers, keys and failures make no more series than ten."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from consumer.config.model import Config
from consumer.delivery.engine import Engine
from consumer.delivery.policy import DeliveryPolicy
from consumer.pipeline.reporter import Reporter
from consumer.records import Answer, EventRequest, Partition, Reason, Record, Reject, Send, Stage
from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.stopwatch import Stopwatch
from tests.support.configs import SOUND

NOW = 1_800_000_000.0
HOME = Partition("shop.orders", 0)


def series_after(count: int) -> int:
    """How many there are when so many customers, some of them refused, have gone through engine and reporter."""
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    metrics.prepare({HOME.topic: [("", "purchase")]})
    engine = Engine(DeliveryPolicy.from_config(Config.model_validate(SOUND)))
    reporter = Reporter(metrics, Health(lambda: NOW), Stopwatch(lambda: NOW, metrics.loop_seconds), engine)
    engine.partitions.assign(HOME, None, "")
    for number in range(count):
        customer = f"customer-{number}@example.com"
        record = Record(HOME, number, customer.encode(), b"{}", timestamp_ms=int(NOW * 1000) - number)
        reporter.consumed([record], NOW)
        engine.take(record, mapped(number, customer), NOW)
        settle(engine, reporter, number, customer)
    reporter.state(NOW + 10, joined=True)
    return sum(len(family.samples) for family in registry.collect())


def mapped(number: int, customer: str) -> Send | Reject:
    if number % 4 == 3:
        return Reject(Reason.MISSING_FIELD, Stage.MAP, f"{customer} has no order", f"field-{number}")
    return Send((EventRequest("purchase", b"{}", customer),))


def settle(engine: Engine, reporter: Reporter, number: int, customer: str) -> None:
    for _ in range(3):
        decided = engine.decide(NOW)
        for ticket, _task in decided.sends:
            engine.answered(ticket, Answer(422 if number % 2 else 202, text=f"{customer} is refused"), NOW)
        for ticket, _task in decided.writes:
            engine.written(ticket, None, NOW)
        reporter.settled(decided.settled, NOW)


def test_ten_thousand_distinct_values_make_no_more_series_than_ten() -> None:
    assert series_after(10_000) == series_after(10)
