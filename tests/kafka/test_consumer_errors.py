"""What an error of the consumer is: one to be mended, one of a moment, or nothing new."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from confluent_kafka import KafkaError, Message
from structlog.testing import capture_logs

from consumer.kafka.consumer_errors import ConsumerErrors
from consumer.telemetry.read_errors import WHOLE_TOPIC, ReadErrors

LASTING = [KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.GROUP_AUTHORIZATION_FAILED]
NOTHING_NEW = [KafkaError._PARTITION_EOF, KafkaError.UNKNOWN_TOPIC_OR_PART]  # noqa: SLF001 - confluent-kafka's public names for them


class Lasting:
    """Stands for the read errors."""

    def __init__(self) -> None:
        self.began_: list[tuple[str, int, str]] = []

    def began(self, topic: str, partition: int, error: str) -> None:
        self.began_.append((topic, partition, error))


@pytest.fixture
def lasting() -> Lasting:
    return Lasting()


@pytest.fixture
def errors(lasting: Lasting) -> ConsumerErrors:
    return ConsumerErrors(cast("ReadErrors", lasting))


def in_place_of_a_record(topic: str | None, partition: int | None) -> Message:
    return cast("Message", SimpleNamespace(topic=lambda: topic, partition=lambda: partition))


@pytest.mark.parametrize("code", LASTING)
def test_what_somebody_must_mend_is_kept_with_its_place(errors: ConsumerErrors, lasting: Lasting, code: int) -> None:
    error = KafkaError(code)
    with capture_logs() as lines:
        errors(error)
        errors.handle(in_place_of_a_record("shop.orders", 3), error)
        errors.handle(in_place_of_a_record("shop.orders", None), error)

    assert lasting.began_ == [
        ("", WHOLE_TOPIC, error.str()),
        ("shop.orders", 3, error.str()),
        ("shop.orders", WHOLE_TOPIC, error.str()),
    ]
    assert lines == []


@pytest.mark.parametrize("code", LASTING)
def test_without_a_place_to_keep_it_it_is_a_line(code: int) -> None:
    with capture_logs() as lines:
        ConsumerErrors(None)(KafkaError(code))

    assert [line["code"] for line in lines] == [KafkaError(code).name()]


@pytest.mark.parametrize("code", NOTHING_NEW)
def test_the_end_of_a_partition_and_a_topic_that_is_not_there_are_nothing_new(
    errors: ConsumerErrors, lasting: Lasting, code: int
) -> None:
    """The second is told by the watch of the cluster, under both group protocols."""
    with capture_logs() as lines:
        errors.handle(in_place_of_a_record("shop.orders", 3), KafkaError(code))

    assert (lines, lasting.began_) == ([], [])


def test_an_error_of_a_moment_is_a_line_with_its_place_if_it_has_one(
    errors: ConsumerErrors, lasting: Lasting
) -> None:
    error = KafkaError(KafkaError.NOT_LEADER_FOR_PARTITION)
    with capture_logs() as lines:
        errors.handle(in_place_of_a_record("shop.orders", 3), error)
        errors.handle(in_place_of_a_record(None, None), error)

    line: dict[str, Any] = {"event": "Kafka reports an error", "error": error.str(), "code": error.name()}
    line |= {"log_level": "warning", "suppressed": 0}
    assert lines == [line | {"topic": "shop.orders", "partition": 3}, line]
    assert lasting.began_ == []


def test_the_same_again_is_suppressed_and_another_topics_is_not(errors: ConsumerErrors) -> None:
    """A line a minute of each kind: brokers that are down are told of many times a second."""
    error = KafkaError(KafkaError.NOT_LEADER_FOR_PARTITION)
    with capture_logs() as lines:
        for topic in ("one", "one", "other"):
            errors.handle(in_place_of_a_record(topic, 0), error)

    assert [line["topic"] for line in lines] == ["one", "other"]


def test_brokers_that_are_all_down_are_told_in_words_that_say_what_follows(errors: ConsumerErrors) -> None:
    with capture_logs() as lines:
        errors(KafkaError(KafkaError._ALL_BROKERS_DOWN))  # noqa: SLF001 - confluent-kafka's public name for it

    assert [line["event"] for line in lines] == ["Kafka does not answer; it is tried again until it does"]


def test_a_fatal_error_is_the_members_affair(errors: ConsumerErrors, lasting: Lasting) -> None:
    """It ends, or is made anew; a second line would be of nothing else."""
    with capture_logs() as lines:
        errors(KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED, "gone", True))
        errors(KafkaError(KafkaError._FATAL, "gone"))  # noqa: SLF001 - confluent-kafka's public name for it

    assert (lines, lasting.began_) == ([], [])
