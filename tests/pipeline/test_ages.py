"""How old events are, and which of them are from the future."""

from __future__ import annotations

from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from consumer.pipeline.ages import Ages
from consumer.records import Partition, Record, Redelivery
from consumer.telemetry.metrics import Metrics

NOW = 1_800_000_000.0
PLACE = Partition("shop.orders", 0)
METRIC = "bluecore_consumer_event_age_seconds"


def written(age: float, *, own: float | None = None, offset: int = 0) -> Record:
    """A record of this age, in seconds; `own`: the age that it says of itself."""
    own_time = None if own is None else int((NOW - own) * 1000)
    return Record(PLACE, offset, b"k", b"v", int((NOW - age) * 1000), own_time_ms=own_time)


class Told:
    """What the metrics say."""

    def __init__(self, *, by_own_time: bool = False) -> None:
        self.registry = CollectorRegistry()
        self.ages = Ages(Metrics(self.registry), by_own_time=by_own_time)

    def sum(self) -> float | None:
        return self.registry.get_sample_value(f"{METRIC}_sum", {"stage": "consumed"})

    def ahead(self) -> float | None:
        return self.registry.get_sample_value("bluecore_consumer_events_from_future_total", {"topic": "shop.orders"})


def test_a_record_is_as_old_as_kafka_says_once_it_is_read() -> None:
    told = Told()
    told.ages.consumed([written(20), written(10)], NOW)
    assert told.sum() == 30


def test_an_event_is_as_old_as_it_says_itself_once_it_is_mapped() -> None:
    """Before that nobody knows; and then it counts once."""
    told = Told(by_own_time=True)
    told.ages.consumed([written(20)], NOW)
    assert told.sum() == 0
    told.ages.mapped(written(20, own=500), NOW)
    told.ages.mapped(written(20), NOW)
    assert told.sum() == 520


def test_clocks_differ_and_nothing_is_told() -> None:
    told = Told()
    told.ages.consumed([written(-299)], NOW)
    assert (told.sum(), told.ahead()) == (0, None)


def test_what_is_from_the_future_is_counted_and_told_once_a_minute() -> None:
    """By its place and how far ahead it is: an own time in nanoseconds that was read as microseconds."""
    told = Told(by_own_time=True)
    with capture_logs() as logs:
        for offset in range(3):
            told.ages.mapped(written(0, own=-3600, offset=offset), NOW)
    assert told.ahead() == 3
    (line,) = logs
    assert line["event"] == "an event is from the future, and never grows too old"
    assert (line["topic"], line["partition"], line["offset"], line["ahead_seconds"]) == ("shop.orders", 0, 0, 3600)


def test_of_a_batch_only_that_is_told_which_is_ahead() -> None:
    told = Told()
    told.ages.consumed([written(5), written(-301), written(5)], NOW)
    assert told.ahead() == 1


def test_a_redelivery_was_told_of_before() -> None:
    told = Told()
    past = Redelivery(PLACE, 7, timestamp_ms=int((NOW + 900) * 1000))
    told.ages.consumed([Record(Partition("retry", 0), 0, b"k", b"v", int(NOW * 1000), redelivery=past)], NOW)
    assert told.ahead() is None
