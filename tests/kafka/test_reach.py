"""A cluster that cannot be reached is said to be so, in one sentence with what to do."""

from __future__ import annotations

import pytest
from confluent_kafka import Producer

from consumer.config.model import KafkaConfig
from consumer.kafka import reach
from consumer.kafka.client import Silent
from consumer.kafka.embedded import embedded_broker
from consumer.kafka.reach import Heard, Unreachable, cluster
from tests.support.waiting import free_port


def client_of(bootstrap: str, heard: Heard) -> Producer:
    return Producer({"bootstrap.servers": bootstrap, "error_cb": heard, "logger": Silent()})


@pytest.mark.kafka
def test_a_cluster_shows_its_topics() -> None:
    with embedded_broker(["shop.orders"]) as bootstrap:
        heard = Heard()
        found = cluster(client_of(bootstrap, heard), KafkaConfig(bootstrap_servers=bootstrap), heard)
    assert "shop.orders" in found.topics


def test_where_nothing_listens_the_cause_is_named_once(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """librdkafka says of its call no more than that it took too long, and writes the rest to stderr."""
    monkeypatch.setattr(reach, "SECONDS", 1.0)
    bootstrap, heard = f"127.0.0.1:{free_port()}", Heard()
    with pytest.raises(Unreachable) as refused:
        cluster(client_of(bootstrap, heard), KafkaConfig(bootstrap_servers=bootstrap), heard)
    told = str(refused.value)
    assert told.startswith(f"no broker answered within 1 s at {bootstrap}: ")
    assert told.count("Connection refused") == 1
    assert "Check kafka.bootstrap_servers" in told
    assert capfd.readouterr() == ("", "")
