"""Topics that must exist before the first record is read."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from consumer.config import KafkaConfig
from consumer.kafka.client import client_options

_TIMEOUT = 15.0


class TopicsMissing(Exception):  # noqa: N818 - it says what happened
    """Topics that the service writes to are missing and could not be created."""


def ensure_topics(config: KafkaConfig, wanted: Sequence[str]) -> None:
    """Creates the topics that are missing, with the brokers' defaults.

    Raises TopicsMissing with what to do, or KafkaException when no broker answers.
    """
    producer = Producer(client_options(config, {"logger": _Silent()}, "producer"))
    known = producer.list_topics(timeout=_TIMEOUT).topics
    # Asking for a topic by name creates it where the brokers create topics by themselves.
    missing = [
        topic
        for topic in wanted
        if topic not in known and producer.list_topics(topic, timeout=_TIMEOUT).topics[topic].error
    ]
    if not missing:
        return
    admin = AdminClient(client_options(config, {}, "admin"))
    futures = admin.create_topics([NewTopic(topic, -1, -1) for topic in missing], operation_timeout=_TIMEOUT)
    if faults := [fault for topic, future in futures.items() if (fault := _fault(topic, future))]:
        raise TopicsMissing(
            "topics are missing and could not be created; create them, or allow the service to: " + "; ".join(faults)
        )


def delete_topics(config: KafkaConfig, topics: Sequence[str]) -> None:
    """Deletes topics; one that cannot be deleted stays."""
    admin = AdminClient(client_options(config, {}, "admin"))
    for future in admin.delete_topics(list(topics), operation_timeout=_TIMEOUT).values():
        with suppress(KafkaException, TimeoutError):
            future.result(timeout=_TIMEOUT)


def _fault(topic: str, future: Future[None]) -> str:
    try:
        future.result(timeout=_TIMEOUT)
    except KafkaException as error:
        exists = error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS
        return "" if exists else f"{topic}: {error.args[0].str()}"
    except TimeoutError:
        return f"{topic}: the brokers did not answer in time"
    return ""


class _Silent:
    """A logger that says nothing: the errors come back as exceptions."""

    def log(self, *_: object, **__: object) -> None: ...
