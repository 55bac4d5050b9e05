"""The embedded broker: what the demo and the tests build on, and where it ends."""

from __future__ import annotations

import subprocess
import sys

import pytest
from confluent_kafka import Producer

from consumer.kafka.embedded import PARTITIONS, embedded_broker

pytestmark = pytest.mark.kafka

WRITE_ONE = """
import sys
from confluent_kafka import Producer
with Producer({"bootstrap.servers": sys.argv[1]}) as producer:
    producer.produce("orders", b"from another process")
    sys.exit(producer.flush(10))
"""


def test_topics_asked_for_are_there_before_any_client() -> None:
    """A consumer's subscription creates no topic, so those that it names must exist."""
    with embedded_broker(["orders", "consents"]) as bootstrap, Producer({"bootstrap.servers": bootstrap}) as client:
        topics = client.list_topics(timeout=10).topics

        assert {name: len(topic.partitions) for name, topic in topics.items()} == {
            "orders": PARTITIONS,
            "consents": PARTITIONS,
        }


def test_other_processes_can_join() -> None:
    """The service under test may be a process of its own."""
    with embedded_broker(["orders"]) as bootstrap:
        done = subprocess.run([sys.executable, "-c", WRITE_ONE, bootstrap], check=False, timeout=30)

        assert done.returncode == 0


def test_several_brokers_make_one_cluster() -> None:
    """The addresses of all are given, and each leads to the others."""
    with embedded_broker(brokers=3) as bootstrap:
        addresses = bootstrap.split(",")
        with Producer({"bootstrap.servers": addresses[-1]}) as client:
            nodes = client.list_topics(timeout=10).brokers.values()

            assert sorted(addresses) == sorted(f"{node.host}:{node.port}" for node in nodes)


def test_it_writes_nothing_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """The demo's progress bars have the terminal for themselves, while clients come and go."""
    with embedded_broker(["orders"]) as bootstrap:
        for _ in range(2):
            with Producer({"bootstrap.servers": bootstrap}) as client:
                client.produce("orders", b"value")
                client.flush(10)

    assert capfd.readouterr() == ("", "")
