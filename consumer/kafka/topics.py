"""Topics that must exist before the first record is read."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from consumer.config import KafkaConfig
from consumer.kafka.client import Silent, client_options
from consumer.kafka.reach import SECONDS, Heard, cluster

# The brokers' default of 1 MB would refuse a dead letter from a topic that takes larger records, and hold that
# topic up. 8 MB is the most that every managed Kafka allows.
_CONFIG = {"max.message.bytes": str(8 << 20)}


class TopicsMissing(Exception):  # noqa: N818 - it says what happened
    """Topics that the service writes to are missing and could not be created."""


def ensure_topics(config: KafkaConfig, wanted: Sequence[str]) -> None:
    """Creates the topics that are missing, with the brokers' defaults, but for records of up to 8 MB.

    Raises TopicsMissing or Unreachable, with what to do, or KafkaException for options that no client can be made
    with.
    """
    heard = Heard()
    ours = {"logger": Silent(), "error_cb": heard}
    producer = Producer(client_options(config, {}, "producer") | ours)
    known = cluster(producer, config, heard).topics
    # Asking for a topic by name creates it where the brokers create topics by themselves.
    missing = [
        topic
        for topic in wanted
        if topic not in known and producer.list_topics(topic, timeout=SECONDS).topics[topic].error
    ]
    if not missing:
        return
    admin = AdminClient(client_options(config, {"logger": Silent()}, "admin"))
    futures = admin.create_topics(
        [NewTopic(topic, -1, -1, config=_CONFIG) for topic in missing], operation_timeout=SECONDS
    )
    if faults := [fault for topic, future in futures.items() if (fault := _fault(topic, future))]:
        raise TopicsMissing(
            "topics are missing and could not be created; create them, or allow the service to: " + "; ".join(faults)
        )


def delete_topics(config: KafkaConfig, topics: Sequence[str]) -> None:
    """Deletes topics; one that cannot be deleted stays."""
    admin = AdminClient(client_options(config, {"logger": Silent()}, "admin"))
    for future in admin.delete_topics(list(topics), operation_timeout=SECONDS).values():
        with suppress(KafkaException, TimeoutError):
            future.result(timeout=SECONDS)


def _fault(topic: str, future: Future[None]) -> str:
    try:
        future.result(timeout=SECONDS)
    except KafkaException as error:
        exists = error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS
        return "" if exists else f"{topic}: {error.args[0].str()}"
    except TimeoutError:
        return f"{topic}: the brokers did not answer in time"
    return ""
