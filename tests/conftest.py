"""The brokers that tests run on. `-k embedded` and `-k apache` select one half of those that run on both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from confluent_kafka import Producer

from consumer.kafka.embedded import embedded_broker
from tests.support.apache_kafka import ApacheKafka, unavailable
from tests.support.brokers import Broker

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def apache_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApacheKafka]:
    """One Apache Kafka for the whole session: a test that stops or kills a broker starts its own."""
    if reason := unavailable():
        pytest.skip(reason)
    with ApacheKafka(tmp_path_factory.mktemp("apache-kafka")) as kafka:
        yield kafka


@pytest.fixture(params=["embedded", "apache"])
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """A broker to write to and read from; the test runs once on each kind."""
    if request.param == "apache":
        kafka: ApacheKafka = request.getfixturevalue("apache_kafka")
        yield Broker(kafka.bootstrap, lambda topic, partitions: kafka.create_topics({topic: partitions}))
        return
    with embedded_broker() as bootstrap, Producer({"bootstrap.servers": bootstrap, "log_level": 0}) as producer:
        yield Broker(bootstrap, lambda topic, _: producer.list_topics(topic, timeout=10))
