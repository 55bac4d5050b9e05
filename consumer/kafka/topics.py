"""Topics that must exist before the first record is read."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from consumer.config.model import KafkaConfig
from consumer.errors import ExpectedError
from consumer.kafka.client import client_options
from consumer.kafka.connection import TIMEOUT_SECONDS, ErrorCollector, cluster_metadata
from consumer.kafka.logging import NullLogger

# The brokers' default of 1 MB would refuse a dead letter from a topic that takes larger records, and hold that
# topic up. 8 MB is the most that every managed Kafka allows.
_CONFIG = {"max.message.bytes": str(8 << 20)}
# Where topics have no such setting, they are made without.
_REFUSED = KafkaError.INVALID_CONFIG


class TopicsMissing(ExpectedError):
    """Topics that the service writes to are missing and could not be created."""


def ensure_topics(config: KafkaConfig, wanted: Sequence[str]) -> dict[str, int]:
    """Creates the topics that are missing, with the brokers' defaults, but for records of up to 8 MB.

    Returns:
        The number of partitions of each topic.

    Raises:
        TopicsMissing: some could not be created, with what to do.
        Unreachable: no broker answers.
        KafkaException: no client can be made with these options.
    """
    reported = ErrorCollector()
    callbacks = {"logger": reported, "error_cb": reported}
    producer = Producer(client_options(config, {}, "producer") | callbacks)
    known = cluster_metadata(producer, config, reported).topics
    # Asking for a topic by name creates it where the brokers create topics by themselves.
    partitions = {
        topic: len(known[topic].partitions) if topic in known else _partitions(producer, topic) for topic in wanted
    }
    missing = [topic for topic, count in partitions.items() if not count]
    if not missing:
        return partitions
    with AdminClient(client_options(config, {"logger": NullLogger()}, "admin")) as admin:
        errors = _created(admin, missing, _CONFIG)
        if errors and _REFUSED in {error.code() for error in errors.values()}:
            errors = _created(admin, list(errors), {})
    if errors:
        told = "; ".join(f"{topic}: {error.str()}" for topic, error in errors.items())
        raise TopicsMissing(
            f"topics are missing and could not be created; create them, or allow the service to: {told}"
        )
    return partitions | {topic: _partitions_of_new(producer, topic) for topic in missing}


def delete_topics(config: KafkaConfig, topics: Sequence[str]) -> None:
    """Deletes topics; one that cannot be deleted stays."""
    with AdminClient(client_options(config, {"logger": NullLogger()}, "admin")) as admin:
        for future in admin.delete_topics(list(topics), operation_timeout=TIMEOUT_SECONDS).values():
            with suppress(KafkaException, TimeoutError):
                future.result(timeout=TIMEOUT_SECONDS)


def _partitions(producer: Producer, topic: str) -> int:
    """How many; 0: there is no such topic yet."""
    return len(producer.list_topics(topic, timeout=TIMEOUT_SECONDS).topics[topic].partitions)


def _partitions_of_new(producer: Producer, topic: str) -> int:
    """Waits until the brokers show the topic: not every one knows it at once."""
    shown = Retrying(
        retry=retry_if_result(lambda count: not count), wait=wait_fixed(0.1), stop=stop_after_delay(TIMEOUT_SECONDS)
    )
    try:
        return shown(_partitions, producer, topic)
    except RetryError:
        raise TopicsMissing(f"{topic} was created, but the brokers do not show it: look at their logs") from None


def _created(admin: AdminClient, topics: Sequence[str], config: dict[str, str]) -> dict[str, KafkaError]:
    """Why some could not be created, by topic."""
    new = [NewTopic(topic, -1, -1, config=config) for topic in topics]
    futures = admin.create_topics(new, operation_timeout=TIMEOUT_SECONDS)
    return {topic: error for topic, future in futures.items() if (error := _creation_error(future)) is not None}


def _creation_error(future: Future[None]) -> KafkaError | None:
    try:
        future.result(timeout=TIMEOUT_SECONDS)
    except KafkaException as error:
        refused: KafkaError = error.args[0]
        return None if refused.code() == KafkaError.TOPIC_ALREADY_EXISTS else refused
    except TimeoutError:
        return KafkaError(KafkaError._TIMED_OUT, "the brokers did not answer in time")  # noqa: SLF001
    return None
