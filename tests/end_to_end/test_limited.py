"""A cluster that takes less than Apache Kafka: what the service insists on gives way, and that is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from consumer.commands.doctor.brokers import check_brokers
from consumer.commands.doctor.finding import Severity
from consumer.config.model import Config
from consumer.sandbox.faults import FaultPlan, Scripts
from tests.support.apache_kafka import ApacheKafka, unavailable
from tests.support.brokers import Broker
from tests.support.configs import SOUND
from tests.support.limited_kafka import (
    DESCRIBE_ACLS,
    DESCRIBE_CLUSTER,
    DESCRIBE_GROUPS,
    DESCRIBE_TOPIC_PARTITIONS,
    INIT_PRODUCER_ID,
    Front,
)
from tests.support.pipeline import Pipeline, running_pipeline
from tests.support.shop import Shop
from tests.support.waiting import free_port

pytestmark = pytest.mark.kafka

WITHOUT = (INIT_PRODUCER_ID, DESCRIBE_GROUPS, DESCRIBE_ACLS, DESCRIBE_CLUSTER, DESCRIBE_TOPIC_PARTITIONS)


@pytest.fixture(scope="module")
def front() -> Front:
    return Front(WITHOUT, compressed=False)


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory, front: Front) -> Iterator[ApacheKafka]:
    if reason := unavailable():
        pytest.skip(reason)
    door = f"127.0.0.1:{free_port()}"
    kafka = ApacheKafka(
        tmp_path_factory.mktemp("kafka"),
        {
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,LIMITED:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
        },
        doors={"LIMITED": door},
        fronts={"LIMITED": front.address},
    )
    with kafka, front.before(door):
        yield kafka


@pytest.fixture
def limited(kafka: ApacheKafka, shop: Shop, tmp_path: Path) -> Iterator[Pipeline]:
    broker = Broker(kafka.bootstrap, lambda topic, partitions: kafka.create_topics({topic: partitions}))
    with running_pipeline(broker, shop, tmp_path) as running:
        yield running


def test_failed_records_are_written_plain_and_one_by_one(front: Front, limited: Pipeline) -> None:
    """No idempotent producer and no compressed record is taken; the log says what promise is weaker."""
    topic = limited.broker.topic(2)
    refused = [f"refused-{number}@example.com" for number in range(5)]
    limited.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id=dict.fromkeys(refused, (422,)))))
    kafka = {"bootstrap_servers": front.address}
    options = {"auto.offset.reset": "earliest"}
    with limited.service([{"topic": topic, "event": "search"}], options, kafka=kafka) as service:
        service.wait_ready(60)
        limited.produce(topic, "search", ["jane@example.com", *refused])
        limited.accepted(1)
        assert len(limited.failed(limited.dead_letter_topic, len(refused))) == len(refused)
        limited.committed_to_the_end(topic)
        told = [line["event"] for line in service.logs("warning")]
        assert [line for line in told if line.startswith("the brokers take no idempotent producer: where")]
        assert [line for line in told if line.startswith("the brokers take no compressed records")]
        assert front.refused == 1
        assert service.terminate() == 0


def test_doctor_bears_requests_that_are_missing(front: Front, kafka: ApacheKafka) -> None:
    """It tells that it cannot tell, and what promise is weaker."""
    kafka.create_topics({"shop.customers": 1})
    section: dict[str, Any] = {"kafka": {"bootstrap_servers": front.address}}
    findings = {each.what: each for each in check_brokers(Config.model_validate({**SOUND, **section}))}
    assert findings["routes[0]"].severity is Severity.OK
    assert Severity.ERROR not in {each.severity for each in findings.values()}
    weaker = findings["failed records"]
    assert weaker.severity is Severity.WARNING
    assert "may be written twice" in weaker.message
