"""Failed records are written where they belong, and each write's result comes back under its ticket."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError

from consumer.config.model import Config
from consumer.delivery.failures import TooLargeToWrite
from consumer.delivery.memory_budget import MemoryBudget
from consumer.delivery.offset_tracker import OffsetTracker
from consumer.delivery.task import PartitionState, Task
from consumer.kafka.publisher import Publisher
from consumer.kafka.topics import ensure_topics
from consumer.records import EventRequest, Failure, Outcome, Partition, Reason, Record, Stage
from tests.kafka.support import config
from tests.support.brokers import Broker
from tests.support.settings import service_settings
from tests.support.waiting import eventually

ORDERS = Partition("shop.orders", 3)
ROUTES = [{"topic": ORDERS.topic, "event": "purchase"}]


def failed(
    outcome: Outcome,
    *,
    key: bytes | None = b"jane",
    offset: int = 42,
    ordered: bool = False,
    by_customer: bool = False,
) -> Task:
    record = Record(ORDERS, offset, key, b"value", 1_700_000_000_000, (("trace", b"1"),))
    state = PartitionState(ORDERS, 0, redelivers=False, settled=OffsetTracker(), usage=MemoryBudget(10, 1000))
    requests = (EventRequest("optin", b"{}", "jane@example.com"),)
    task = Task(record, state, requests, priority=0, size=0, number=0, ordered=ordered, by_customer=by_customer)
    task.failure = Failure(outcome, Reason.RETRIES_EXHAUSTED, Stage.DELIVER, "HTTP 500", 500, 4, 1.0, 2.0)
    return task


@pytest.fixture
def settings(broker: Broker) -> Config:
    return config(broker, broker.group())


@contextmanager
def publisher_of(settings: Config) -> Iterator[Publisher]:
    """The retry and the dead-letter topic exist, as they do when the service runs."""
    publisher = Publisher(settings, ensure_topics(settings.kafka, settings.dead_letters.topics))
    try:
        yield publisher
    finally:
        publisher.close(10)


def results(publisher: Publisher, count: int) -> dict[int, str | None]:
    """The results of so many writes, by ticket."""
    found: dict[int, str | None] = {}

    def all_there() -> bool:
        found.update(publisher.poll(0.05))
        return len(found) == count

    eventually(all_there, 30, f"{count} results")
    return found


def test_the_outcome_chooses_the_topic(broker: Broker, settings: Config) -> None:
    """Key, value and own headers as they were read; the failure in further headers."""
    letters = settings.dead_letters
    with publisher_of(settings) as publisher:
        publisher.publish(1, failed(Outcome.RETRY, ordered=True))
        publisher.publish(2, failed(Outcome.DEAD_LETTER, ordered=True))
        assert results(publisher, 2) == {1: None, 2: None}

    for topic, parking_key in ((letters.retry_topic, b"jane"), (letters.dead_letter_topic, None)):
        (record,) = broker.read(topic)
        assert (record.key, record.value, record.headers[0]) == (b"jane", b"value", ("trace", b"1"))
        assert dict(record.headers)["__connect.errors.offset"] == b"42"
        assert dict(record.headers).get("bluecore.ordering-key") == parking_key


def test_what_bluecore_answers_is_written_without_secrets_and_addresses(broker: Broker, settings: Config) -> None:
    namespace = settings.customer_hash_key
    task = failed(Outcome.DEAD_LETTER)
    assert task.failure is not None
    task.failure = replace(task.failure, message=f"token {namespace} may not write jane.doe@example.com")
    with publisher_of(settings) as publisher:
        publisher.publish(1, task)
        assert results(publisher, 1) == {1: None}

    (record,) = broker.read(settings.dead_letters.dead_letter_topic)
    message = dict(record.headers)["__connect.errors.exception.message"]
    assert message == b"token *** may not write ***@***"


@pytest.mark.parametrize("keyed_by_order", [False, True])
def test_a_customers_records_go_to_one_partition_whatever_their_keys(
    broker: Broker,
    settings: Config,
    keyed_by_order: bool,  # noqa: FBT001 - a table's column
) -> None:
    """So that they stay in order in the retry topic too."""
    topic = broker.topic(4, "retry")
    letters = settings.dead_letters.model_copy(update={"retry_topic": topic})
    with publisher_of(settings.model_copy(update={"dead_letters": letters})) as publisher:
        for ticket in range(20):
            key = b"order-%d" % ticket if keyed_by_order else None
            publisher.publish(ticket, failed(Outcome.RETRY, key=key, offset=ticket, by_customer=keyed_by_order))
        results(publisher, 20)

    records = broker.read(topic)

    assert len({record.partition for record in records}) == 1
    assert [dict(record.headers)["__connect.errors.offset"] for record in records] == [
        str(offset).encode() for offset in range(20)
    ]


def test_no_write_waits_for_brokers_that_are_down() -> None:
    """The thread that writes is the one that keeps the group's membership; where to write is known from the start."""
    settings = Config.model_validate(service_settings("127.0.0.1:1", ROUTES, bluecore_url="http://127.0.0.1:1"))
    publisher = Publisher(settings, {settings.dead_letters.retry_topic: 4})

    started = time.monotonic()
    for ticket in range(3):
        publisher.publish(ticket, failed(Outcome.RETRY, key=None, offset=ticket))

    assert time.monotonic() - started < 1


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_a_write_that_the_brokers_refuse_is_told(broker: Broker, settings: Config) -> None:
    """With the topic and the reason; those after it are written."""
    letters = settings.dead_letters
    with publisher_of(settings) as publisher:
        broker.limit(letters.dead_letter_topic, 100)
        publisher.publish(1, failed(Outcome.DEAD_LETTER))
        publisher.publish(2, failed(Outcome.RETRY))
        found = results(publisher, 2)

    assert found[2] is None
    assert found[1] is not None
    assert letters.dead_letter_topic in found[1]
    assert "too large" in found[1]
    assert isinstance(found[1], TooLargeToWrite)


def test_of_a_record_without_its_value_it_is_told_how_large_it_was(broker: Broker, settings: Config) -> None:
    letters = settings.dead_letters
    task = failed(Outcome.DEAD_LETTER)
    task.record = task.record.without_value()
    with publisher_of(settings) as publisher:
        publisher.publish(1, task)
        assert results(publisher, 1) == {1: None}

    (record,) = broker.read(letters.dead_letter_topic)
    headers = dict(record.headers)
    assert (record.key, record.value, "trace" in headers) == (b"jane", None, False)
    assert headers["bluecore.left-out"] == str(len(b"jane" + b"value" + b"trace" + b"1")).encode()
    assert headers["__connect.errors.offset"] == b"42"


def test_a_producer_that_has_died_is_made_anew(settings: Config) -> None:
    """As an idempotent one does when a topic is short of replicas for minutes: what it had in hand has failed."""
    with publisher_of(settings) as publisher:
        publisher.publish(1, failed(Outcome.RETRY))
        publisher._on_error(KafkaError(KafkaError._FATAL, "unable to guarantee consistency", True))  # noqa: SLF001 - no broker can be made to cause it at will
        publisher.publish(2, failed(Outcome.RETRY))
        found = results(publisher, 2)
        assert all(error is None or "urge" in error for error in found.values()), found

        publisher.publish(3, failed(Outcome.DEAD_LETTER))
        assert results(publisher, 1) == {3: None}


def test_a_record_that_has_not_failed_is_not_written(settings: Config) -> None:
    """It would be a fault of this program, and the message says of which record."""
    task = failed(Outcome.RETRY)
    task.failure = None

    with publisher_of(settings) as publisher, pytest.raises(ValueError, match=r"shop.orders\[3\] offset 42"):
        publisher.publish(1, task)


def test_a_note_is_nothing_but_headers_at_the_end_of_its_partition(broker: Broker, settings: Config) -> None:
    dead = settings.dead_letters.dead_letter_topic
    with publisher_of(settings) as publisher:
        publisher.write_marker(5, Partition(dead, 0), (("bluecore.replayed", b"1-3"),))
        assert results(publisher, 1) == {5: None}
    (write_marker,) = broker.read(dead, 1)
    assert (write_marker.partition.number, write_marker.key, write_marker.value, write_marker.headers) == (
        0,
        None,
        None,
        (("bluecore.replayed", b"1-3"),),
    )


class Full:
    """Stands for a producer whose queue is full."""

    made: list[Full]

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.flushed: list[float] = []
        Full.made.append(self)

    def produce(self, *_: object, **__: object) -> None:
        raise BufferError("Local: Queue full")

    def poll(self, _: float) -> int:
        return 0

    def flush(self, seconds: float) -> int:
        self.flushed.append(seconds)
        return 0


@pytest.fixture
def unconnected(monkeypatch: pytest.MonkeyPatch) -> Config:
    """Settings with which a publisher gets such a producer."""
    Full.made = []
    monkeypatch.setattr("consumer.kafka.publisher.Producer", Full)
    return Config.model_validate(service_settings("127.0.0.1:1", ROUTES, bluecore_url="http://127.0.0.1:1"))


def test_a_write_that_finds_no_room_has_failed_and_is_told_with_the_others(unconnected: Config) -> None:
    """An exception would end the service; the record waits, and is written anew."""
    publisher = Publisher(unconnected, {})
    publisher.publish(1, failed(Outcome.RETRY))
    publisher.write_marker(2, Partition("shop.dead", 0), ())

    assert publisher.poll() == [(1, "Local: Queue full"), (2, "Local: Queue full")]
    assert publisher.poll() == [], "each is told once"


def test_only_a_fatal_error_makes_the_producer_anew(unconnected: Config) -> None:
    publisher = Publisher(unconnected, {})
    Full.made[0].options["error_cb"](KafkaError(KafkaError._ALL_BROKERS_DOWN))  # noqa: SLF001 - confluent-kafka's public name for it
    publisher.poll()

    assert len(Full.made) == 1


@pytest.mark.parametrize(("options", "every"), [({}, 5_000), ({"statistics.interval.ms": 60_000}, 60_000)])
def test_statistics_come_every_5_seconds_unless_the_options_say_otherwise(
    unconnected: Config, options: dict[str, Any], every: int
) -> None:
    heard: list[str] = []
    kafka = unconnected.kafka.model_copy(update={"options": options})
    Publisher(unconnected.model_copy(update={"kafka": kafka}), {}, heard.append)
    Publisher(unconnected, {})

    assert Full.made[0].options["statistics.interval.ms"] == every
    assert Full.made[0].options["stats_cb"] == heard.append
    assert "stats_cb" not in Full.made[1].options


def test_a_close_waits_for_what_is_on_its_way(unconnected: Config) -> None:
    Publisher(unconnected, {}).close(7)

    assert Full.made[0].flushed == [7]


@pytest.mark.parametrize(
    ("code", "too_large"), [(KafkaError.MSG_SIZE_TOO_LARGE, True), (KafkaError.NOT_ENOUGH_REPLICAS, False)]
)
def test_what_the_brokers_find_too_large_is_told_apart(
    unconnected: Config, monkeypatch: pytest.MonkeyPatch, code: int, *, too_large: bool
) -> None:
    """It is written without its value; what fails otherwise is written again as it is."""
    delivered: list[Any] = []
    monkeypatch.setattr(Full, "produce", lambda *_, on_delivery, **__: delivered.append(on_delivery))
    publisher = Publisher(unconnected, {})
    publisher.publish(1, failed(Outcome.RETRY))
    delivered[0](KafkaError(code), SimpleNamespace(topic=lambda: "shop.retry"))

    ((ticket, error),) = publisher.poll()
    assert (ticket, error) == (1, f"shop.retry: {KafkaError(code).str()}")
    assert isinstance(error, TooLargeToWrite) is too_large
