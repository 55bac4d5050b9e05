"""Apache Kafka as chaos tests use it: stopped, killed and back again, on the same port and data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer

from tests.support.apache_kafka import ApacheKafka, Quorum, unavailable
from tests.support.brokers import Broker, Message
from tests.support.waiting import free_port

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApacheKafka]:
    if reason := unavailable():
        pytest.skip(reason)
    with ApacheKafka(tmp_path_factory.mktemp("kafka")) as kafka:
        yield kafka


def broker_of(kafka: ApacheKafka) -> Broker:
    return Broker(kafka.bootstrap, lambda topic, partitions: kafka.create_topics({topic: partitions}))


def test_what_was_acknowledged_survives_a_kill(kafka: ApacheKafka) -> None:
    """The address stays, so a client that was connected finds the broker again."""
    broker = broker_of(kafka)
    topic = broker.topic(partitions=1)
    broker.produce(topic, [Message(None, b"before")])
    address = kafka.bootstrap

    kafka.kill()
    kafka.restart()
    broker.produce(topic, [Message(None, b"after")])

    assert kafka.bootstrap == address
    assert [record.value for record in broker.read(topic, at_least=2)] == [b"before", b"after"]


def test_topics_get_the_partitions_and_the_settings_asked_for(kafka: ApacheKafka) -> None:
    """A limit on the size of a record is one that the broker then enforces."""
    kafka.create_topics({"small": 3}, {"max.message.bytes": "1000"})
    broker = broker_of(kafka)

    broker.produce("small", [Message(None, b"x" * 100, partition=2)])

    with pytest.raises(KafkaException, match="MSG_SIZE_TOO_LARGE"):
        broker.produce("small", [Message(None, b"x" * 10_000)])


def test_no_topic_appears_by_itself(kafka: ApacheKafka) -> None:
    """A misspelt topic is an error, as on most production clusters."""
    with Producer({"bootstrap.servers": kafka.bootstrap}) as client:
        error = client.list_topics("misspelt", timeout=10).topics["misspelt"].error

    assert error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART


def test_settings_that_kafka_refuses_are_shown(tmp_path: Path) -> None:
    """A chaos test with a mistyped value fails with Kafka's own words, not with a wait in vain."""
    if reason := unavailable():
        pytest.skip(reason)

    with pytest.raises(AssertionError, match="Invalid value soon for configuration"):
        ApacheKafka(tmp_path, {"broker.session.timeout.ms": "soon"}).start()


def test_a_broker_that_cannot_start_shows_its_log(tmp_path: Path, kafka: ApacheKafka) -> None:
    """Its port is taken by the other broker."""
    quorum = Quorum((free_port(),))
    listeners = f"PLAINTEXT://{kafka.bootstrap},CONTROLLER://127.0.0.1:{quorum.ports[0]}"
    second = ApacheKafka(tmp_path, {"listeners": listeners}, quorum=quorum)

    with pytest.raises(AssertionError, match=r"ended while it started(.|\n)*Address already in use"):
        second.start()
